"""Names, registers, sections left out, scenes: what a prompt says beside key and tempo."""

from __future__ import annotations

from statistics import mean

import pytest

from compositions.composer.engine import compose
from compositions.composer.plan import make_plan
from compositions.composer.prompt_parser import parse_prompt
from compositions.composer.prompt_words import everyday_genres, find_instrument, substitutes
from compositions.composer.resolve import resolve_spec
from compositions.composer.spec import KeyRequest
from compositions.composer.styles import styles


@pytest.mark.parametrize(
    ("prompt", "genre"),
    [
        ("like Daft Punk, 123 bpm", "disco"),
        ("in the style of Bob Marley", "reggae"),
        ("J.S. Bach, G minor", "baroque"),
        ("Zelda overworld vibes", "game-orchestral"),
        ("the queen drinks tea", None),
        ("the police chase him into the future", None),
    ],
)
def test_names_are_read_as_a_kind_of_music(prompt: str, genre: str | None) -> None:
    """A name gives a genre and a note that nobody is imitated; everyday words do not."""
    spec = parse_prompt(prompt)
    assert spec.genre.value == genre
    assert any("imitate" in note for note in spec.notes) == (genre is not None)


def test_a_named_genre_beats_a_name() -> None:
    """Who says jazz gets jazz, coloured by the name."""
    spec = parse_prompt("like Daft Punk but as bluegrass, 100 bpm")
    assert spec.genre.value == "bluegrass"
    assert "disco" in spec.blend.value
    assert spec.tempo.value == 100


def test_a_register_moves_the_tune() -> None:
    """The same song lies lower or higher by some half an octave."""
    heights = []
    for words in (
        "piano melody in a low register",
        "piano melody",
        "piano melody in a high register",
    ):
        song = compose(parse_prompt(f"{words}, pop in C, 8 bars"), seed=1).score
        lead = next(track for track in song.tracks if track.role.value == "lead")
        heights.append(mean(note.pitch for note in lead.notes))
    assert heights[0] + 5 < heights[1] < heights[2] - 5


@pytest.mark.parametrize("kind", ["solo", "intro", "bridge", "outro"])
def test_a_section_may_be_left_out(kind: str) -> None:
    """ "No bridge" leaves the guitar and takes the bridge, whatever the seed."""
    spec = parse_prompt(f"rock with guitar, without any {kind}, 4 minutes")
    assert spec.unwanted.value == (kind,)
    assert spec.instruments.value is not None
    for seed in range(6):
        assert kind not in {section.kind for section in make_plan(spec, seed, None).sections}


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        ("1/64 time rock", "1/64"),
        ("rock, 10 hours", "15 minutes"),
        ("0 bars of rock", "0 bars"),
        ("99999 bpm", "300"),
        ("happy sad waltz", "happy and sad"),
        ("a kazoo and a piano", "kazoo"),
        ("nothing sad, piano", "ruled out"),
    ],
)
def test_what_cannot_be_done_is_told(prompt: str, words: str) -> None:
    """A wish that is not followed, or twofold, leaves a note."""
    assert any(words in note for note in parse_prompt(prompt).notes)


def test_a_key_of_a_later_section_is_a_change_of_key() -> None:
    """The first key stays that of the song."""
    spec = parse_prompt("pop in D major, the bridge in B minor")
    assert (spec.tonic.value, spec.mode.value) == ("D", "major")
    assert spec.key_changes.value == (KeyRequest("bridge", "B minor"),)


@pytest.mark.parametrize(
    ("prompt", "unwanted"),
    [
        ("tango con violín, todo menos batería", "drums"),
        ("trip-hop, tout sauf guitare", "guitar"),
        ("Polka, alles außer Klavier", "Piano"),
        ("musica rock, tutto tranne basso", "bass"),
        ("rock, tudo menos guitarra", "guitar"),
        ("rock, trumpet instead of guitar", "guitar"),
    ],
)
def test_exceptions_in_six_languages(prompt: str, unwanted: str) -> None:
    """ "Everything but" rules out."""
    assert unwanted in parse_prompt(prompt).unwanted.value


@pytest.mark.parametrize(
    ("scene", "genres"),
    [
        ("a haunted graveyard full of skeletons", {"cinematic", "metal", "film-noir", "dubstep"}),
        ("a combine harvester crosses the cornfield", {"country", "folk", "bluegrass"}),
        ("the toddlers fall asleep in their cribs", {"lullaby"}),
        ("dolphins and jellyfish", {"ambient", "new-age"}),
    ],
)
def test_scenes_choose_by_topic(scene: str, genres: set[str]) -> None:
    """Words speak for several styles; compounds by their halves; the note says why."""
    spec, style = resolve_spec(parse_prompt(scene), 1)
    assert style.name in genres
    assert any("No style was named" in note for note in spec.notes)


def test_data_of_words_is_consistent() -> None:
    """Substitutes and everyday genres name what exists; no instrument is hidden by a genre."""
    assert everyday_genres()
    for word, name in substitutes().items():
        found = find_instrument(word)
        assert found is not None, word
        assert found.name == name, word
    for name in ("Honky-Tonk Piano", "Nylon Guitar", "Synth Brass"):
        assert find_instrument(name) is not None
    assert "folk" in styles()
