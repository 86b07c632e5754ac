"""A small song for tests that want to speak of bars, sections and tracks."""

from __future__ import annotations

from typing import Any

from compositions.score.document import (
    AutomationPoint,
    Chord,
    KeyChange,
    LyricLine,
    MeterChange,
    Mode,
    Note,
    Score,
    Section,
    Syllable,
    TempoChange,
    Track,
    TrackRole,
    ordered,
)
from compositions.score.entities import Entities, to_entities
from compositions.score.serialisation import to_dict

BAR = 1920
BEAT = 480
FORM = (
    ("intro", "Intro", 2),
    ("verse", "Verse", 4),
    ("chorus", "Chorus", 4),
    ("bridge", "Bridge", 2),
)
BARS = 12


def song() -> Score:
    """Twelve bars of 4/4 at 120 in C: Lead, Keys, Bass, Drums, with lyrics in the verse.

    Ids say what and where: ``lead3-2`` is the note of Lead in bar 3 on beat 2 (from 1), ``c7`` the
    chord of bar 7, ``w3-1`` the syllable of ``lead3-1``.
    """
    sections, bar = [], 0
    for key, label, bars in FORM:
        sections.append(Section(key, bar * BAR, bars * BAR, label, key))
        bar += bars
    roots = ("C", "A", "F", "G")
    chords = [
        Chord(f"c{bar + 1}", bar * BAR, BAR, roots[bar % 4], "m" if roots[bar % 4] == "A" else "")
        for bar in range(BARS)
    ]
    tracks = (
        track("lead", "Lead", TrackRole.VOCAL, 73, (72, 74, 76, 77), from_bar=3),
        track("keys", "Keys", TrackRole.CHORDS, 0, (60, 64), chorus=(60, 65)),
        track("bass", "Bass", TrackRole.BASS, 33, (36, 43)),
        track("drums", "Drums", TrackRole.DRUMS, 0, (36, 38, 36, 38), percussion=True),
    )
    words = ("Oh", "how", "the", "rain")
    lines = (
        LyricLine("line1", "Oh how the rain", "verse", "en"),
        LyricLine("line2", "Oh how the rain", "verse", "en"),
    )
    syllables = [
        Syllable(f"w{bar}-{beat}", f"lead{bar}-{beat}", words[beat - 1], line_id=f"line{bar - 2}")
        for bar in (3, 4)
        for beat in (1, 2, 3, 4)
    ]
    return ordered(
        Score(
            "Rain",
            (TempoChange("tempo", 0, 120.0),),
            (MeterChange("meter", 0, 4, 4),),
            (KeyChange("key", 0, "C", Mode.MAJOR),),
            tuple(sections),
            tuple(chords),
            tracks,
            tuple(syllables),
            {"composer": "Nobody"},
            lines,
        )
    )


def track(
    key: str,
    name: str,
    role: TrackRole,
    program: int,
    pitches: tuple[int, ...],
    *,
    percussion: bool = False,
    chorus: tuple[int, ...] = (),
    from_bar: int = 1,
) -> Track:
    """A track with a note on as many beats of each bar as there are pitches."""
    step = BAR // len(pitches)
    notes = [
        Note(f"{key}{bar}-{beat + 1}", (bar - 1) * BAR + beat * step, step // 2, pitch, 80)
        for bar in range(from_bar, BARS + 1)
        for beat, pitch in enumerate(chorus if chorus and 7 <= bar <= 10 else pitches)
    ]
    points = tuple(
        AutomationPoint(f"{key}-cc{bar}", (bar - 1) * BAR, "cc64", 127.0 * (bar % 2))
        for bar in range(1, BARS + 1)
        if key == "keys"
    )
    return Track(
        key,
        name,
        role,
        program,
        percussion=percussion,
        notes=tuple(notes),
        automation=points,
    )


def song_entities() -> Entities:
    """The song in its flat form."""
    return to_entities(to_dict(song()))


def note(track_id: str, bar: int, beat: float, pitch: int = 60, **more: Any) -> dict[str, Any]:
    """A note of the flat form at a bar and beat (from 1)."""
    return {
        "kind": "note",
        "track": track_id,
        "start": (bar - 1) * BAR + int((beat - 1) * BEAT),
        "duration": 240,
        "pitch": pitch,
        "velocity": 80,
        "locked": False,
        "origin": "",
    } | more
