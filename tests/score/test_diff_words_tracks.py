"""What is done to chords, the time line, tracks and automation, and the exact words for it."""

import pytest

from compositions.score.diff_words import tell
from tests.score.diff_edits import (
    Case,
    Edit,
    add,
    chords,
    chords_up,
    drop,
    every,
    many_tracks,
    new_track,
    nothing,
    points,
    put,
)
from tests.score.songs import BAR, song_entities

CASES: list[Case] = [
    # Chords.
    ("one chord", nothing, chords((4, "G", "sus4")), "Gsus4 was G, bar 4"),
    ("a slash chord", nothing, put("c4", bass="B"), "G/B was G, bar 4"),
    (
        "two chords",
        nothing,
        chords((4, "G", "sus4"), (8, "G", "7")),
        ("Gsus4 was G, bar 4", "G7 was G, bar 8"),
    ),
    (
        "many chords",
        nothing,
        chords((3, "F", "maj7"), (4, "G", "sus4"), (7, "F", "6"), (8, "G", "7"), (12, "G", "9")),
        "5 chords changed (Fmaj7 was F, Gsus4 was G, F6 was F and 2 more), bars 3-4, 7-8 and 12",
    ),
    ("chords transposed", nothing, chords_up(2, 3, 6), "Chords, Verse: transposed +2"),
    (
        "chord replaced",
        nothing,
        every(
            drop("c4"),
            add(
                new={
                    "kind": "chord",
                    "start": 3 * BAR,
                    "duration": BAR,
                    "root": "E",
                    "quality": "m",
                    "bass": "",
                    "roman": "",
                    "locked": False,
                }
            ),
        ),
        "Em was G, bar 4",
    ),
    ("chord removed", nothing, drop("c4"), "G removed, bar 4"),
    ("chords removed", nothing, drop("c4", "c5"), "2 chords removed (C, G), bars 4-5"),
    (
        "chord added",
        drop("c4"),
        add(
            c4={
                "kind": "chord",
                "start": 3 * BAR,
                "duration": BAR,
                "root": "E",
                "quality": "m7",
                "bass": "",
                "roman": "",
                "locked": False,
            }
        ),
        "Em7 added, bar 4",
    ),
    ("chord moved", drop("c4"), put("c3", start=2 * BAR + 960), "F moved 1/2 later, bar 3"),
    ("chord shortened", nothing, put("c4", duration=960), "G lasts 1/2, was 1 bar, bar 4"),
    (
        "chord boundary moved",
        nothing,
        every(put("c3", duration=960), put("c4", start=3 * BAR - 960, duration=BAR + 960)),
        "2 chords re-timed, bars 3-4",
    ),
    ("analysed", nothing, put("c4", roman="V"), "G is V, bar 4"),
    # Tempo, meter, key.
    ("tempo", nothing, put("tempo", bpm=92.5), "Tempo 92.5 bpm, was 120 bpm"),
    (
        "tempo change added",
        nothing,
        add(t={"kind": "tempo", "tick": 4 * BAR, "bpm": 100.0}),
        "Tempo 100 bpm added, bar 5",
    ),
    (
        "tempo changes added",
        nothing,
        add(**{f"t{i}": {"kind": "tempo", "tick": i * BAR, "bpm": 120.0 - i} for i in range(1, 6)}),
        "5 tempo changes added, bars 2-6",
    ),
    (
        "later tempo",
        add(t={"kind": "tempo", "tick": 4 * BAR, "bpm": 100.0}),
        put("t", bpm=90.0),
        "Tempo from bar 5: 90 bpm, was 100 bpm",
    ),
    (
        "tempo moved",
        add(t={"kind": "tempo", "tick": 4 * BAR, "bpm": 100.0}),
        put("t", tick=5 * BAR),
        "Tempo 100 bpm moved from bar 5 to bar 6",
    ),
    (
        "tempo replaced",
        nothing,
        every(drop("tempo"), add(t={"kind": "tempo", "tick": 0, "bpm": 100.0})),
        "Tempo 100 bpm, was 120 bpm",
    ),
    ("meter", nothing, put("meter", numerator=3), "Meter 3/4, was 4/4"),
    (
        "key",
        nothing,
        put("key", tonic="A", mode="harmonic_minor"),
        "Key A harmonic minor, was C major",
    ),
    (
        "key change removed",
        add(k={"kind": "key", "tick": 6 * BAR, "tonic": "D", "mode": "major"}),
        drop("k"),
        "Key D major removed, bar 7",
    ),
    # Tracks and the mixer.
    (
        "fader and pan",
        nothing,
        put("bass", gain_db=-3.0, pan=-0.2),
        "Bass fader -3 dB, pan 20 % left",
    ),
    ("fader", nothing, put("bass", gain_db=0.04), "Bass fader +0.04 dB"),
    ("pan to the centre", put("bass", pan=0.5), put("bass", pan=0.0), "Bass pan centre"),
    (
        "mute, solo and reverb",
        nothing,
        put("bass", muted=True, solo=True, reverb_send=0.5),
        "Bass reverb 50 %, was 20 %, muted, soloed",
    ),
    (
        "every fader",
        nothing,
        every(*(put(track, gain_db=-2.0) for track in ("lead", "keys", "bass", "drums"))),
        "All tracks fader -2 dB",
    ),
    (
        "instrument",
        nothing,
        put("keys", program=4),
        "Keys: Electric Piano 1 was Acoustic Grand Piano",
    ),
    ("preset", nothing, put("keys", preset="Rhodes"), "Keys: Rhodes was Acoustic Grand Piano"),
    ("drum kit", nothing, put("drums", program=25), "Drums: kit 26, was 1"),
    ("bank", nothing, put("keys", bank=8), "Keys: Acoustic Grand Piano of bank 8, was bank 0"),
    ("role", nothing, put("keys", role="counter_melody"), "Keys: role counter melody, was chords"),
    ("renamed", nothing, put("keys", name="Rhodes"), "Keys renamed to Rhodes"),
    ("reordered", nothing, put("bass", position=0.5), "Bass moved above Lead"),
    ("to the end", nothing, put("lead", position=9.0), "Lead moved to the end"),
    ("renumbered", nothing, put("drums", position=9.0), "1 track renumbered, in the same order"),
    ("track added", nothing, new_track, "Strings added (String Ensemble 1, 2 notes)"),
    ("track removed", nothing, drop("keys"), "Keys removed (Acoustic Grand Piano, 24 notes)"),
    ("sung track removed", nothing, drop("lead"), "Lead removed (Flute, 40 notes)"),
    (
        "many tracks added",
        nothing,
        many_tracks,
        "5 tracks added: Pad 0, Pad 1, Pad 2, Pad 3 and Pad 4 (5 notes)",
    ),
    # Automation.
    (
        "pedal",
        nothing,
        points("lead", "cc64", [0, 480, 960, 1440]),
        "Lead sustain pedal, bar 1: 4 points added",
    ),
    ("one value", nothing, put("keys-cc3", value=64.0), "Keys sustain pedal, bar 3: 64, was 127"),
    (
        "values",
        nothing,
        every(put("keys-cc2", value=10.0), put("keys-cc4", value=10.0)),
        "Keys sustain pedal, bars 2-4: 2 points +10",
    ),
    (
        "points moved",
        nothing,
        every(put("keys-cc2", tick=BAR + 240), put("keys-cc3", tick=2 * BAR + 240)),
        "Keys sustain pedal, bars 2-3: 2 points moved 1/8 later",
    ),
    ("points removed", nothing, drop("keys-cc2"), "Keys sustain pedal, bar 2: 1 point removed"),
    (
        "pitch bend",
        nothing,
        points("lead", "pitch_bend", [0]),
        "Lead pitch bend, bar 1: 1 point added",
    ),
    (
        "unnamed controller",
        nothing,
        points("lead", "cc20", [0, 8 * BAR]),
        "Lead controller 20, bars 1 and 9: 2 points added",
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
