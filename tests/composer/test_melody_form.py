"""Phrases quote one another, takes are weighed, and no tune of the corpus is copied."""

from __future__ import annotations

import json
import random
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compositions.composer.events import Event
from compositions.composer.melody_choice import take_cost
from compositions.composer.melody_form import phrases_of
from compositions.composer.melody_rhythm import Onset, in_order
from compositions.composer.originality import (
    FINGERPRINT,
    LONGEST_SHARED,
    copied,
    freshen,
    known_hashes,
    longest_shared,
    packed,
    stretch_hashes,
    unpacked,
)
from compositions.composer.rhythm import grid_for

C_MAJOR = (0, 2, 4, 5, 7, 9, 11)
KINDS = ("verse", "chorus", "bridge", "solo", "outro", "drop")

# "The Rakes of Mallow" (traditional), as the corpus has it: lengths in sixteenths, pitches.
MALLOW = list(
    zip(
        (2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 1, 1),
        (67, 71, 67, 71, 67, 71, 72, 71, 69, 67, 66, 69, 66, 69, 66, 69, 74, 72),
        strict=True,
    )
)


@given(st.sampled_from(KINDS), st.integers(1, 40), st.integers(0, 10_000))
def test_phrases_fill_a_section_and_quote_only_what_was_heard(
    kind: str, bars: int, seed: int
) -> None:
    phrases = phrases_of(kind, bars, random.Random(seed))
    assert sum(len(phrase.bars) for phrase in phrases) == bars
    assert phrases[-1].ending == "closed"
    for phrase in phrases:
        assert phrase.bars[-1].letter == "c"
        for bar in phrase.bars:
            assert bar.quotes is None or 0 <= bar.quotes < phrase.start


def test_a_period_of_eight_bars_quotes_its_opening() -> None:
    quoting = sum(
        phrases_of("verse", 8, random.Random(seed))[1].bars[0].quotes == 0 for seed in range(60)
    )
    assert quoting >= 40


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(-3, 15), st.integers(1, 16)), max_size=30))
def test_onsets_in_order_never_overlap(places: list[tuple[int, int, int]]) -> None:
    grid = grid_for(4, 4)
    onsets = [(bar, Onset(step, length)) for bar, step, length in places]
    found = in_order(onsets, lambda bar: bar * grid.steps)
    spans = [(bar * grid.steps + o.step, bar * grid.steps + o.step + o.length) for bar, o in found]
    assert all(one[1] <= other[0] for one, other in pairwise(spans))
    assert all(end > start for start, end in spans)


def line(pitches: list[int], length: int = 240) -> list[Event]:
    return [Event(at * length, length, pitch, 80) for at, pitch in enumerate(pitches)]


def test_a_take_that_never_repeats_or_only_repeats_costs_more() -> None:
    bits = [2.0] * 32
    motif = [60, 62, 64, 67, 65, 64, 62, 64]
    phrase = [*motif, *(p + 2 for p in motif), *motif[:6], 72, 71, 69, 67, 64, 65, 62, 64, 60, 60]
    shuffled = random.Random(1).sample(range(55, 87), 32)
    assert take_cost(line(phrase), bits) < take_cost(line(motif * 4), bits)
    assert take_cost(line(phrase), bits) < take_cost(line(shuffled), bits)
    assert take_cost(line(phrase), [4.0] * 32) > take_cost(line(phrase), bits)


def notes_of(events: list[Event]) -> list[tuple[int, int]]:
    return [(event.start, event.pitch) for event in events]


@pytest.fixture
def tune(monkeypatch: pytest.MonkeyPatch) -> list[Event]:
    """Sixteen notes that the corpus is made to know."""
    events = line([60, 64, 67, 65, 69, 67, 64, 62, 71, 60, 64, 62, 60, 67, 64, 60])
    hashes = np.unique(np.array(stretch_hashes(notes_of(events)), dtype=np.uint64))
    monkeypatch.setattr("compositions.composer.originality.known_hashes", lambda: hashes)
    return events


def test_a_copy_is_found_in_any_key_and_at_any_tempo(tune: list[Event]) -> None:
    assert longest_shared(notes_of(tune)) == 16
    moved = [(3 * start + 7, pitch - 5) for start, pitch in notes_of(tune)]
    assert longest_shared(moved) == 16
    framed = [(-480, 72), *notes_of(tune), (9000, 72)]
    assert copied(framed) == [1, 2, 3, 4]


def test_a_note_of_another_pitch_or_length_ends_the_copy(tune: list[Event]) -> None:
    notes = notes_of(tune)
    other = [*notes[:8], (notes[8][0], notes[8][1] - 2), *notes[9:]]
    assert longest_shared(other) == LONGEST_SHARED
    late = [(start + 120 * (at > 7), pitch) for at, (start, pitch) in enumerate(notes)]
    assert longest_shared(late) == LONGEST_SHARED
    assert longest_shared(notes[:5]) == 5


def test_a_copy_is_freshened_by_few_notes_of_the_scale(tune: list[Event]) -> None:
    before = [event.pitch for event in tune]
    changed = freshen(tune, C_MAJOR, lambda tick: (0, 4, 7))
    after = [event.pitch for event in tune]
    assert 1 <= changed <= 2
    assert copied(notes_of(tune)) == []
    assert sum(one != other for one, other in zip(before, after, strict=True)) == changed
    assert all(pitch % 12 in C_MAJOR for pitch in after)
    assert freshen(tune, C_MAJOR, lambda tick: (0, 4, 7)) == 0


def test_the_fingerprint_is_that_of_the_corpus() -> None:
    starts = [sum(length for length, _ in MALLOW[:at]) for at in range(len(MALLOW))]
    mallow = [(start, pitch) for start, (_, pitch) in zip(starts, MALLOW, strict=True)]
    assert longest_shared(mallow) == len(MALLOW)
    assert longest_shared([(start, -pitch) for start, pitch in mallow]) == LONGEST_SHARED
    about = json.loads(FINGERPRINT.with_suffix(".json").read_text(encoding="utf-8"))
    assert len(known_hashes()) == about["stretches"] > 250_000
    assert bool(np.all(np.diff(known_hashes().astype(np.int64)) > 0))
    assert FINGERPRINT.stat().st_size < 1_000_000


@settings(max_examples=30)
@given(st.sets(st.integers(0, 2**40 - 1), min_size=1, max_size=50))
def test_hashes_are_packed_without_loss(values: set[int]) -> None:
    hashes = np.array(sorted(values), dtype=np.uint64)
    assert unpacked(packed(hashes)).tolist() == hashes.tolist()
