"""Songs whose meter and tempo change: what is asked, where it lies, and what holds for all."""

from __future__ import annotations

import itertools
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compositions.composer.engine import Composition, compose
from compositions.composer.meter_map import MeterMap
from compositions.composer.operations import Operation, apply_operation
from compositions.composer.plan import SongPlan, make_plan
from compositions.composer.prompt_parser import parse_prompt
from compositions.composer.rhythm import fit_paced, grid_for
from compositions.composer.spec import MeterRequest, MusicSpec, Source, TempoRequest
from compositions.composer.time_changes import seconds_of
from compositions.score.midi import read_midi, write_midi
from compositions.score.scope import Scope
from compositions.score.timeline import Timeline

METERS = ((4, 4), (3, 4), (6, 8), (5, 4), (7, 8), (2, 4))


def asked(prompt: str) -> tuple[list[tuple[str, object]], list[tuple[str, str, float | None]]]:
    spec = parse_prompt(prompt)
    return (
        [(one.section, one.meters) for one in spec.meter_changes.value or ()],
        [(one.section, one.change, one.value) for one in spec.tempo_changes.value or ()],
    )


@pytest.mark.parametrize(
    ("prompt", "meters"),
    [
        ("prog rock, verse in 7/8, chorus in 4/4", [("verse", ((7, 8),)), ("chorus", ((4, 4),))]),
        ("folk alternating 5/4 and 4/4", [("", ((5, 4), (4, 4)))]),
        ("pop [Verse 8] [Bridge 8 in 3/4] [Chorus 8]", [("bridge", ((3, 4),))]),
        ("cinematic; the bridge switches to 6/8", [("bridge", ((6, 8),))]),
        ("a shanty in 6/8 with a 4/4 chorus", [("chorus", ((4, 4),))]),
        ("chanson, couplets en 3/4, refrain en 4/4", [("verse", ((3, 4),)), ("chorus", ((4, 4),))]),
        ("rock song in 7/8, verse chorus verse chorus in 7/8", []),
        ("a waltz in 3/4 with a guitar solo", []),
    ],
)
def test_meters_of_parts_are_read(prompt: str, meters: list[tuple[str, object]]) -> None:
    assert asked(prompt)[0] == meters


@pytest.mark.parametrize(
    ("prompt", "tempos"),
    [
        ("a dance that starts slow and speeds up to 140", [("", "accelerando", 140.0)]),
        ("house, 124 bpm, ritardando at the end", [("end", "ritardando", None)]),
        ("synthwave with a half-time bridge", [("bridge", "feel", 0.5)]),
        ("punk, last chorus in double-time", [("last chorus", "feel", 2.0)]),
        ("pop [Verse] 90 bpm [Chorus] 128 bpm", [("verse", "to", 90.0), ("chorus", "to", 128.0)]),
        (
            "nocturne with rubato, fermata at the end",
            [("", "rubato", None), ("end", "fermata", None)],
        ),
        ("piano, no rubato", []),
        ("90 bpm in the verse, 120 in the chorus", [("verse", "to", 90), ("chorus", "to", 120)]),
        ("verse at 90 bpm, chorus at 120", [("verse", "to", 90.0), ("chorus", "to", 120.0)]),
        ("100 bpm in the verse and 140 in the chorus, in 4/4",
         [("verse", "to", 100.0), ("chorus", "to", 140.0)]),
        ("fast rock, the bridge slow", [("bridge", "by", 0.75)]),
        ("slow ballad with a fast ending", [("last", "by", 1.25)]),
        ("disco 120 bpm with 16 bars in the verse", []),
        ("pop about the slow end of summer", []),
        ("intro, verse, chorus at 120 bpm", []),
        ("drum and bass, no ritardando", [("end", "steady", None)]),
    ],
)  # fmt: skip
def test_changes_of_tempo_are_read(
    prompt: str, tempos: list[tuple[str, str, float | None]]
) -> None:
    assert asked(prompt)[1] == tempos


def test_what_is_slow_in_a_part_is_not_the_tempo_of_the_song() -> None:
    assert not parse_prompt("rock with a slow intro").tempo.asked
    assert parse_prompt("fast rock, the bridge slow").tempo.value == parse_prompt(
        "fast rock"
    ).tempo.value  # fmt: skip


def test_the_tempo_of_a_ramp_is_where_it_begins() -> None:
    spec = parse_prompt("folk that gets faster, starting at 80 bpm and ending at 160 bpm")
    assert spec.tempo.value == 80.0
    assert spec.tempo_changes.value == (TempoRequest("", "accelerando", 160.0),)
    assert MusicSpec.from_dict(spec.to_dict()).tempo_changes == spec.tempo_changes


def test_fields_of_the_interface_say_the_same_as_the_prompt() -> None:
    fields = {
        "meter_changes": "verse: 7/8, bridge: 5/4+4/4",
        "tempo_changes": "chorus: 128, end: fermata",
    }
    spec = parse_prompt("rock", overrides=fields)
    assert spec.meter_changes.value == (
        MeterRequest("verse", ((7, 8),)), MeterRequest("bridge", ((5, 4), (4, 4))),
    )  # fmt: skip
    assert spec.tempo_changes.value[0] == TempoRequest("chorus", "to", 128.0)
    with pytest.raises(ValueError, match="tempo_changes"):
        parse_prompt("rock", overrides={"tempo_changes": "chorus: sideways"})


def planned(
    meters: tuple[MeterRequest, ...], tempos: tuple[TempoRequest, ...], seed: int
) -> SongPlan:
    spec = MusicSpec().with_value("genre", "folk", Source.USER, 1.0)
    spec = spec.with_value("tempo", 100.0, Source.USER, 1.0)
    spec = spec.with_value("seconds", 70.0, Source.USER, 1.0)
    spec = spec.with_value("meter_changes", meters, Source.USER, 1.0)
    return make_plan(spec.with_value("tempo_changes", tempos, Source.USER, 1.0), seed, None)


_PLACES = st.sampled_from(["", "verse", "chorus", "bridge", "last", "chorus 1"])


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(_PLACES, st.lists(st.sampled_from(METERS), min_size=1, max_size=2)), max_size=3
    ),
    st.lists(
        st.sampled_from(
            [TempoRequest("chorus", "to", 126.0), TempoRequest("", "rubato"),
             TempoRequest("bridge", "by", 0.8), TempoRequest("", "accelerando", 140.0),
             TempoRequest("end", "ritardando"), TempoRequest("end", "fermata")]
        ),
        max_size=2, unique=True,
    ),
    st.integers(0, 50),
)  # fmt: skip
def test_every_section_begins_on_a_bar_line_and_the_length_is_met(
    meters: list[tuple[str, list[tuple[int, int]]]], tempos: list[TempoRequest], seed: int
) -> None:
    requests = tuple(MeterRequest(place, tuple(named)) for place, named in meters)
    plan = planned(requests, tuple(tempos), seed)
    ends = [plan.ticks_of(section) for section in plan.sections]
    assert ends[0][0] == 0
    assert ends[-1][1] == plan.end
    assert all(one[1] == other[0] for one, other in itertools.pairwise(ends))
    for section, (start, stop) in zip(plan.sections, ends, strict=True):
        bars = [plan.grid_at(section.start_bar + bar) for bar in range(section.bars)]
        assert sum(grid.ticks for grid in bars) == stop - start
    assert plan.tempo_changes[0][0] == 0
    assert all(20.0 <= bpm <= 320.0 for _, bpm in plan.tempo_changes)
    slowest = min(bpm for _, bpm in plan.tempo_changes)
    longest = max(plan.grid_at(bar).quarters for bar in range(plan.bars)) * 60.0 / slowest
    assert abs(seconds_of(plan) - 70.0) <= longest
    assert "chorus" in [r.section for r in tempos] or plan.tempo_changes[0][1] == 100.0


@given(st.lists(st.sampled_from(METERS), min_size=1, max_size=12), st.integers(0, 30_000))
def test_a_meter_map_goes_there_and_back(meters: list[tuple[int, int]], tick: int) -> None:
    grids = [grid_for(*meter) for meter in meters]
    bars = MeterMap(grids[0], grids)
    bar = bars.bar(tick)
    assert bars.start(bar) <= tick < bars.start(bar + 1)
    assert bars.start(bar + 1) - bars.start(bar) == bars.grid(bar).ticks
    assert bars.start(len(grids)) == sum(grid.ticks for grid in grids)


@given(st.sampled_from(METERS), st.sampled_from([0.5, 1.0, 2.0]), st.integers(0, 7), st.booleans())
def test_half_time_and_double_time_fill_the_bar(
    meter: tuple[int, int], pace: float, index: int, steady: bool
) -> None:
    grid = grid_for(*meter)
    assert len(fit_paced("x...x...x.x.x...", 16, grid, index, steady, pace)) == grid.steps


def test_the_backbeat_of_half_time_comes_half_as_often() -> None:
    grid = grid_for(4, 4)
    snare = "....x.......x..."
    bars = [fit_paced(snare, 16, grid, index, False, 0.5) for index in range(2)]
    assert bars == ["........x.......", "........x......."]
    assert fit_paced(snare, 16, grid, 0, False, 2.0) == "..x...x...x...x."


# -- Songs -----------------------------------------------------------------------------------

_WORDS = """[Verse]
the morning light is on the hill
and all the birds are singing still
[Chorus]
come away with me tonight
come away into the light"""
PROMPTS = {
    "odd": "a rock song at 120 bpm, verse in 7/8, chorus in 4/4, 40 seconds, ritardando at the end",
    "turns": "folk ballad alternating 5/4 and 4/4, 12 bars, with rubato",
    "voices": "hymn with the form [Verse 8] [Chorus 8 in 3/4], fermata at the end",
}


@cache
def song(name: str) -> Composition:
    spec = parse_prompt(PROMPTS[name])
    return compose(spec, seed=5, lyrics=_WORDS if name == "odd" else None)


@pytest.mark.parametrize("name", PROMPTS)
def test_notes_and_chords_lie_inside_the_bars(name: str) -> None:
    made = song(name)
    score, timeline = made.score, Timeline(made.score)
    lines = {timeline.bar_start(bar) for bar in range(1, made.spec.bars.value + 2)}
    end = score.sections[-1].end
    assert {section.start for section in score.sections} <= lines
    assert end in lines
    assert {meter.tick for meter in score.meters} <= lines
    for chord in score.chords:
        bar = timeline.position(chord.start).bar
        assert chord.end <= timeline.bar_start(bar + 1)
    for track in score.tracks:
        assert all(0 <= note.start < note.end <= end for note in track.notes)
    part = next(part for part in made.confidence.parts if part.name == "changes of time")
    assert part.value == 1.0


def test_the_file_carries_meters_and_tempos() -> None:
    for name in PROMPTS:
        score = song(name).score
        back = read_midi(write_midi(score)).score
        assert [(m.tick, m.numerator, m.denominator) for m in back.meters] == [
            (m.tick, m.numerator, m.denominator) for m in score.meters
        ]
        assert [t.tick for t in back.tempos] == [t.tick for t in score.tempos]
        pairs = zip(back.tempos, score.tempos, strict=True)
        assert all(abs(one.bpm - other.bpm) < 0.01 for one, other in pairs)


def test_the_main_tempo_is_exact_and_the_length_within_a_bar() -> None:
    made = song("odd")
    assert made.score.tempos[0].bpm == 120.0
    assert abs(Timeline(made.score).length_seconds - 40.0) <= 2.5


def test_drums_follow_the_meter_of_each_section() -> None:
    score = song("odd").score
    timeline = Timeline(score)
    drums = next(track for track in score.tracks if track.percussion)
    kicks = {n.start for n in drums.notes if n.pitch == 36}
    for section in score.sections[1:-1]:
        first, last = (timeline.position(t).bar for t in (section.start, section.end - 1))
        starts = [timeline.bar_start(bar) for bar in range(first, last)]
        if any(section.start <= kick < section.end for kick in kicks):
            assert sum(start in kicks for start in starts) >= len(starts) / 2


def test_the_explanation_tells_the_changes() -> None:
    told = " ".join(song("odd").explanation)
    assert "in 7/8." in told
    assert "in 4/4." in told
    assert "alternates between 5/4 and 4/4" in " ".join(song("turns").explanation)
    assert "fermata" in " ".join(song("voices").explanation)
    assert song("odd").theory["meters"][0] == {"bar": 1, "meter": "7/8"}


@pytest.mark.parametrize("name", ["odd", "turns"])
def test_infill_leaves_what_is_outside_alone(name: str) -> None:
    score = song(name).score
    bass = next(track for track in score.tracks if track.role.value in ("bass", "chords"))
    timeline = Timeline(score)
    low, high = timeline.bar_start(3), timeline.bar_start(7)
    changed = apply_operation(
        score, Operation("infill", Scope(tracks=(bass.id,), bars=(3, 6))), seed=4
    ).score
    assert changed.meters == score.meters
    assert changed.tempos == score.tempos
    for before in score.tracks:
        after = changed.track(before.id)
        if before.id != bass.id:
            assert after == before
            continue
        outside = [note for note in before.notes if note.end <= low or note.start >= high]
        assert set(outside) <= set(after.notes)
        inside = [note for note in after.notes if low <= note.start < high]
        assert inside
        assert all(note.end <= high for note in inside)
