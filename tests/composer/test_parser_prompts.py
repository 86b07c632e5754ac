"""The parser on contradictions, languages, typing errors, lyrics and scenes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compositions.composer import MusicSpec, compose, parse_prompt
from compositions.composer.prompt_language import detect_language, to_english
from compositions.composer.prompt_numbers import number_words
from compositions.composer.prompt_scene import scene_scores
from compositions.composer.prompt_spelling import correct, distance
from compositions.composer.prompt_words import ensembles, is_ruled_out, synonyms
from compositions.composer.resolve import resolve_spec
from compositions.composer.styles import instruments, styles
from compositions.composer.word_lists import english_words
from compositions.score.timeline import Timeline


def value(prompt: str, name: str) -> Any:
    return getattr(parse_prompt(prompt), name).value


def key(prompt: str) -> str:
    spec = parse_prompt(prompt)
    return f"{spec.tonic.value} {spec.mode.value}"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("h-Moll", "B minor"), ("B-Dur", "Bb major"), ("Fis-Dur", "F# major"),
        ("es-Moll", "Eb minor"), ("As-Dur", "Ab major"), ("cis-moll", "C# minor"),
        ("si bémol mineur", "Bb minor"), ("do sostenido menor", "C# minor"),
        ("sol maior", "G major"), ("fa diesis minore", "F# minor"), ("en la mayor", "A major"),
        ("ré mineur", "D minor"), ("mi bemolle maggiore", "Eb major"), ("lá menor", "A minor"),
        ("the relative minor of Eb major", "C minor"), ("parallel minor of D", "D minor"),
        ("relative major of A minor", "C major"), ("H minor", "B minor"),
        ("in c#m", "C# minor"), ("E Dorian", "E dorian"), ("ré dorien", "D dorian"),
        ("B♭ minor", "Bb minor"), ("D (minor)", "D minor"), ("d-minor", "D minor"),
        ("key: f sharp, minor", "F# minor"), ("F aeolian", "F minor"),
        ("in C major, no wait, in D minor", "D minor"),
        ("A minor, the last chorus modulates to B minor", "A minor"),
    ],
)  # fmt: skip
def test_keys_in_every_spelling(text: str, wanted: str) -> None:
    assert key(f"piano, {text}") == wanted


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("at 96", 96, 96), ("90ish", 90, 90), ("~90", 90, 90), ("bpm=90", 90, 90),
        ("@ 132", 132, 132),
        ("90-100 bpm", 90, 100), ("between 80 and 90 bpm", 80, 90), ("ninety five bpm", 95, 95),
        ("twice as fast as 70", 140, 140), ("half the speed of 140 bpm", 70, 70),
        ("dotted quarter = 60", 90, 90), ("half note = 60", 120, 120), ("♩=72", 72, 72),
        ("80 bpm, then it speeds up to 120 bpm", 80, 80), ("90 bpm, no, 120 bpm", 120, 120),
        ("tempo one hundred and ten", 110, 110), ("not too fast", 81, 120), ("metal 180", 180, 180),
        ("double-time, 90 bpm", 90, 90), ("808s, 70 bpm", 70, 70), ("allegretto", 111, 120),
    ],
)  # fmt: skip
def test_tempos_in_every_wording(text: str, low: float, high: float) -> None:
    assert low <= value(text, "tempo") <= high


def test_the_tempo_may_move_only_where_it_was_asked_to_be() -> None:
    for text in ("adagio", "andante", "larghetto", "slow", "90-100 bpm"):
        spec = parse_prompt(f"piano, {text}, 47 seconds")
        low, high = spec.tempo_range.value
        for seed in range(3):
            tempo = Timeline(compose(spec, seed=seed).score).tempo_at(0)
            assert low <= tempo <= high


@pytest.mark.parametrize(
    ("text", "name", "wanted"),
    [
        ("1:45", "seconds", 105), ("1m20s", "seconds", 80), ("90 s", "seconds", 90),
        ("three and a half minutes", "seconds", 210), ("between 1 and 2 minutes", "seconds", 90),
        ("a couple of minutes", "seconds", 120), ("sixty-four bars", "bars", 64),
        ("16 bars, no, 24 bars", "bars", 24), ("a 4-bar intro", "bars", None),
        ("in seven", "meter", (7, 8)), ("time signature of 3 4", "meter", (3, 4)),
        ("compound triple time", "meter", (9, 8)), ("in 3/4, later 4/4", "meter", (4, 4)),
        ("1980s", "era", "80s"), ("nineties", "era", "90s"), ("baroque", "era", "baroque"),
        ("lyrics in French", "language", "fr"), ("sung in Spanish", "language", "es"),
        ("no swing", "swing", 0.5), ("high register", "register", 0.85),
        ("about the moon, in C", "theme", "the moon"),
    ],
)  # fmt: skip
def test_other_wishes(text: str, name: str, wanted: Any) -> None:
    assert value(text, name) == wanted


@pytest.mark.parametrize(
    ("text", "chords"),
    [
        ("chords: am f c g", "Am F C G"), ("chords Em H7 Am D", "Em B7 Am D"),
        ("Lam Fa Do Sol", "Am F C G"), ("alternating between Em and D", "Em D"),
        ("chords like Dm, Bb, F and C", "Dm Bb F C"), ("| Am | % | F | G |", "Am Am F G"),
        ("chords C major, A minor, F major and G major", "C Am F G"),
        ("the progression is Bm7♭5 → E7 → AmΔ7", "Bm7b5 E7 AmMaj7"), ("vi-IV-I-V", "vi IV I V"),
        ("I want a song in A and I, I like it", None), ("form AABA in A", None),
    ],
)  # fmt: skip
def test_chords_in_every_notation(text: str, chords: str | None) -> None:
    found = value(text, "chords")
    read = None if found is None else " ".join(name for bar in found[""] for name in bar)
    assert read == chords


@pytest.mark.parametrize(
    ("text", "wanted", "unwanted"),
    [
        ("no drums, piano and strings", {"Piano", "Strings"}, {"drums"}),
        ("without drums, bass and guitar", set(), {"drums", "bass", "guitar"}),
        ("no bass, drums or synths", set(), {"bass", "drums", "synth"}),
        ("I don't want any trumpets", set(), {"Trumpet"}),
        ("drumless piano", {"Piano"}, {"drums"}), ("leave the drums out", set(), {"drums"}),
        ("ohne Schlagzeug, mit Klavier", {"Piano"}, {"drums"}),
        ("sin batería ni bajo, con violín", {"Violin"}, {"drums", "bass"}),
        ("sans batterie, flûte", {"Flute"}, {"drums"}),
        ("senza batteria, arpa", {"Harp"}, {"drums"}),
        ("sem bateria, com violão", {"Nylon Guitar"}, {"drums"}),
        ("piano, later: no piano", set(), {"Piano"}),
    ],
)  # fmt: skip
def test_wanted_and_unwanted(text: str, wanted: set[str], unwanted: set[str]) -> None:
    spec = parse_prompt(text)
    assert {item.name for item in spec.instruments.value or ()} == wanted
    assert set(spec.unwanted.value or ()) == unwanted


def test_only_what_is_named_plays() -> None:
    for text in ("only piano", "just guitar and voice", "solo cello", "piano and nothing else",
                 "a cappella", "harp. no other instruments"):  # fmt: skip
        assert value(text, "instruments_only"), text
    for text in ("rock with a guitar solo", "pop with piano", "just a simple pop song"):
        assert not value(text, "instruments_only"), text


def test_contradictions_are_told() -> None:
    spec = parse_prompt("rock, 90 bpm, no, 120 bpm", overrides={"meter": "3/4"})
    assert spec.tempo.value == 120
    assert any("90" in note and "120 is used" in note for note in spec.notes)
    spec = parse_prompt("rock in 4/4 at 90 bpm", overrides={"meter": "3/4", "tempo": 100})
    assert (spec.meter.value, spec.tempo.value) == ((3, 4), 100)
    assert [note for note in spec.notes if "4/4" in note and "3/4; the field" in note]
    assert [note for note in spec.notes if "90 bpm" in note and "100 bpm" in note]
    assert parse_prompt("rock in D minor at 90 bpm").notes == ()
    assert MusicSpec.from_dict(spec.to_dict()) == spec


def test_typing_errors_are_corrected_and_told() -> None:
    spec = parse_prompt("a waltz for violn and accordeon, melancolic, alegro")
    assert [item.name for item in spec.instruments.value] == ["Violin", "Accordion"]
    assert spec.instruments.confidence < 0.9
    assert 111 <= spec.tempo.value <= 140
    assert any("violn" in note for note in spec.notes)


@given(st.sampled_from(sorted(english_words())))
def test_known_words_are_never_changed(word: str) -> None:
    assert correct(f"the {word} song")[0] == f"the {word} song"


def test_edit_distance() -> None:
    assert distance("guitar", "gutiar", 2) == 1
    assert distance("piano", "pianno", 2) == 1
    assert distance("drums", "dreams", 2) == 2
    assert distance("abc", "xyz", 2) == 3


def test_number_words_of_five_languages() -> None:
    for language, word, number in (
        ("es", "noventa y cinco", 95), ("fr", "quatre-vingt-dix", 90), ("fr", "cent vingt", 120),
        ("de", "hundertzwanzig", 120), ("de", "fünfundneunzig", 95), ("it", "centoventotto", 128),
        ("it", "novantuno", 91), ("pt", "cento e vinte", 120), ("fr", "soixante et onze", 71),
    ):  # fmt: skip
        assert number_words(language)[word] == number


def test_languages_are_told_apart() -> None:
    for language, text in (
        ("es", "una canción triste con guitarra"), ("fr", "une chanson triste avec guitare"),
        ("de", "ein trauriges Lied mit Gitarre"), ("it", "una canzone triste con chitarra"),
        ("pt", "uma canção triste com violão"), ("en", "a sad song with guitar"),
        ("en", "jazz trio in F, solo"), ("en", "adagio in G minor"),
    ):  # fmt: skip
        assert detect_language(text)[0] == language, text
    assert to_english("bajo y bateria", "es") == "bass and drums"


def test_lyrics_inside_the_prompt_are_sung() -> None:
    prompt = "folk in G, 92 bpm\n[Verse]\nThe river took my name\n[Chorus]\nCarry me home again"
    spec = parse_prompt(prompt)
    assert [item.kind for item in spec.form.value] == ["verse", "chorus"]
    assert spec.lyrics.value.endswith("Carry me home again")
    assert spec.language.value == "en"
    assert "river" not in spec.not_understood
    sung = "".join(item.text for item in compose(spec, seed=1).score.syllables)
    assert "river" in sung
    directions = parse_prompt("[Verse 8]\nAm F C G\n[Chorus 8]\nF G C C")
    assert directions.lyrics.value is None
    assert directions.chords.value["verse"] == (("Am",), ("F",), ("C",), ("G",))


def test_a_scene_chooses_a_style_and_says_why() -> None:
    for prompt, accepted in (
        ("sailors drinking in a harbour tavern", {"celtic", "folk"}),
        ("robots in a warehouse at 3am", {"techno", "house", "synthwave"}),
        ("she waits at the opera house in the snow", set(styles()) - {"house"}),
        ("grandmother rocks the baby to sleep", {"lullaby", "folk", "classical-piano"}),
    ):
        resolved, _ = resolve_spec(parse_prompt(prompt), 1)
        assert resolved.genre.value in accepted
        assert resolved.genre.confidence <= 0.95
    resolved, _ = resolve_spec(parse_prompt("robots in a warehouse at 3am"), 1)
    assert any("warehouse" in note for note in resolved.notes)
    assert set(scene_scores("xyzzy").values()) == {0.0}


def test_a_colouring_genre_joins_in() -> None:
    spec = parse_prompt("jazz-influenced pop in C")
    assert spec.genre.value == "pop"
    assert spec.blend.value == ("swing-jazz",)
    _, plain = resolve_spec(parse_prompt("pop in C"), 1)
    _, style = resolve_spec(spec, 1)
    assert style.name == plain.name == "pop"
    assert style.parts != plain.parts
    assert parse_prompt("folk rock").genre.value == "rock"


def test_word_data_names_what_exists() -> None:
    assert set(synonyms()) <= set(instruments())
    for members in ensembles().values():
        assert set(members) <= set(instruments())
    for name in set(instruments()) - {"Slow Strings"}:  # there "slow" is a tempo
        assert [item.name for item in parse_prompt(f"for {name}").instruments.value] == [name]


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    spec = parse_prompt(text)
    assert MusicSpec.from_dict(spec.to_dict()) == spec


@pytest.mark.parametrize(
    ("prompt", "unwanted"),
    [
        ("it shouldn't have any vocals; indie folk", {"vocal"}),
        ("lofi beat, anything but a saxophone", {"Alto Sax"}),
        ("bluegrass with everything except the banjo", {"Banjo"}),
        ("I don't want any piano in this folk song, nor strings", {"Piano", "strings"}),
        ("please don't put any synths in it", {"synth"}),
        ("a tune that does not feature a flute or a harp", {"Flute", "Harp"}),
        ("jazz with a clarinet - scratch that, a flute", {"Clarinet"}),
        ("rock without the use of keyboards", {"keys"}),
        ("exclude: drums, bass. include: harp, cello", {"drums", "bass"}),
        ("not looking for anything with distorted guitars", {"Distorted Guitar"}),
        ("no guitar solo, please", {"solo"}),
    ],
)
def test_what_is_ruled_out_in_many_words_does_not_play(prompt, unwanted):
    assert set(parse_prompt(prompt).unwanted.value) == unwanted


def test_an_instrument_with_the_sound_of_an_unwanted_one_is_ruled_out_too():
    assert is_ruled_out(instruments()["Mandolin"], "chords", ("Banjo",))
    assert is_ruled_out(instruments()["Rock Organ"], "chords", ("keys",))
    assert not is_ruled_out(instruments()["Fiddle"], "lead", ("Violin",))


@pytest.mark.parametrize(
    ("prompt", "name", "value"),
    [
        ("ballad, 12/8, sixty-six, choir", "tempo", 66),
        ("balkan style, clarinet, one sixty", "tempo", 160),
        ("sad ballad in c sharp minr", "mode", "minor"),
        ("mode=phrygian root=E", "tonic", "E"),
        ("drumnbass 174", "genre", "drum-and-bass"),
        ("grindcore at 240 bpm in drop A minor", "tempo", 240),
        ("ska at one hundred and five bpm", "tempo", 105),
    ],
)
def test_terse_and_misspelt_values_are_read(prompt, name, value):
    assert getattr(parse_prompt(prompt), name).value == value


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("bossa with nylon gtr", "Nylon Guitar"),
        ("alto and tenor sax over upright bass", "Alto Sax"),
        ("electric and acoustic guitars", "Electric Guitar"),
        ("vln and pno", "Violin"),
        ("a clasical peice for violen", "Violin"),
        ("jazz with a clarinet - no wait, a flute", "Flute"),
    ],
)
def test_abbreviated_misspelt_and_corrected_players_are_read(prompt, name):
    assert name in [item.name for item in parse_prompt(prompt).instruments.value]
