"""Random specifications for property tests."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from compositions.composer import MusicSpec, parse_prompt
from compositions.composer.styles import styles
from compositions.score.document import Mode

TONICS = ("C", "C#", "Db", "D", "Eb", "E", "F", "F#", "Gb", "G", "G#", "Ab", "A", "Bb", "B")
METERS = [(4, 4), (3, 4), (2, 4), (6, 8), (5, 4), (7, 8), (9, 8), (12, 8), (5, 8), (7, 4), (2, 2),
          (11, 8), (3, 8), (6, 4), (4, 8), (13, 8)]  # fmt: skip


def spec_of(fields: dict[str, Any]) -> MusicSpec:
    return parse_prompt("", overrides=fields)


def specs() -> st.SearchStrategy[MusicSpec]:
    return st.fixed_dictionaries(
        {
            "genre": st.sampled_from(sorted(styles())),
            "tonic": st.sampled_from(TONICS),
            "mode": st.sampled_from([mode.value for mode in Mode]),
            "meter": st.sampled_from(METERS),
            "tempo": st.integers(40, 240),
            "seconds": st.integers(20, 90),
        }
    ).map(spec_of)
