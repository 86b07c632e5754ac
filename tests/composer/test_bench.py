"""The bench reads prompts, judges songs by their MIDI, and says what misses."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

import pytest

from compositions.composer.bench.adherence import adherence
from compositions.composer.bench.baselines import NGramMelody, random_walk
from compositions.composer.bench.music import heard_chords
from compositions.composer.bench.peers import PeerError, ark_version
from compositions.composer.bench.prompts import (
    BenchPrompt,
    neighbouring_range,
    read_prompts,
    tempo_range,
)
from compositions.composer.bench.repeat import SIX_TRACKS, same_bytes, seconds_for_six_tracks
from compositions.composer.bench.run import baselines_of, results_of, run_bench
from compositions.composer.bench.table import FIGURES, missed_targets, table_lines
from compositions.composer.critics import as_heard
from compositions.composer.engine import compose
from compositions.composer.measures.melody import melody_of, repetition
from compositions.composer.prompt_parser import parse_prompt
from compositions.score.document import (
    Chord,
    KeyChange,
    MeterChange,
    Note,
    Score,
    Section,
    TempoChange,
    Track,
    TrackRole,
)

C_MAJOR = (60, 64, 67, 65, 69, 67, 64, 62, 71, 60, 64, 62, 60, 67, 64, 60)


def song(bpm: float = 120.0) -> Score:
    """Eight bars of C major on a piano."""
    notes = [Note(f"n{at}", at * 960, 960, C_MAJOR[at % 16]) for at in range(16)]
    return Score(
        tempos=(TempoChange("t", 0, bpm),),
        meters=(MeterChange("m", 0, 4, 4),),
        keys=(KeyChange("k", 0, "C"),),
        sections=(Section("s", 0, 8 * 1920, "Verse", "verse"),),
        chords=(Chord("c", 0, 8 * 1920, "C"),),
        tracks=(Track("p", "Piano", TrackRole.LEAD, notes=tuple(notes)),),
    )


def judged(score: Score, **expected: Any) -> dict[str, float]:
    return adherence(score, BenchPrompt("x", "x", expected))


def test_prompts_are_read_with_expectations_beside_or_inside() -> None:
    found = read_prompts(
        '{"id": "a", "prompt": "pop", "key": "C major"}\n\n'
        '{"prompt": "rock", "expected": {"tempo": [100, 140]}}\n'
    )
    assert found[0] == BenchPrompt("a", "pop", {"key": "C major"})
    assert found[1] == BenchPrompt("3", "rock", {"tempo": [100, 140]})
    for bad, message in (("not json", "line 1"), ('{"id": 1}', "line 1"), ("", "no prompts")):
        with pytest.raises(ValueError, match=message):
            read_prompts(bad)


def test_tempo_bins_are_those_of_midicaps() -> None:
    assert tempo_range("Andante") == (70, 90)
    assert tempo_range("very fast") == (160, 1000)
    assert tempo_range(118) == (110, 140)
    assert tempo_range([71, 90]) == (71.0, 90.0)
    assert neighbouring_range("Andante") == (60, 110)
    assert neighbouring_range([71, 90]) == (60, 110)
    with pytest.raises(ValueError, match="unknown tempo word"):
        tempo_range("blazing")


def test_each_expectation_is_judged_from_the_notes_and_events() -> None:
    score = song()
    assert judged(score) == {}
    assert judged(score, tempo=120) == {"TB": 1.0, "TBT": 1.0, "exact BPM": 1.0}
    assert judged(score, tempo=130) == {"TB": 1.0, "TBT": 1.0, "exact BPM": 0.0}
    assert judged(score, tempo="Vivace") == {"TB": 0.0, "TBT": 1.0}
    assert judged(score, key="C major") == {"CK": 1.0, "CKD": 1.0}
    assert judged(score, key="A minor") == {"CK": 0.0, "CKD": 1.0}
    assert judged(score, key="D dorian") == {"CK": 0.0, "CKD": 1.0}
    assert judged(score, key="Eb major") == {"CK": 0.0, "CKD": 0.0}
    assert judged(score, meter="3/4") == {"meter": 0.0}
    assert judged(score, instruments=["Piano", "Flute"]) == {"instruments": 0.5}
    assert judged(score, instruments=["Piano"], only=True)["nothing else plays"] == 1.0
    assert judged(score, instruments=["Flute"], only=True)["nothing else plays"] == 0.0
    assert judged(score, without=["drums", "vocal"]) == {"forbidden absent": 1.0}
    assert judged(score, without=["keys"]) == {"forbidden absent": 0.0}
    assert judged(score, bars=9) == {"length": 1.0}
    assert judged(score, seconds=13) == {"length": 0.0}
    assert judged(score, form=["verse"]) == {"form tags": 1.0}
    assert judged(score, form=["verse"], form_bars=[7]) == {"form tags": 0.0}
    assert judged(score, chords=["C"]) == {"asked chords": 1.0}
    assert judged(score, chords=["D"]) == {"asked chords": 0.0}


def test_the_key_signature_does_not_count_only_the_notes_do() -> None:
    lying = replace(song(), keys=(KeyChange("k", 0, "Eb"),))
    assert judged(lying, key="Eb major") == {"CK": 0.0, "CKD": 0.0}


def test_chords_of_files_without_chord_texts_are_heard() -> None:
    notes = [Note(f"{at}{up}", at * 960, 960, root + up)
             for at, root in enumerate((48, 53, 55)) for up in (0, 4, 7)]  # fmt: skip
    block = Track("b", "b", TrackRole.CHORDS, notes=tuple(notes))
    found = heard_chords(replace(song(), tracks=(block,), chords=()))
    assert [chord.symbol for chord in found] == ["C", "F", "G"]


def test_baselines_are_songs_and_know_what_they_were_told() -> None:
    expected = {"key": "F minor", "tempo": "Allegro", "meter": "3/4"}
    walk = as_heard(random_walk(expected, 1))
    assert walk is not None
    assert adherence(walk, BenchPrompt("x", "x", expected))["TB"] == 1.0
    assert (repetition(melody_of(walk)) or 0.0) < 0.15
    learned = NGramMelody([melody_of(song())]).compose(expected, 1)
    assert as_heard(learned) is not None
    assert random_walk(expected, 1) == random_walk(expected, 1)


def test_a_run_measures_songs_and_tells_failures_from_misses() -> None:
    prompts = read_prompts(
        '{"id": "a", "prompt": "pop in G major, 120 bpm, 8 bars", "key": "G major", "tempo": 120}\n'
        '{"id": "long", "prompt": "' + "x" * 5000 + '"}\n'
    )
    run = run_bench(prompts, 2, lambda fraction, step: None)
    assert {name for name, _ in run.failures} == {"long"}
    results = results_of(run, len(prompts), 2)
    assert results["composed"] == 0.5
    assert results["exact BPM"] == 1.0
    assert 0.0 <= results["seed overlap"] < 1.0
    assert {"confidence AUC 5 % wrong notes", "calibration error", "CR"} <= results.keys()
    assert "composed" in {figure.key for figure in missed_targets(results)}
    lines = "\n".join(table_lines(results, {**baselines_of(prompts, run.songs), "ark": "not here"}))
    assert any(
        line.startswith("prompts that gave") and "50.0 %" in line and "MISS" in line
        for line in lines.splitlines()
    )
    assert results["worst longest shared"] <= 12
    assert "ark: not here" in lines


def test_targets_count_in_their_own_direction() -> None:
    good = {"TB": 0.97, "CR": 2.6, "worst seed overlap": 0.5, "genre": 0.0}
    assert missed_targets(good) == []
    bad = {"TB": 0.969, "CR": 3.9, "worst seed overlap": 0.51}
    assert {figure.key for figure in missed_targets(bad)} == bad.keys()
    assert len({figure.key for figure in FIGURES}) == len(FIGURES)


def test_a_peer_that_is_not_there_is_said_to_be_not_installed() -> None:
    for python in (sys.executable, "/nowhere/python"):
        with pytest.raises(PeerError, match="not installed"):
            ark_version(python)


def test_a_song_is_the_same_in_another_process_and_a_changed_one_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    prompts = read_prompts('{"id": "a", "prompt": "waltz, 8 bars"}\n')
    assert same_bytes(prompts) == 1.0
    monkeypatch.setattr("compositions.composer.bench.repeat.fingerprint", lambda text: "other")
    assert same_bytes(prompts) == 0.0
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert same_bytes(prompts) is None


def test_a_song_of_the_usual_size_has_a_time() -> None:
    assert seconds_for_six_tracks() > 0.0
    for prompt in SIX_TRACKS:
        score = compose(parse_prompt(prompt), seed=1).score
        assert len([track for track in score.tracks if track.notes]) >= 6
