"""What is done to the form, the lyrics, locks and the song, and the exact words for it."""

import pytest

from compositions.score.diff_words import tell
from compositions.score.entities import META_ID
from tests.score.diff_edits import (
    Case,
    Edit,
    add,
    chorus_before_verse,
    drop,
    every,
    in_bars,
    move_bars,
    nothing,
    put,
    verse_again,
    without_verse,
)
from tests.score.songs import BAR, song_entities

CASES: list[Case] = [
    # The form.
    ("section moved with all it holds", nothing, chorus_before_verse, "Chorus moved before Verse"),
    (
        "section mark moved",
        nothing,
        every(put("verse", start=6 * BAR), put("chorus", start=2 * BAR)),
        "Chorus moved before Verse; the notes stay",
    ),
    (
        "section removed with all it holds",
        nothing,
        without_verse,
        "Verse removed (4 bars, 48 notes)",
    ),
    ("section mark removed", nothing, drop("verse"), "Section mark Verse removed"),
    ("section repeated", nothing, verse_again, "Verse repeated at the end (4 bars, 48 notes)"),
    (
        "section repeated as another",
        nothing,
        every(verse_again, put("verse2", label="Verse 2")),
        "Verse repeated as Verse 2 at the end (4 bars, 48 notes)",
    ),
    (
        "section mark added",
        drop("verse"),
        add(
            verse={
                "kind": "section",
                "start": 2 * BAR,
                "duration": 4 * BAR,
                "label": "Verse",
                "section_kind": "verse",
                "energy": 0.5,
                "locked": False,
            }
        ),
        "Verse marked as a section",
    ),
    (
        "empty section added",
        nothing,
        add(
            outro={
                "kind": "section",
                "start": 12 * BAR,
                "duration": 4 * BAR,
                "label": "Outro",
                "section_kind": "outro",
                "energy": 0.5,
                "locked": False,
            }
        ),
        "Outro added at the end (4 bars)",
    ),
    (
        "everything later",
        nothing,
        lambda song: move_bars(song, [*in_bars(song, 7, 12), "chorus", "bridge"], 1),
        "Everything from Chorus on moved 1 bar later",
    ),
    (
        "boundary moved",
        nothing,
        every(put("verse", duration=5 * BAR), put("chorus", start=7 * BAR, duration=3 * BAR)),
        ("Verse is 5 bars long, was 4", "Chorus is 3 bars long, was 4"),
    ),
    ("section longer", nothing, put("bridge", duration=4 * BAR), "Bridge is 4 bars long, was 2"),
    (
        "section renamed",
        nothing,
        put("bridge", label="Solo", section_kind="solo"),
        "Bridge renamed to Solo",
    ),
    ("energy", nothing, put("bridge", energy=0.8), "Bridge: energy 80 %, was 50 %"),
    # Lyrics.
    (
        "a line",
        nothing,
        put("line1", text="Oh how the snow"),
        'Lyrics changed: "Oh how the snow" was "Oh how the rain"',
    ),
    (
        "a line and its syllables",
        nothing,
        every(put("line1", text="Oh how the snow"), put("w3-4", text="snow")),
        'Lyrics changed: "Oh how the snow" was "Oh how the rain"',
    ),
    (
        "a syllable",
        nothing,
        put("w3-4", text="snow"),
        'Lead, bar 3: lyrics changed: "snow" was "rain"',
    ),
    (
        "many syllables",
        nothing,
        every(*(put(f"w3-{i}", text="la") for i in (1, 2, 3, 4))),
        "Lead, bar 3: 4 syllables changed",
    ),
    (
        "syllables re-timed",
        every(drop("w4-3", "w4-4")),
        every(put("w4-1", note_id="lead4-3"), put("w4-2", note_id="lead4-4")),
        "Lead, bar 4: 2 syllables re-timed",
    ),
    (
        "syllables removed",
        nothing,
        drop("w3-1", "w3-2"),
        'Lead, bar 3: 2 syllables removed: "Oh how"',
    ),
    (
        "syllables added",
        drop("w3-1", "w3-2"),
        add(
            a={
                "kind": "syllable",
                "note_id": "lead3-1",
                "text": "oh",
                "continues": True,
                "phonemes": [],
                "line_id": "",
            },
            b={
                "kind": "syllable",
                "note_id": "lead3-2",
                "text": "la",
                "continues": False,
                "phonemes": [],
                "line_id": "",
            },
        ),
        'Lead, bar 3: 2 syllables added: "oh-la"',
    ),
    (
        "pronunciation",
        nothing,
        put("w3-1", phonemes=["OW"]),
        "Lead, bar 3: pronunciation of 1 syllable changed",
    ),
    (
        "line added",
        nothing,
        add(
            line3={
                "kind": "line",
                "text": "And how",
                "section_id": "chorus",
                "language": "en",
                "position": 3.0,
                "locked": False,
            }
        ),
        'Lyric line added in Chorus: "And how"',
    ),
    ("line removed", nothing, drop("line2"), 'Lyric line removed from Verse: "Oh how the rain"'),
    (
        "line moved to a section",
        nothing,
        put("line2", section_id="bridge"),
        'Line "Oh how the rain" moved to Bridge',
    ),
    (
        "lines reordered",
        nothing,
        put("line2", position=0.5),
        'Line "Oh how the rain" moved in the lyrics',
    ),
    (
        "language",
        nothing,
        every(put("line1", language="de"), put("line2", language="de")),
        "Language of 2 lyric lines: de",
    ),
    # Locks.
    ("track locked", nothing, put("lead", locked=True), "Lead locked"),
    (
        "section locked",
        nothing,
        every(put("verse", locked=True), put("chorus", locked=True)),
        "Verse and Chorus locked",
    ),
    (
        "notes locked",
        nothing,
        every(put("lead9-1", locked=True), put("lead9-2", locked=True)),
        "2 notes locked in Lead, bar 9",
    ),
    ("chord unlocked", put("c4", locked=True), put("c4", locked=False), "Chord G unlocked, bar 4"),
    ("line locked", nothing, put("line1", locked=True), 'Line "Oh how the rain" locked'),
    # The song.
    ("title", nothing, put(META_ID, title="Snow"), 'Title: "Snow" was "Rain"'),
    ("no title", nothing, put(META_ID, title=""), 'Title: nothing was "Rain"'),
    (
        "details",
        nothing,
        put(META_ID, metadata={"composer": "Somebody", "comment": "x"}),
        "Details changed: comment and composer",
    ),
    (
        "origin",
        nothing,
        every(put("lead9-1", origin="user"), put("lead9-2", origin="user")),
        "2 notes changed (origin)",
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
