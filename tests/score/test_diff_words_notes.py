"""What is done to notes, and the exact words for it."""

import pytest

from compositions.score.diff_words import tell
from tests.score.diff_edits import (
    LOOSE,
    SIXTEENTHS,
    TRIPLETS,
    Case,
    Edit,
    add,
    apply,
    chords_up,
    drop,
    each,
    every,
    halve,
    moved_notes,
    nothing,
    put,
    quantise,
    scale_starts,
    shift,
    until_next,
)
from tests.score.songs import BAR, note, song_entities

CASES: list[Case] = [
    # Notes that came and went.
    ("one note added", nothing, add(n1=note("lead", 9, 1.5, 79)), "G5 added in Lead, bar 9"),
    (
        "notes added",
        nothing,
        add(n1=note("lead", 9, 1.5), n2=note("lead", 10, 1.5)),
        "2 notes added in Lead, bars 9-10",
    ),
    (
        "in two places",
        nothing,
        add(n1=note("lead", 4, 1.5), n2=note("lead", 10, 1.5), n3=note("lead", 10, 2.5)),
        ("C4 added in Lead, bar 4", "2 notes added in Lead, bar 10"),
    ),
    ("one note removed", nothing, drop("lead9-2"), "D5 removed from Lead, bar 9"),
    (
        "notes with lyrics removed",
        nothing,
        drop("lead3-1", "lead3-2"),
        "2 notes with lyrics removed from Lead, bar 3",
    ),
    ("a bar emptied", nothing, drop("bass9-1", "bass9-2"), "2 notes removed from Bass, bar 9"),
    (
        "all notes removed",
        nothing,
        drop(*(f"bass{bar}-{beat}" for bar in range(1, 13) for beat in (1, 2))),
        "All 24 notes removed from Bass",
    ),
    (
        "a bar rewritten",
        nothing,
        every(
            drop(*(f"lead9-{beat}" for beat in (1, 2, 3, 4))),
            add(**{f"n{i}": note("lead", 9, 1 + i / 2, 70 + i) for i in range(6)}),
        ),
        "Lead, bar 9: rewritten, 6 notes for 4",
    ),
    (
        "bars repeated",
        nothing,
        add(
            **{
                f"n{bar}{beat}": note("lead", bar, beat, pitch)
                for bar in (13, 14)
                for beat, pitch in enumerate((72, 74, 76, 77), start=1)
            }
        ),
        "Lead, bars 13-14: bars 11-12 repeated (8 notes added)",
    ),
    (
        "moved to another track",
        nothing,
        every(put("lead9-1", track="keys"), put("lead9-2", track="keys")),
        "2 notes moved from Lead to Keys, bar 9",
    ),
    # Pitch.
    ("one note", nothing, put("lead9-2", pitch=76), "Lead, bar 9: E5 was D5"),
    (
        "transposed bars",
        nothing,
        shift("pitch", 2, "lead", 9, 10),
        "Lead, bars 9-10: transposed +2",
    ),
    (
        "transposed section",
        nothing,
        shift("pitch", -1, "lead", 7, 10),
        "Lead, Chorus: transposed -1",
    ),
    (
        "transposed track",
        nothing,
        shift("pitch", -12, "bass"),
        "Bass: transposed -12 (an octave down)",
    ),
    (
        "two tracks",
        nothing,
        every(shift("pitch", 3, "lead"), shift("pitch", 3, "keys")),
        "Lead and Keys: transposed +3",
    ),
    (
        "with its chords",
        nothing,
        every(shift("pitch", 2, "lead", 9, 10), chords_up(2, 9, 10)),
        "Lead and chords, bars 9-10: transposed +2",
    ),
    (
        "song transposed",
        nothing,
        every(
            *(shift("pitch", 2, track) for track in ("lead", "keys", "bass")),
            chords_up(2, 1, 12),
            put("key", tonic="D"),
        ),
        "Song transposed +2, C major to D major",
    ),
    (
        "some notes transposed",
        nothing,
        every(put("lead9-1", pitch=74), put("lead9-2", pitch=76)),
        "Lead, bar 9: 2 notes transposed +2",
    ),
    (
        "a third in the key",
        nothing,
        apply(
            lambda f: f.update(pitch={72: 76, 74: 77, 76: 79, 77: 81}[f["pitch"]]), "lead", 9, 10
        ),
        "Lead, bars 9-10: moved up a third in the key",
    ),
    (
        "other pitches",
        nothing,
        every(put("lead9-1", pitch=60), put("lead9-2", pitch=80), put("lead9-3", pitch=62)),
        "Lead, bar 9: 3 notes at other pitches",
    ),
    (
        "raised",
        nothing,
        every(put("lead9-1", pitch=75), put("lead9-2", pitch=80)),
        "Lead, bar 9: 2 notes raised",
    ),
    (
        "other drum",
        nothing,
        put("drums9-1", pitch=40),
        "Drums, bar 9: 1 note moved to another drum",
    ),
    (
        "most transposed, one not",
        nothing,
        every(shift("pitch", 2, "lead", 9, 10), put("lead9-1", pitch=60)),
        ("Lead, bar 9: C4 was C5", "Lead, bars 9-10: 7 notes transposed +2"),
    ),
    (
        "two places",
        nothing,
        every(shift("pitch", 2, "lead", 3, 3), shift("pitch", 2, "lead", 12, 12)),
        "Lead, bars 3 and 12: transposed +2",
    ),
    (
        "two ways",
        nothing,
        every(shift("pitch", 2, "lead", 3, 3), shift("pitch", -3, "lead", 12, 12)),
        ("Lead, bar 3: transposed +2", "Lead, bar 12: transposed -3"),
    ),
    # Time.
    ("moved", nothing, shift("start", 240, "lead", 9, 10), "Lead, bars 9-10: moved 1/8 later"),
    (
        "moved by bars",
        nothing,
        shift("start", 2 * BAR, "lead", 7, 8),
        "Lead, bars 7-8: moved 2 bars later to bars 9-10",
    ),
    (
        "all tracks moved",
        nothing,
        every(*(shift("start", BAR, track) for track in ("lead", "keys", "bass", "drums"))),
        "All tracks: moved 1 bar later",
    ),
    (
        "one note moved",
        nothing,
        put("lead9-2", start=8 * BAR + 600),
        "Lead, bar 9: D5 moved 1/16 later",
    ),
    (
        "moved by ticks",
        nothing,
        shift("start", 7, "lead", 9, 10),
        "Lead, bars 9-10: moved 7 ticks later",
    ),
    ("quantised", SIXTEENTHS, quantise(120), "Lead, bars 9-10: quantised to 1/16"),
    (
        "quantised to triplets",
        every(TRIPLETS, LOOSE),
        quantise(160),
        "Lead, bars 9-10: quantised to 1/8 triplets",
    ),
    (
        "quantised with ends",
        every(LOOSE, shift("duration", 13, "lead", 9, 10)),
        every(quantise(240), apply(lambda f: f.update(duration=240), "lead", 9, 10)),
        "Lead, bars 9-10: quantised to 1/4, ends to 1/8",
    ),
    (
        "nudged onto the grid",
        shift("start", 7, "lead", 9, 10),
        shift("start", -7, "lead", 9, 10),
        "Lead, bars 9-10: quantised to 1/4",
    ),
    (
        "re-timed",
        nothing,
        moved_notes("lead", [30, -17, 5, 11], 9, 10),
        "Lead, bars 9-10: 8 notes re-timed",
    ),
    (
        "later",
        nothing,
        moved_notes("lead", [30, 17, 5, 11], 9, 10),
        "Lead, bars 9-10: 8 notes moved later",
    ),
    (
        "front trimmed",
        nothing,
        every(shift("start", 60, "lead", 9, 10), shift("duration", -60, "lead", 9, 10)),
        "Lead, bars 9-10: starts 1/32 later, ends kept",
    ),
    ("half the speed", nothing, scale_starts(2), "Lead, bars 9-10: stretched to twice the length"),
    ("halved", nothing, apply(halve, "lead", 9, 10), "Lead, bars 9-10: durations halved"),
    (
        "legato",
        moved_notes("lead", [0, 60, -30, 120], 9, 10),
        until_next,
        "Lead, bars 9-10: made legato",
    ),
    (
        "longer",
        nothing,
        shift("duration", 60, "lead", 9, 10),
        "Lead, bars 9-10: durations 1/32 longer",
    ),
    ("one length", nothing, put("lead9-2", duration=480), "Lead, bar 9: D5 1/4 long, was 1/8"),
    (
        "80 %",
        each("duration", lambda i: 200 + 40 * i),
        apply(lambda f: f.update(duration=f["duration"] * 8 // 10), "lead", 9, 10),
        "Lead, bars 9-10: durations shortened to 80 %",
    ),
    (
        "other lengths",
        nothing,
        every(put("lead9-1", duration=300), put("lead9-2", duration=100)),
        "Lead, bar 9: durations of 2 notes changed",
    ),
    # Velocity.
    ("softer", nothing, shift("velocity", -12, "lead", 9, 10), "Lead, bars 9-10: velocities -12"),
    (
        "one velocity",
        nothing,
        put("lead9-1", velocity=100),
        "Lead, bar 9: velocity of C5 100, was 80",
    ),
    (
        "all one velocity",
        each("velocity", lambda i: 50 + 5 * i),
        apply(lambda f: f.update(velocity=99), "lead", 9, 10),
        "Lead, bars 9-10: velocities set to 99",
    ),
    (
        "softer on average",
        nothing,
        each("velocity", lambda i: 80 - 5 - i),
        "Lead, bars 9-10: velocities softer by 8 on average",
    ),
    (
        "varied",
        nothing,
        each("velocity", lambda i: 80 + (1 if i % 2 else -1)),
        "Lead, bars 9-10: velocities of 8 notes varied",
    ),
    (
        "several things at once",
        nothing,
        every(
            shift("pitch", 2, "lead", 9, 10),
            shift("velocity", -12, "lead", 9, 10),
            shift("start", 120, "lead", 9, 10),
        ),
        "Lead, bars 9-10: transposed +2, moved 1/16 later, velocities -12",
    ),
    (
        "several things to one note",
        nothing,
        put("lead9-2", pitch=76, velocity=90, start=8 * BAR + 720),
        "Lead, bar 9: E5 was D5, moved 1/8 later, velocity 90, was 80",
    ),
]


@pytest.mark.parametrize(
    ("prepare", "edit", "words"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_words(prepare: Edit, edit: Edit, words: str | tuple[str, ...]) -> None:
    before, after = song_entities(), song_entities()
    prepare(before)
    prepare(after)
    edit(after)
    told = [sentence.text for sentence in tell(before, after)]
    assert told == ([words] if isinstance(words, str) else list(words))
