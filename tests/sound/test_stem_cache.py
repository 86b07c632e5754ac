"""The cache of stems: one change, one stem; the same bytes; damage, limits and crowds."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compositions.score.document import Score, TrackRole
from compositions.sound import RenderParameters, render, stems
from compositions.sound.samplefile import BLOCK_FRAMES
from compositions.sound.stem_cache import KeptStem, StemCache, stem_key
from tests.sound import scores

Digest = Callable[..., str]
LIMIT = 1 << 30


@pytest.fixture
def digest(soundfont: Path, tmp_path: Path) -> Digest:
    """Render and tell the bytes of the mix."""

    def run(song: Score, cache: StemCache | None, tail: float = 0.5) -> str:
        result = render(
            song,
            soundfont=soundfont,
            parameters=RenderParameters(tail_seconds=tail, reverb=False, tone=False),
            work_dir=tmp_path / "work",
            stem_cache=cache,
        )
        assert [path.name for path in result.mix.parent.iterdir()] == ["mix.wav"]
        return hashlib.sha256(result.mix.read_bytes()).hexdigest()

    return run


@pytest.fixture
def synthesised(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many parts each start of the engine was given."""
    counts: list[int] = []
    play = stems.synthesise

    def counted(parts, **rest):  # type: ignore[no-untyped-def]
        counts.append(len(parts))
        return play(parts, **rest)

    monkeypatch.setattr(stems, "synthesise", counted)
    return counts


def song_of_three() -> Score:
    return scores.score(
        scores.track(TrackRole.LEAD, scores.melody(2), program=80),
        scores.track(TrackRole.BASS, scores.bass(2), program=33),
        scores.track(TrackRole.DRUMS, scores.drums(2)),
    )


def entries(cache: StemCache) -> list[Path]:
    return sorted(cache.folder.iterdir())


def test_changing_one_track_synthesises_one_and_the_bytes_are_the_same(
    digest: Digest, synthesised: list[int], tmp_path: Path
) -> None:
    cache = StemCache(tmp_path / "stems", LIMIT)
    song = song_of_three()
    plain = digest(song, None)
    assert digest(song, cache) == digest(song, cache) == plain
    assert synthesised == [3, 3]
    # A fader, a send and the balance are the desk's business.
    lead = song.tracks[0]
    turned = replace(song, tracks=(replace(lead, gain_db=3.0, pan=0.4), *song.tracks[1:]))
    assert digest(turned, cache) != plain
    assert synthesised == [3, 3]
    softer = replace(lead, notes=tuple(replace(note, velocity=50) for note in lead.notes))
    changed = replace(song, tracks=(softer, *song.tracks[1:]))
    with_cache = digest(changed, cache)
    assert synthesised == [3, 3, 1]
    assert with_cache == digest(changed, None) != plain


def test_a_stem_is_the_beginning_of_a_longer_one(
    digest: Digest, synthesised: list[int], tmp_path: Path
) -> None:
    cache = StemCache(tmp_path / "stems", LIMIT)
    song = song_of_three()
    digest(song, cache, 4.0)
    assert digest(song, cache, 0.13) == digest(song, None, 0.13)
    assert digest(song, cache, 6.0) == digest(song, None, 6.0)  # silent at 4 s: as good as 6
    assert synthesised == [3, 3, 3]


def damage_middle(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-30])


def damage_header(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[9] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("harm", [damage_middle, cut, damage_header, Path.unlink])
def test_what_is_damaged_is_played_anew(
    harm: Callable[[Path], None], digest: Digest, synthesised: list[int], tmp_path: Path
) -> None:
    cache = StemCache(tmp_path / "stems", LIMIT)
    song = song_of_three()
    plain = digest(song, cache)
    harm(entries(cache)[1])
    assert digest(song, cache) == plain
    assert digest(song, cache) == plain
    assert synthesised == [3, 1]


def test_a_cache_that_cannot_be_written_stops_nothing(
    digest: Digest, synthesised: list[int], tmp_path: Path
) -> None:
    (tmp_path / "stems").write_text("a file where the folder should be")
    cache = StemCache(tmp_path / "stems", LIMIT)
    assert digest(song_of_three(), cache) == digest(song_of_three(), None)
    assert synthesised == [3, 3]


def keep(cache: StemCache, name: str, audio: np.ndarray, *, ended: bool = False) -> None:
    source = cache.folder.parent / f"{name}.f32"
    source.write_bytes(audio.astype("<f4").tobytes())
    cache.keep(name, source, KeptStem(len(audio), ended, float(np.abs(audio).max(initial=0.0))))


@given(st.lists(st.sampled_from([0.0, 0.25, -1.5]), min_size=1, max_size=4), st.integers(1, 900))
@settings(max_examples=15, deadline=None)
def test_what_comes_out_is_what_went_in(levels: list[float], rest: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        check_round_trip(levels, rest, Path(name))


def check_round_trip(levels: list[float], rest: int, folder: Path) -> None:
    cache = StemCache(folder / "stems", LIMIT)
    audio = np.repeat(np.array(levels, dtype="<f4"), BLOCK_FRAMES // 2)[rest:]
    audio = np.stack([audio, -audio], axis=1)
    keep(cache, "a", audio, ended=True)
    for frames in (len(audio), rest, len(audio) + rest):
        found = cache.fetch("a", folder / "out.f32", frames)
        assert found is not None
        out = np.fromfile(folder / "out.f32", dtype="<f4").reshape(-1, 2)
        assert len(out) == frames
        both = min(frames, len(audio))
        np.testing.assert_array_equal(out[:both], audio[:both])
        assert not out[both:].any()


def test_a_stem_that_still_sounds_does_not_serve_a_longer_song(tmp_path: Path) -> None:
    cache = StemCache(tmp_path / "stems", LIMIT)
    keep(cache, "a", np.ones((100, 2)))
    assert cache.holds("a", 100)
    assert not cache.holds("a", 101)
    assert cache.fetch("a", tmp_path / "out", 101) is None
    assert not (tmp_path / "out").exists()
    assert cache.holds("a", 100)


def test_what_was_used_least_recently_goes_first(tmp_path: Path) -> None:
    cache = StemCache(tmp_path / "stems", 3000)
    for age, name in enumerate("abc"):
        keep(cache, name, np.full((100, 2), 0.5))
        os.utime(cache.folder / f"{name}.stem", (1000 + age, 1000 + age))
    assert cache.fetch("a", tmp_path / "out", 100) is not None  # used again just now
    (cache.folder / "gone.part").touch()
    os.utime(cache.folder / "gone.part", (1000, 1000))
    (cache.folder / "new.part").touch()
    assert cache.sweep() == 0
    keep(cache, "d", np.full((100, 2), 0.5))
    assert cache.sweep() == 1
    assert [path.name for path in entries(cache)] == ["a.stem", "c.stem", "d.stem", "new.part"]
    keep(cache, "e", np.full((400, 2), 0.5))  # larger than the whole cache
    assert not cache.holds("e", 400)


def test_a_key_names_all_that_is_heard() -> None:
    base = {"engine": "x", "bank": 0, "events": ((0, 1, 60, 90),)}
    assert stem_key(**base) == stem_key(**dict(reversed(base.items())))
    assert stem_key(**base) != stem_key(**base | {"bank": 1})
    assert stem_key(**base) != stem_key(**base | {"events": ((0, 1, 60, 91),)})
