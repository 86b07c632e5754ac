"""Measure a song against its specification: the confidence the composer reports.

Every part is read from the song as a MIDI file holds it, never from the composer's
intentions; a part that cannot be computed is None with the reason. The whole is adherence
(how far the song is what was asked) times musicality (the calibrated chance that notes
like these are unspoilt, see :mod:`compositions.composer.calibration`).
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from compositions.composer.calibration import chance_of
from compositions.composer.critics_adherence import ADHERENCE, Measured
from compositions.composer.critics_lyrics import lyric_fit
from compositions.composer.critics_music import MUSIC, Heard
from compositions.composer.spec import MusicSpec
from compositions.score.document import Score
from compositions.score.errors import MidiError, ScoreError

_NOT_A_SONG = "there is no song that a MIDI file could hold"


@dataclass(frozen=True, slots=True)
class ConfidencePart:
    """One measured quality 0..1 (None when not computable) and why.

    ``kind`` is "adherence", "music" or "whole" (the musicality that the music parts give).
    """

    name: str
    value: float | None
    reason: str
    kind: str = "adherence"

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {"name": self.name, "value": self.value, "reason": self.reason, "kind": self.kind}


@dataclass(frozen=True, slots=True)
class Confidence:
    """How far the score does what was asked and behaves like music, 0..1.

    ``overall`` is ``adherence`` times ``musicality``; it is None when musicality is, and
    musicality alone when nothing was asked or decided.
    """

    overall: float | None
    parts: tuple[ConfidencePart, ...]
    adherence: float | None = None
    musicality: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {
            "overall": self.overall,
            "adherence": self.adherence,
            "musicality": self.musicality,
            "parts": [part.to_dict() for part in self.parts],
        }


def measure(score: Score, spec: MusicSpec) -> Confidence:
    """Return the confidence of a score under a specification."""
    heard = as_heard(score)
    asked = [
        _part(name, critic(heard, spec) if heard else (None, _NOT_A_SONG), "adherence")
        for name, (_, critic) in ADHERENCE.items()
    ]
    music = music_parts(heard) if heard else [
        _part(name, (None, _NOT_A_SONG), "music") for name in (*MUSIC, "lyric fit")
    ]  # fmt: skip
    pairs = [(ADHERENCE[part.name][0], part.value) for part in asked if part.value is not None]
    weight = sum(share for share, _ in pairs)
    adherence = sum(share * value for share, value in pairs) / weight if weight else None
    style = str(spec.genre.value or "")
    musicality = chance_of({part.name: part.value for part in music}, style)
    overall = None
    if musicality is not None:
        overall = musicality if adherence is None else musicality * adherence
    whole = ConfidencePart("musicality", _rounded(musicality), _in_words(musicality), "whole")
    return Confidence(_rounded(overall), (*asked, *music, whole), _rounded(adherence), whole.value)


def music_parts(heard: Score) -> list[ConfidencePart]:
    """Return what the critics of the music say; the calibration is fitted on these."""
    ears = Heard(heard)
    found = [_part(name, critic(ears), "music") for name, critic in MUSIC.items()]
    return [*found, _part("lyric fit", lyric_fit(heard), "music")]


def as_heard(score: Score) -> Score | None:
    """Return the score as it comes back from its MIDI file, None when there is no note.

    The ids are new, but the same each time.
    """
    # Not at the top: the melody model is trained where no MIDI library is installed.
    from compositions.score.midi import read_midi, write_midi

    if not score.note_count:
        return None
    try:
        return read_midi(write_midi(score), rng=random.Random(0)).score
    except (MidiError, ScoreError):
        return None


def _part(name: str, measured: Measured, kind: str) -> ConfidencePart:
    value, reason = measured
    return ConfidencePart(
        name, None if value is None else _rounded(min(1.0, max(0.0, value))), reason, kind
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _in_words(musicality: float | None) -> str:
    if musicality is None:
        return "too little music to judge"
    return f"of songs and spoilt copies with values like these, {musicality:.0%} were unspoilt"
