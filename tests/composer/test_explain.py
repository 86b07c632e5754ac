"""The explanation tells what is in the chords, and nothing else."""

from __future__ import annotations

import pytest

from compositions.composer import compose, parse_prompt


def told(prompt: str) -> str:
    return "\n".join(compose(parse_prompt(prompt), seed=2).explanation)


@pytest.mark.parametrize(
    ("prompt", "sentence"),
    [
        ("pop in C major, chords C D7 G C, 8 bars", "Secondary dominants: II7 before V."),
        ("pop in C major, chords C Fm C G, 8 bars", "Borrowed from outside the key: iv."),
        ("pop in C major, chords C/E F G C, 8 bars", "another bass note"),
    ],
)
def test_devices_are_named_where_the_chords_have_them(prompt: str, sentence: str) -> None:
    assert sentence in told(prompt)


def test_plain_chords_show_no_devices() -> None:
    words = told("pop in C major, chords C F G C, 8 bars")
    for device in ("Secondary", "Borrowed", "another bass"):
        assert device not in words
    assert "C major" in words
