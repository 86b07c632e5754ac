"""Sections that lean on others: intros play what the verse will play, loops come round alike."""

from __future__ import annotations

from dataclasses import replace

import pytest

from compositions.composer.harmony import Changes, make_changes
from compositions.composer.leaning import in_groove, model_of
from compositions.composer.plan import PlannedSection, SongPlan, make_plan
from compositions.composer.progressions import library_of
from compositions.composer.prompt_parser import parse_prompt
from compositions.composer.styles import styles

FORM = "[Intro 4] [Verse 8] [Chorus 8] [Solo 8] [Chorus 8] [Outro 4]"


def planned(prompt: str, seed: int = 1) -> tuple[SongPlan, Changes]:
    plan = make_plan(parse_prompt(prompt), seed, None)
    return plan, make_changes(plan)


def roots(changes: Changes, section: PlannedSection) -> list[list[int]]:
    """The roots of the chords of a section, bar by bar."""
    return [
        [slot.harmony.root for slot in changes.slots if slot.bar == section.start_bar + bar]
        for bar in range(section.bars)
    ]


@pytest.mark.parametrize("genre", ["pop", "folk", "waltz", "lo-fi", "synthwave"])
def test_an_intro_begins_as_its_verse(genre: str) -> None:
    assert all("intro" not in library for library in styles()[genre].progressions.values())
    for seed in range(8):
        plan, changes = planned(f"{genre} {FORM}", seed)
        intro, verse = roots(changes, plan.sections[0]), roots(changes, plan.sections[1])
        # The end of either may be a cadence that leads into what follows.
        assert intro[:2] == verse[:2]


def test_asked_chords_reach_the_sections_that_lean_on_theirs() -> None:
    plan, changes = planned(f"rock in A minor, verse: Am F C G / chorus: F G Am Am {FORM}")
    intro, verse, chorus, solo, _, outro = plan.sections
    assert [bar[0] for bar in roots(changes, intro)] == [9, 5, 0, 7]
    assert roots(changes, verse)[:4] == roots(changes, intro)
    assert roots(changes, solo) == roots(changes, chorus)
    assert [bar[0] for bar in roots(changes, outro)][:3] == [5, 7, 9]


def test_a_loop_is_coloured_alike_each_time_it_comes() -> None:
    coloured = 0
    for seed in range(12):
        plan, changes = planned("neo-soul with rich, complex harmony [Verse 24] [Chorus 8]", seed)
        verse = plan.sections[0]
        chords = [
            [slot.harmony.roman for slot in changes.slots if slot.bar == verse.start_bar + bar]
            for bar in range(verse.bars)
        ]
        # The last two bars may lead on.
        bars = chords[:-2]
        assert any(bars[:-turn] == bars[turn:] for turn in (2, 4, 8, 16)), chords
        plain = {token for text in library_of(plan)["verse"] for token in text.split()}
        coloured += any(roman not in plain for bar in chords for roman in bar)
    assert coloured


def test_players_of_an_intro_mostly_play_the_grooves_of_the_verse() -> None:
    leaning = 0
    for seed in range(40):
        plan, _ = planned(f"pop {FORM}", seed)
        intro, verse = plan.sections[:2]
        played = in_groove(plan, intro)
        assert model_of(plan, intro) == verse
        assert played in (intro, replace(intro, material=verse.material, energy=verse.energy))
        leaning += played != intro
        assert in_groove(plan, verse) == verse
        assert in_groove(plan, plan.sections[-1]) == plan.sections[-1]
    assert 20 < leaning < 40
