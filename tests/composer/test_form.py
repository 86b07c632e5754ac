"""Form: exact where it was asked, varied where not, one curve from the first bar to the last."""

from __future__ import annotations

from collections import Counter
from itertools import combinations, pairwise
from statistics import mean
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compositions.composer import compose, parse_prompt
from compositions.composer.form import FORM_OPTIONS
from compositions.composer.harmony import Changes, make_changes
from compositions.composer.plan import PlannedSection, SongPlan, make_plan
from compositions.composer.styles import styles
from compositions.score.document import Score
from compositions.score.timeline import Timeline

NAMES = sorted(styles())
KINDS = ("Intro", "Verse", "Pre-Chorus", "Chorus", "Bridge", "Solo", "Breakdown", "Outro")


def planned(seed: int = 1, **asked: Any) -> SongPlan:
    return make_plan(parse_prompt("", overrides=asked), seed, None)


def chords(plan: SongPlan, changes: Changes, section: PlannedSection) -> list[tuple[int, ...]]:
    """Return the roots of each bar over the tonic of the section."""
    tonic = plan.key_of(section).tonic_class
    return [
        tuple((s.harmony.root - tonic) % 12 for s in changes.slots if s.bar == bar)
        for bar in range(section.start_bar, section.start_bar + section.bars)
    ]


@given(
    st.sampled_from(NAMES),
    st.lists(st.tuples(st.sampled_from(KINDS), st.integers(1, 17)), min_size=1, max_size=9),
    st.integers(0, 50),
)
@settings(max_examples=30, deadline=None)
def test_asked_tags_and_bars_are_exact(name: str, form: list[tuple[str, int]], seed: int) -> None:
    text = " ".join(f"[{kind} {bars} bars]" for kind, bars in form)
    plan = planned(seed, genre=name, form=text)
    kinds = [kind.lower().replace("-", "_") for kind, _ in form]
    assert [section.kind for section in plan.sections] == kinds
    assert [section.bars for section in plan.sections] == [bars for _, bars in form]
    changes = make_changes(plan)
    assert {slot.bar for slot in changes.slots} == set(range(plan.bars))


@given(st.sampled_from(NAMES), st.integers(1, 130), st.integers(0, 50))
@settings(max_examples=80, deadline=None)
def test_asked_bars_are_exact_however_odd(name: str, bars: int, seed: int) -> None:
    plan = planned(seed, genre=name, bars=bars)
    assert plan.bars == bars
    assert plan.sections[0].start_bar == 0
    for one, following in pairwise(plan.sections):
        assert following.start_bar == one.start_bar + one.bars
    assert [section.last for section in plan.sections].count(True) == 1


@given(st.sampled_from(NAMES), st.integers(15, 400), st.integers(0, 30))
@settings(max_examples=60, deadline=None)
def test_asked_seconds_are_met_within_a_bar(name: str, seconds: int, seed: int) -> None:
    plan = planned(seed, genre=name, seconds=seconds)
    length = 0.0
    changes = [*plan.tempo_changes, (plan.bars * plan.grid.ticks, 1.0)]
    for (tick, bpm), (following, _) in pairwise(changes):
        length += (following - tick) / 480 * 60 / bpm
    assert abs(length - seconds) <= plan.grid.quarters * 60 / plan.bpm + 0.01
    assert plan.tempo_changes[0] == (0, plan.bpm)


@pytest.mark.parametrize("name", NAMES)
def test_songs_of_a_style_have_different_plans(name: str) -> None:
    """Two songs of a style seldom have the same sections and hardly ever the same chords."""
    plans = [planned(seed, genre=name) for seed in range(8)]
    forms = [tuple((s.kind, s.bars) for s in plan.sections) for plan in plans]
    assert max(Counter(forms).values()) <= 4
    progressions = []
    for plan in plans:
        changes = make_changes(plan)
        main = max(plan.sections, key=lambda section: (section.bars, section.energy))
        progressions.append(tuple(chords(plan, changes, main)[:8]))
    same = sum(one == other for one, other in combinations(progressions, 2))
    # Of 28 pairs; the twelve bars are the blues.
    assert same <= (14 if name == "blues" else 7)


@pytest.mark.parametrize("name", ["pop", "rock", "hymn", "house", "swing-jazz", "ragtime"])
def test_sections_of_one_label_are_alike_and_others_differ(name: str) -> None:
    alike = other = different = 0
    for seed in range(8):
        plan = planned(seed, genre=name)
        changes = make_changes(plan)
        first: dict[str, list[tuple[int, ...]]] = {}
        for section in plan.sections:
            if section.kind in ("intro", "outro", "solo", "interlude", "build"):
                continue
            bars = chords(plan, changes, section)
            if section.material in first:
                known = first[section.material]
                if len(known) != len(bars):
                    continue
                shared = sum(a == b for a, b in zip(bars, known, strict=False))
                assert shared >= 0.5 * min(len(bars), len(known)), (seed, section.label)
                alike += 1
            else:
                for known in first.values():
                    different += bars[:4] != known[:4]
                    other += 1
                first[section.material] = bars
    assert alike >= 4
    assert other == 0 or different / other >= 0.9


def test_the_ways_to_vary_a_form_are_those_that_styles_name() -> None:
    used = {name for style in styles().values() for name in style.form_options}
    assert used == FORM_OPTIONS


def loudness(score: Score, kind: str) -> float:
    """Return the mean velocity of the sections of a kind, drums left out."""
    spans = [(s.start, s.end) for s in score.sections if s.kind == kind]
    return mean(
        note.velocity
        for track in score.tracks
        if not track.percussion
        for note in track.notes
        for start, end in spans
        if start <= note.start < end
    )


def test_the_energy_of_the_form_is_heard() -> None:
    form = "[Verse 8] [Chorus 8] [Breakdown 8] [Chorus 8] [Outro 4]"
    for name, least in (("cinematic", 12), ("rock", 3), ("classical-piano", 6)):
        score = compose(parse_prompt("", overrides={"genre": name, "form": form}), seed=2).score
        assert loudness(score, "chorus") - loudness(score, "verse") >= least, name
        assert loudness(score, "chorus") - loudness(score, "breakdown") >= least, name


def test_endings_are_those_of_the_style() -> None:
    for name in ("rock", "lo-fi", "hymn", "techno"):
        words = styles()[name].ending.split()
        found = {planned(seed, genre=name, bars=24).ending for seed in range(12)}
        assert found == set(words)
    slow = compose(parse_prompt("hymn in D, 72 bpm, 24 bars"), seed=1).score
    assert Timeline(slow).tempo_at(0) == 72
    assert slow.tempos[-1].bpm < 72
    assert Timeline(slow).bar_count == 24


def test_a_fade_grows_softer_to_the_end() -> None:
    for seed in range(6):
        song = compose(parse_prompt("house in A minor, 40 bars"), seed=seed)
        plan = make_plan(parse_prompt("house in A minor, 40 bars"), seed, None)
        if plan.ending != "fade":
            continue
        last = song.score.sections[-1]
        half = (last.start + last.end) // 2
        halves: tuple[list[int], list[int]] = ([], [])
        for track in song.score.tracks:
            for note in track.notes:
                if note.start >= last.start:
                    halves[note.start >= half].append(note.velocity)
        assert mean(halves[1]) < mean(halves[0])
        return
    pytest.fail("no seed fades")
