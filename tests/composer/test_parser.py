"""The parser: every way to say a thing, its source and confidence, and clear refusals."""

from __future__ import annotations

from typing import Any

import pytest

from compositions.composer import MusicSpec, Source, compose, parse_prompt
from compositions.composer.resolve import resolve_spec


def value(prompt: str, name: str) -> Any:
    return getattr(parse_prompt(prompt), name).value


@pytest.mark.parametrize(
    ("text", "tonic", "mode"),
    [
        ("in D minor", "D", "minor"), ("Dm", "D", "minor"), ("in Dm,", "D", "minor"),
        ("B-flat major", "Bb", "major"), ("Bb major", "Bb", "major"), ("B♭ major", "Bb", "major"),
        ("F# minor", "F#", "minor"),
        ("F sharp minor", "F#", "minor"), ("f-sharp minor", "F#", "minor"),
        ("F#m", "F#", "minor"), ("Bbm", "Bb", "minor"), ("in C", "C", None),
        ("key of E", "E", None), ("key: Ab major", "Ab", "major"), ("a minor", "A", "minor"),
        ("in a minor, slow", "A", "minor"), ("A minor waltz", "A", "minor"),
        ("a minor blues", None, "minor"), ("in a minor key", None, "minor"),
        ("E phrygian", "E", "phrygian"), ("D dorian mode", "D", "dorian"),
        ("G mixolydian", "G", "mixolydian"), ("F lydian", "F", "lydian"),
        ("C# harmonic minor", "C#", "harmonic_minor"), ("in Eb", "Eb", None),
        ("E-flat", "Eb", None), ("G major key", "G", "major"), ("a happy tune", None, None),
        ("a song in major", None, "major"), ("C♯ minor", "C#", "minor"),
    ],
)  # fmt: skip
def test_keys(text: str, tonic: str | None, mode: str | None) -> None:
    spec = parse_prompt(text)
    assert (spec.tonic.value, spec.mode.value) == (tonic, mode)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("82 bpm", 82, 82), ("around 90", 90, 90), ("tempo of 120", 120, 120), ("at 140", 140, 140),
        ("like 90ish", 90, 90), ("bpm: 77", 77, 77), ("ninety bpm", 90, 90),
        ("one hundred and twenty bpm", 120, 120), ("120 beats per minute", 120, 120),
        ("largo", 41, 60), ("adagio", 61, 70), ("andante", 71, 90), ("moderato", 91, 110),
        ("allegro", 111, 140), ("vivace", 141, 160), ("presto", 161, 210), ("slow", 40, 80),
        ("fast", 120, 160), ("very fast", 160, 240),
        ("mid-tempo", 81, 120), ("fast, 82 bpm", 82, 82),
        ("99.5 bpm", 99.5, 99.5), ("125bpm techno", 125, 125), ("quarter = 66", 66, 66),
    ],
)  # fmt: skip
def test_tempos(text: str, low: float, high: float) -> None:
    assert low <= value(text, "tempo") <= high


@pytest.mark.parametrize(
    ("text", "meter"),
    [
        ("3/4", (3, 4)), ("in 6/8 time", (6, 8)), ("5/4", (5, 4)), ("7/8", (7, 8)),
        ("a waltz", (3, 4)), ("three-four", (3, 4)),
        ("six-eight", (6, 8)), ("five four time", (5, 4)),
        ("common time", (4, 4)), ("cut time", (2, 2)),
        ("twelve-eight", (12, 8)), ("jazz waltz", (3, 4)),
        ("no meter here", None),
    ],
)  # fmt: skip
def test_meters(text: str, meter: tuple[int, int] | None) -> None:
    assert value(text, "meter") == meter


@pytest.mark.parametrize(
    ("text", "name", "wanted"),
    [
        ("2 minutes", "seconds", 120), ("90 seconds", "seconds", 90), ("16 bars", "bars", 16),
        ("a minute and a half", "seconds", 90), ("two and a half minutes", "seconds", 150),
        ("2:30", "seconds", 150),
        ("half a minute", "seconds", 30), ("3-minute song", "seconds", 180),
        ("one minute", "seconds", 60),
        ("a 32-bar tune", "bars", 32), ("thirty seconds", "seconds", 30),
        ("1 minute 20 seconds", "seconds", 80),
        ("12-bar blues", "bars", None), ("45s long", "seconds", 45),
        ("2 min", "seconds", 120), ("1.5 minutes", "seconds", 90), ("Am song", "seconds", None),
    ],
)  # fmt: skip
def test_lengths(text: str, name: str, wanted: float | None) -> None:
    assert value(text, name) == wanted


@pytest.mark.parametrize(
    ("text", "chords"),
    [
        ("ii V I", [["ii"], ["V"], ["I"]]), ("chords Am F C G", [["Am"], ["F"], ["C"], ["G"]]),
        ("i-VI-III-VII", [["i"], ["VI"], ["III"], ["VII"]]),
        ("Am - F - C - G", [["Am"], ["F"], ["C"], ["G"]]),
        ("| Dm7 G7 | Cmaj7 |", [["Dm7", "G7"], ["Cmaj7"]]),
        ("progression: I V vi IV", [["I"], ["V"], ["vi"], ["IV"]]),
        ("F#m D A E", [["F#m"], ["D"], ["A"], ["E"]]),
    ],
)  # fmt: skip
def test_chords(text: str, chords: list[list[str]]) -> None:
    assert [list(bar) for bar in value(text, "chords")[""]] == chords


def test_chords_per_section() -> None:
    chords = value("verse: Am F C G, chorus: F G Am Am", "chords")
    assert chords["verse"] == (("Am",), ("F",), ("C",), ("G",))
    assert chords["chorus"] == (("F",), ("G",), ("Am",), ("Am",))


def test_forms() -> None:
    tags = value("[Intro 4] [Verse 8] [Chorus 8]", "form")
    assert [(item.kind, item.bars) for item in tags] == [("intro", 4), ("verse", 8), ("chorus", 8)]
    assert [item.kind for item in value("AABA form", "form")] == ["A", "A", "B", "A"]
    run = value("verse chorus verse chorus bridge chorus", "form")
    assert [item.kind for item in run] == ["verse", "chorus", "verse", "chorus", "bridge", "chorus"]
    numbered = value("[Verse 1] [Chorus] [Verse 2] [Chorus]", "form")
    assert [item.bars for item in numbered] == [None] * 4


def test_instruments_wanted_and_unwanted() -> None:
    spec = parse_prompt("rock with Hammond organ and no drums, without bass or pads")
    assert [item.name for item in spec.instruments.value] == ["Organ"]
    assert set(spec.unwanted.value) == {"drums", "bass", "pad"}
    assert parse_prompt("solo piano").instruments_only.value
    assert not parse_prompt("pop with piano").instruments_only.value


def test_every_field_keeps_source_and_confidence() -> None:
    spec = parse_prompt("slow lo-fi in D minor, 2 minutes", overrides={"tempo": 70, "meter": "6/8"})
    assert spec.tempo.source is Source.USER
    assert spec.tempo.value == 70
    assert spec.meter.value == (6, 8)
    assert spec.tonic.source is Source.PROMPT
    resolved, style = resolve_spec(spec, 1)
    assert resolved.swing.source is Source.STYLE
    assert resolved.swing.value == style.swing_ratio
    assert all(0 <= entry.confidence <= 1 for _, entry in resolved.items())


def test_what_is_not_understood_is_said() -> None:
    spec = parse_prompt("a flurbish pop song in C with zibbled guitars")
    assert set(spec.not_understood) == {"flurbish", "zibbled"}


def test_json_round_trip() -> None:
    spec = parse_prompt(
        "a wistful lo-fi tune in D minor, 82 bpm, Rhodes, no drums, Am F C G, [Verse 8] [Chorus 8]"
    )
    assert MusicSpec.from_dict(spec.to_dict()) == spec
    with pytest.raises(ValueError, match="tempo"):
        MusicSpec.from_dict({"tempo": 3})


@pytest.mark.parametrize(
    "overrides",
    [
        {"tempo": 1000}, {"tempo": "quick"}, {"meter": "4/5"}, {"meter": "x"}, {"genre": "zzz"},
        {"instruments": ["flugelsaw"]}, {"unknown": 1}, {"chords": "Hq"}, {"key": "X minor"},
        {"seconds": 1}, {"bars": 0}, {"mode": "sideways"}, {"form": "nothing"}, {"swing": 0.9},
        {"tonic": "Q"}, {"unwanted": ["zzz"]},
    ],
)  # fmt: skip
def test_senseless_fields_are_refused_by_name(overrides: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(overrides))):
        parse_prompt("pop", overrides=overrides)


def test_fields_beat_the_prompt() -> None:
    spec = parse_prompt(
        "rock in C major, 120 bpm",
        overrides={"key": "Bb minor", "genre": "lofi", "instruments": "piano, cello",
                   "form": "AABA",
                   "title": "North", "seconds": None},
    )  # fmt: skip
    assert (spec.tonic.value, spec.mode.value, spec.genre.value) == ("Bb", "minor", "lo-fi")
    assert [item.name for item in spec.instruments.value] == ["Piano", "Cello"]
    assert spec.title.value == "North"


def test_a_prompt_has_a_limit() -> None:
    with pytest.raises(ValueError, match="longer than"):
        parse_prompt("la " * 3000)


def test_title_and_theme() -> None:
    assert value('pop called "Glass Rivers" in C', "title") == "Glass Rivers"
    assert value("a song about the sea at night in A minor", "theme") == "the sea"


def test_an_unwanted_kind_is_ruled_out_whole() -> None:
    for seed in range(6):
        song = compose(parse_prompt("swing jazz in F, no saxophone"), seed=seed)
        assert not [track.name for track in song.score.tracks if "Sax" in track.name]
        song = compose(parse_prompt("soul in F, no organ"), seed=seed)
        assert not [track.name for track in song.score.tracks if "Organ" in track.name]


def test_a_bare_number_between_commas_is_a_tempo() -> None:
    assert value("brass march, 2/4, 120", "tempo") == 120
