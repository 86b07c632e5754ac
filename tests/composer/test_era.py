"""An era shapes the sounds of a style, never against what was asked."""

from __future__ import annotations

import pytest

from compositions.composer import parse_prompt
from compositions.composer.casting import cast
from compositions.composer.era import era_name, eras, in_era
from compositions.composer.plan import make_plan
from compositions.composer.styles import instruments, styles


def players(prompt: str) -> dict[str, str]:
    """Role -> instrument of the song's band."""
    seats = cast(make_plan(parse_prompt(prompt), 1, None))
    return {seat.part.role: seat.instrument.name for seat in seats}


@pytest.mark.parametrize(
    ("prompt", "era"),
    [
        ("80s rock", "80s"), ("the roaring twenties", "20s"), ("1920s jazz", "20s"),
        ("90s-style r&b", "90s"), ("Y2K pop", "00s"), ("seventies soul", "70s"),
        ("2020s pop", "2020s"), ("a song from 1973", "70s"), ("medieval dance", "medieval"),
        ("metal like in the late 80's", "80s"), ("80s", "80s"), ("victorian song", "victorian"),
        ("rock, 90s", None), ("a song of 80s in C", None),
    ],
)  # fmt: skip
def test_eras_are_read(prompt, era):
    assert parse_prompt(prompt).era.value == era


def test_a_length_in_seconds_is_no_decade():
    assert parse_prompt("rock, 90s").seconds.value == 90


def test_the_band_is_of_its_time():
    eighties, seventies = players("80s soul"), players("seventies soul")
    assert eighties["drums"] in ("Electronic Kit", "Power Kit")
    assert eighties["chords"] in ("FM Electric Piano", "Organ")
    assert seventies["chords"] in ("Rhodes", "Organ")
    assert players("1920s pop")["bass"] in ("Tuba", "Upright Bass")


def test_what_was_asked_plays_in_every_era():
    band = players("80s soul with rhodes, upright bass and no drums")

    assert band["chords"] == "Rhodes"
    assert band["bass"] == "Upright Bass"
    assert "drums" not in band


def test_a_swing_that_was_asked_stays():
    straight = make_plan(parse_prompt("1920s pop, straight feel"), 1, None)
    swung = make_plan(parse_prompt("1920s pop"), 1, None)

    assert straight.spec.swing.value == 0.5
    assert swung.spec.swing.value > 0.6


def test_the_change_is_told():
    plan = make_plan(parse_prompt("1920s pop"), 1, None)

    assert any("the twenties" in note and "Jazz Kit" in note for note in plan.spec.notes)


@pytest.mark.parametrize("era", sorted(eras()))
def test_every_era_makes_playable_styles(era):
    for style in styles().values():
        dressed, _ = in_era(style, era)
        assert len(dressed.parts) == len(style.parts)
        for part in dressed.parts:
            for name in part.instruments:
                instrument = instruments()[name]
                assert instrument.percussion == (part.role in ("drums", "percussion"))
        assert all(0 <= value <= 1 for value in dressed.mix.values())
        assert all(0 <= part.reverb_send <= 1 for part in dressed.parts)


@pytest.mark.parametrize("name", ["Tibetan", "", "the future"])
def test_unknown_eras_are_refused(name):
    with pytest.raises(ValueError, match="decade or period"):
        era_name(name)


def test_an_era_is_a_field_too():
    assert parse_prompt("soul", overrides={"era": "1980s"}).era.value == "80s"
    with pytest.raises(ValueError, match="era"):
        parse_prompt("soul", overrides={"era": "the age of steam"})
