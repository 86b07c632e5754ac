"""The drawings and words of song pages."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compositions.presentation import (
    confidence_parts,
    describe_spec,
    draw_overview,
    mini_waveform,
    peaks_for_page,
    progress_card,
    song_facts,
    timeline_of,
)
from compositions.presentation.facts import format_length
from compositions.presentation.lanes import TICKS_PER_UNIT
from tests.compositions.songs import example_spec

BAR = 1920


def note(start: int, duration: int, pitch: int, velocity: int = 80) -> dict[str, Any]:
    return {"start": start, "duration": duration, "pitch": pitch, "velocity": velocity}


def track(name: str = "Rhodes", *notes: dict[str, Any], percussion: bool = False) -> Any:
    return SimpleNamespace(
        entity_id=name,
        name=name,
        role="drums" if percussion else "chords",
        program=0,
        bank=0,
        percussion=percussion,
        muted=False,
        notes=list(notes),
    )


def section(start: int, duration: int, label: str = "Verse", kind: str = "verse") -> Any:
    return SimpleNamespace(
        start_tick=start, duration_ticks=duration, label=label, kind=kind, energy=0.5
    )


def chord(start: int, duration: int, root: str, quality: str = "", bass: str = "") -> Any:
    return SimpleNamespace(
        start_tick=start, duration_ticks=duration, root=root, quality=quality, bass=bass, roman=""
    )


def draw(**parts: Any) -> Any:
    tempos = parts.pop("tempos", [{"tick": 0, "bpm": 120.0}])
    meters = parts.pop("meters", [{"tick": 0, "numerator": 4, "denominator": 4}])
    defaults: dict[str, Any] = {"tracks": [], "sections": [], "chords": [], "length_ticks": 4 * BAR}
    return draw_overview(timeline=timeline_of(tempos, meters), **{**defaults, **parts})


def strokes(path: str) -> list[tuple[float, float, float]]:
    """The notes of a path as (left, middle, width)."""
    found = re.findall(r"M([\d.]+) ([\d.]+)h([\d.]+)", path)
    assert "".join(f"M{x} {y}h{w}" for x, y, w in found) == path
    return [(float(x), float(y), float(w)) for x, y, w in found]


def test_places_are_shares_of_the_axis():
    overview = draw(
        sections=[section(0, BAR), section(BAR, 3 * BAR, "Chorus", "chorus")],
        chords=[chord(0, BAR, "D", "m7"), chord(BAR, BAR, "Bb"), chord(3 * BAR, BAR, "A", "7")],
    )
    assert [(box.left, box.width) for box in overview.sections] == [("0", "25"), ("25", "75")]
    assert [(box.left, box.width) for box in overview.chords] == [
        ("0", "25"),
        ("25", "25"),
        ("75", "25"),
    ]
    assert [box.bars for box in overview.sections] == ["bar 1", "bars 2–4"]
    assert overview.sections[1].chords == ("B♭", "A7")
    assert [mark.left for mark in overview.ruler] == ["0", "25", "50", "75"]
    assert overview.bar_count == 4


def test_notes_lie_at_their_ticks_and_higher_pitches_above():
    low, high = note(0, 480, 60, 40), note(BAR, 960, 72, 120)
    lane = draw(tracks=[track("Rhodes", low, high)]).lanes[0]
    paths = {path.loudness: strokes(path.data) for path in lane.paths}
    assert set(paths) == {"soft", "loud"}
    (soft,), (loud,) = paths["soft"], paths["loud"]
    assert (soft[0], soft[2]) == (0, 480 / TICKS_PER_UNIT)
    assert (loud[0], loud[2]) == (BAR / TICKS_PER_UNIT, 960 / TICKS_PER_UNIT)
    assert soft[1] - loud[1] == 12
    assert lane.pitch_range == "C4–C5"
    assert lane.note_count == 2


@given(
    st.lists(
        st.tuples(st.integers(0, 100_000), st.integers(1, 9_000), st.integers(0, 127)),
        max_size=40,
    ),
    st.booleans(),
)
def test_every_note_is_drawn_once_and_inside_its_lane(notes, percussion):
    rows = [note(*values) for values in notes]
    lane = draw(tracks=[track("X", *rows, percussion=percussion)], length_ticks=120_000).lanes[0]
    drawn = [stroke for path in lane.paths for stroke in strokes(path.data)]
    assert sorted(left for left, _, _ in drawn) == sorted(
        round(start / TICKS_PER_UNIT, 1) for start, _, _ in notes
    )
    assert all(0.5 <= middle <= lane.rows - 0.5 for _, middle, _ in drawn)


def test_the_axis_holds_the_tail_of_the_audio():
    # Four bars at 120 bpm are eight seconds.
    assert draw().axis_ticks == 4 * BAR
    assert draw(audio_seconds=7.0).axis_ticks == 4 * BAR
    longer = draw(audio_seconds=9.0, sections=[section(0, 4 * BAR)])
    assert longer.axis_ticks == 9 * 960
    assert float(longer.sections[0].width) == pytest.approx(100 * 8 / 9, abs=1e-3)
    assert longer.bar_count == 4


def test_the_axis_ends_with_a_bar_even_when_the_music_does_not():
    assert draw(length_ticks=BAR + 100).axis_ticks == 2 * BAR
    assert draw(length_ticks=0).axis_ticks == BAR
    assert draw(length_ticks=0).bar_count == 0


def test_bars_follow_changes_of_meter():
    meters = [
        {"tick": 0, "numerator": 4, "denominator": 4},
        {"tick": BAR, "numerator": 3, "denominator": 4},
    ]
    overview = draw(meters=meters, length_ticks=BAR + 2 * 1440)
    assert [mark.bar for mark in overview.ruler] == [1, 2, 3]
    assert overview.bar_lines == "M192 0v1M336 0v1"


def test_the_ruler_thins_out_for_long_songs():
    overview = draw(length_ticks=200 * BAR)
    bars = [mark.bar for mark in overview.ruler]
    assert bars[:3] == [1, 17, 33]
    assert len(bars) <= 24


def test_a_chord_that_goes_on_is_one_box():
    boxes = draw(
        chords=[chord(0, BAR, "D", "m"), chord(BAR, BAR, "D", "m"), chord(3 * BAR, BAR, "D", "m")]
    ).chords
    assert [(box.start_tick, box.end_tick) for box in boxes] == [(0, 2 * BAR), (3 * BAR, 4 * BAR)]
    assert draw(chords=[chord(0, BAR, "F#", "m7", "Bb")]).chords[0].symbol == "F♯m7/B♭"


def test_letters_and_colours_tell_tracks_apart():
    lanes = draw(tracks=[track(name) for name in ("Bass", "Brass", "B", "123", "Ärmel")]).lanes
    assert [lane.letter for lane in lanes] == ["B", "R", "A", "C", "Ä"]
    many = draw(tracks=[track("Same") for _ in range(40)]).lanes
    assert len({lane.letter for lane in many}) == 40
    assert {lane.colour for lane in many} == set(range(8))


def test_the_subtitle_does_not_repeat_the_name():
    rows = [track("Piano"), track("Verse chords"), track("Something")]
    assert [lane.subtitle for lane in draw(tracks=rows).lanes] == [
        "Chords",
        "Piano",
        "Chords · Piano",
    ]


# -- Facts ------------------------------------------------------------------------------


def test_facts_of_a_song_in_words():
    song = SimpleNamespace(
        keys=[{"tonic": "Bb", "mode": "harmonic_minor"}],
        tempos=[{"bpm": 92.5}],
        meters=[{"numerator": 6, "denominator": 8}],
        duration_seconds=125.4,
    )
    facts = {fact.label: fact.value for fact in song_facts(song)}
    assert facts == {
        "Key": "B♭ harmonic minor",
        "Tempo": "92.5 bpm",
        "Meter": "6/8",
        "Length": "2:05",
    }
    empty = SimpleNamespace(keys=[], tempos=[], meters=[], duration_seconds=0.0)
    assert song_facts(empty) == ()


def test_lengths_round_as_a_whole():
    assert format_length(59.6) == "1:00"
    assert format_length(3600) == "1:00:00"


def test_the_specification_says_who_decided():
    lines = {line.label: line for line in describe_spec(example_spec())}
    assert lines["Key"].value == "D minor"
    assert lines["Key"].asked
    assert not lines["Key"].unsure
    assert lines["Mood"].value == "Wistful"
    assert lines["Mood"].unsure
    assert lines["Tempo"].value == "82 bpm"
    assert lines["Instruments"].value == "Rhodes, Upright Bass, Brushed Drums"
    assert lines["Meter"].source == "The style"
    assert lines["Swing"].value == "58 : 42"
    assert lines["Energy"].source == "AriaForge"
    assert "Form" not in lines
    asked = [line.asked for line in describe_spec(example_spec())]
    assert asked == sorted(asked, reverse=True)


def test_forms_and_chords_of_a_specification_are_readable():
    spec = {
        "form": {
            "value": [{"kind": "verse", "label": "Verse", "bars": 8}, {"kind": "chorus"}],
            "source": "user",
            "confidence": 1,
        },
        "chords": {
            "value": {"": [["Dm7"], ["G7", "C"]]},
            "source": "prompt",
            "confidence": 0.9,
        },
        "prompt": "anything",
    }
    lines = {line.label: line.value for line in describe_spec(spec)}
    assert lines == {"Form": "Verse (8) · chorus", "Chords": "Dm7 | G7 C"}


def test_parts_that_could_not_be_measured_are_left_out():
    parts = confidence_parts(
        [
            {"name": "melody_over_chords", "value": 0.5, "reason": "half"},
            {"name": "lyrics", "value": None, "reason": "none"},
        ]
    )
    assert [(part.label, part.value) for part in parts] == [("Melody over chords", 0.5)]


# -- Waveforms ----------------------------------------------------------------------------


def test_mini_waveforms_are_scaled_to_the_loudest_point():
    level = base64.b64encode(bytes([246, 10, 226, 5, 0, 0, 251, 5])).decode()
    reaches = [float(up) - 1 for up in re.findall(r"V([\d.]+)", mini_waveform(level, bars=4))]
    assert reaches == pytest.approx([0.33, 1.0, 0.06, 0.17], abs=0.005)
    assert mini_waveform(level, bars=8).count("M") == 8


@pytest.mark.parametrize("level", [None, "", "not base64!", "AA=="])
def test_unusable_peaks_draw_nothing(level):
    assert mini_waveform(level) == ""


def test_the_page_gets_one_level_of_the_peaks():
    peaks = {"sample_rate": 44100, "frames": 9, "levels": {"256": "A", "2048": "B"}}
    assert peaks_for_page(peaks) == {
        "sample_rate": 44100,
        "frames": 9,
        "size": 2048,
        "data": "B",
    }
    assert peaks_for_page({}) is None


# -- Progress -----------------------------------------------------------------------------

ASKED = datetime(2026, 11, 21, 12, tzinfo=UTC)


def song_at(
    stage: str, kind: str = "", *, step: str = "", progress: float = 0.0, **more: Any
) -> Any:
    job = SimpleNamespace(
        kind=kind,
        step=step,
        progress=progress,
        attempts=more.pop("attempts", 1),
        state=more.pop("state", "running"),
        error_message=more.pop("error", ""),
        cancel_requested_at=more.pop("cancelled", None),
        created_at=ASKED + timedelta(seconds=4),
        queued_at=ASKED + timedelta(seconds=4),
    )
    return SimpleNamespace(
        active_job=job if kind else None,
        stage=stage,
        is_composed=more.pop("is_composed", kind == "render"),
        revision=1,
        current_render_id=more.pop("render", None),
        pending_render=SimpleNamespace(preview_id=more.pop("preview", None)) if kind else None,
        created_at=ASKED,
    )


def test_the_share_rises_from_prompt_to_mix():
    way = [
        song_at("composing", "compose", step="Composing", progress=0.0),
        song_at("composing", "compose", step="Composing", progress=0.5),
        song_at("composing", "compose", step="Arranging", progress=1.0),
        song_at("rendering", "render", step="", progress=0.0),
        song_at("rendering", "render", step="Rendering", progress=0.4),
        song_at("rendering", "render", step="Mixing", progress=0.7),
        song_at("rendering", "render", step="Mastering", progress=0.9),
        song_at("rendering", "render", step="Encoding", progress=0.99),
        song_at("ready", render="x"),
    ]
    cards = [progress_card(song) for song in way]
    shares = [card.fraction for card in cards]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert all(card.percent < 100 for card in cards[:-1])
    assert [card.headline for card in cards[:-1]] == [
        "Composing",
        "Composing",
        "Arranging",
        "Rendering",
        "Rendering",
        "Mixing",
        "Mastering",
        "Mastering",
    ]
    assert [card.active for card in cards] == [True] * 8 + [False]
    assert not cards[-1].visible
    assert cards[2].token != cards[3].token != cards[-1].token


def test_the_steps_say_what_is_done_and_where_it_stopped():
    going = progress_card(song_at("rendering", "render", step="Mixing", progress=0.6))
    assert [step.state for step in going.steps] == ["done", "done", "done", "current", "coming"]
    failed = progress_card(
        song_at("failed", "render", step="Mixing", state="failed", error="The disk is full.")
    )
    assert [step.state for step in failed.steps] == ["done", "done", "done", "stopped", "coming"]
    assert failed.error == "The disk is full."
    assert "notes are kept" in failed.kept
    assert failed.can_retry
    early = progress_card(song_at("failed", "compose", state="failed", error="No."))
    assert "prompt is kept" in early.kept


def test_waiting_is_said_as_waiting():
    card = progress_card(song_at("composing", "compose", state="queued", attempts=0))
    assert card.waiting
    assert card.headline == "Waiting for a free worker"
    again = progress_card(song_at("rendering", "render", state="queued", attempts=1))
    assert again.headline == "Trying again soon"


def test_what_is_being_stopped_cannot_be_cancelled_again():
    assert progress_card(song_at("rendering", "render")).can_cancel
    card = progress_card(song_at("rendering", "render", cancelled=ASKED))
    assert card.headline == "Stopping"
    assert card.active
    assert not card.can_cancel


def test_the_wait_for_a_first_mix_began_with_the_prompt():
    first = progress_card(song_at("rendering", "render"))
    assert first.since == ASKED
    later = song_at("rendering", "render")
    later.active_job.created_at = later.active_job.queued_at = ASKED + timedelta(hours=2)
    assert progress_card(later).since == ASKED + timedelta(hours=2)
