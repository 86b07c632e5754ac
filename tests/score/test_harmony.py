"""Note names, scales, key signatures and chord qualities."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compositions.score import harmony
from compositions.score.chord_qualities import QUALITY_ALIASES
from compositions.score.document import Chord, Mode

TONICS = [letter + accidental for letter in "CDEFGAB" for accidental in ("", "b", "#")]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("C", 0), ("B#", 0), ("Cb", 11), ("F#", 6), ("Gb", 6), ("Ebb", 2), ("F##", 7)],
)
def test_pitch_class_of_a_note_name(name: str, expected: int) -> None:
    assert harmony.pitch_class(name) == expected


@pytest.mark.parametrize("name", ["", "H", "c", "C###", "Cb#", "C4", "C\n"])
def test_what_is_no_note_name(name: str) -> None:
    assert not harmony.is_note_name(name)
    with pytest.raises(ValueError, match="note name"):
        harmony.pitch_class(name)


@pytest.mark.parametrize(
    ("tonic", "mode", "names"),
    [
        ("C", Mode.MAJOR, "C D E F G A B"),
        ("Gb", Mode.MAJOR, "Gb Ab Bb Cb Db Eb F"),
        ("G#", Mode.HARMONIC_MINOR, "G# A# B C# D# E F##"),
        ("D", Mode.DORIAN, "D E F G A B C"),
        ("F", Mode.LYDIAN, "F G A B C D E"),
        ("B", Mode.LOCRIAN, "B C D E F G A"),
        ("A", Mode.MELODIC_MINOR, "A B C D E F# G#"),
        ("E", Mode.BLUES, "E G A Bb B D"),
        ("Eb", Mode.MAJOR_PENTATONIC, "Eb F G Bb C"),
        ("C#", Mode.PHRYGIAN, "C# D E F# G# A B"),
    ],
)
def test_scales_as_any_theory_book_spells_them(tonic: str, mode: Mode, names: str) -> None:
    assert " ".join(harmony.scale_note_names(tonic, mode)) == names


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("tonic", TONICS)
def test_every_scale_is_its_intervals_above_the_tonic(tonic: str, mode: Mode) -> None:
    root = harmony.pitch_class(tonic)
    expected = tuple((root + interval) % 12 for interval in harmony.scale_intervals(mode))
    assert harmony.scale_pitch_classes(tonic, mode) == expected
    assert len(set(expected)) == len(expected)


@pytest.mark.parametrize(
    ("tonic", "mode", "count"),
    [
        ("C", Mode.MAJOR, 0),
        ("A", Mode.MINOR, 0),
        ("Bb", Mode.MAJOR, -2),
        ("F#", Mode.MINOR, 3),
        ("D", Mode.DORIAN, 0),
        ("G", Mode.MIXOLYDIAN, 0),
        ("Cb", Mode.MAJOR, -7),
        ("C#", Mode.MAJOR, 7),
    ],
)
def test_key_signatures(tonic: str, mode: Mode, count: int) -> None:
    assert harmony.key_signature_fifths(tonic, mode) == count


@given(st.integers(0, 127), st.sampled_from(TONICS), st.sampled_from(list(Mode)))
def test_spelled_pitches_sound_as_they_were(pitch: int, tonic: str, mode: Mode) -> None:
    assert harmony.pitch_class(harmony.spell(pitch, tonic, mode)) == pitch % 12
    assert harmony.parse_pitch(harmony.spell_pitch(pitch, tonic, mode)) == pitch


def test_chromatic_notes_follow_the_key() -> None:
    assert [harmony.spell(n, "C", Mode.MAJOR) for n in range(12)] == [
        *("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
    ]
    assert harmony.spell(8, "A", Mode.MINOR) == "G#"
    assert harmony.spell(1, "E", Mode.MAJOR) == "C#"
    assert harmony.spell_pitch(60, "C#", Mode.MAJOR) == "B#3"
    assert harmony.spell_pitch(59, "Gb", Mode.MAJOR) == "Cb4"


@pytest.mark.parametrize("text", ["C10", "Z4", "C", "Cb-1", "G#9", "C99999999999999"])
def test_what_is_no_pitch(text: str) -> None:
    with pytest.raises(ValueError, match=r"pitch|MIDI range"):
        harmony.parse_pitch(text)


@pytest.mark.parametrize(
    ("symbol", "names"),
    [
        ("C", "C E G"),
        ("Gm7", "G Bb D F"),
        ("Bdim7", "B D F Ab"),
        ("F#m7b5", "F# A C E"),
        ("Ebmaj7", "Eb G Bb D"),
        ("D7#9", "D F# A C E#"),
        ("Asus4", "A D E"),
        ("C6/9", "C E G A D"),
        ("C-7", "C Eb G Bb"),
        ("CΔ7", "C E G B"),
        ("C7(b9, b13)", "C E G Bb Db Ab"),
        ("B♭m(maj7)", "Bb Db F A"),
        ("Eø", "E G Bb D"),
        ("C(b5)", "C E Gb"),
        ("Cb5", "Cb Gb"),
    ],
)
def test_chord_symbols_spell_their_notes(symbol: str, names: str) -> None:
    root, quality, bass = harmony.parse_chord_symbol(symbol)
    chord = Chord("c", 0, 480, root, quality, bass)
    assert " ".join(harmony.chord_note_names(chord)) == names
    classes = tuple(harmony.pitch_class(name) for name in names.split())
    assert harmony.chord_pitch_classes(chord) == classes


def test_slash_bass() -> None:
    assert harmony.parse_chord_symbol("D/F#") == ("D", "", "F#")
    assert harmony.chord_pitch_classes(Chord("c", 0, 1, "D", "", "F#")) == (2, 6, 9)
    assert harmony.chord_pitch_classes(Chord("c", 0, 1, "D", "", "C")) == (2, 6, 9, 0)
    assert harmony.chord_bass(Chord("c", 0, 1, "D", "", "C")) == 0
    assert harmony.chord_bass(Chord("c", 0, 1, "D")) == 2


@pytest.mark.parametrize("symbol", ["", "H7", "Cxyz", "C/H", "m7", "N.C."])
def test_what_is_no_chord_symbol(symbol: str) -> None:
    with pytest.raises(ValueError, match="chord symbol"):
        harmony.parse_chord_symbol(symbol)


@given(st.sampled_from(TONICS), st.sampled_from(harmony.CHORD_QUALITIES))
def test_every_quality_survives_as_a_symbol(root: str, quality: str) -> None:
    chord = Chord("c", 0, 1, root, quality)
    parsed_root, parsed_quality, bass = harmony.parse_chord_symbol(chord.symbol)
    assert (parsed_root, bass) == (root, "")
    assert harmony.chord_intervals(parsed_quality) == harmony.chord_intervals(quality)


def test_aliases_point_at_known_qualities() -> None:
    for alias, quality in QUALITY_ALIASES.items():
        assert harmony.canonical_quality(f"({alias})") == quality
        assert quality in harmony.CHORD_QUALITIES
