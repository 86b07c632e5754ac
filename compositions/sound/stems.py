"""The dry stems of a song: from the cache what it holds, else from synthesiser and singers."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from compositions.sound.samplefile import SampleFile
from compositions.sound.soundfont import SoundFonts
from compositions.sound.stem_cache import KeptStem, StemCache, stem_key
from compositions.sound.synthesis import Part, Stem, engine_identity, synthesise
from compositions.sound.vocal import Singing


def dry_stems(
    parts: list[Part],
    *,
    cache: StemCache | None,
    soundfonts: SoundFonts,
    sample_rate: int,
    frames: int,
    work_dir: Path,
    on_frames: Callable[[int, int], None],
    singers: Mapping[int, Singing] | None = None,
) -> Generator[Stem]:
    """Yield what :func:`compositions.sound.synthesis.synthesise` yields, bit for bit.

    The parts that ``singers`` names by their index are sung instead. Only what ``cache`` does not
    hold is synthesised or sung, and is then kept there.
    """
    singers = singers or {}
    sung_paths: list[Path] = []

    def perform(indices: list[int], folder: Path) -> Generator[Stem]:
        """Stems of parts in order, from the engine and from the singers."""
        played = [index for index in indices if index not in singers]
        with closing(play(played, folder) if played else _nothing()) as stems:
            for index in indices:
                yield sing(index, folder) if index in singers else next(stems)
            for _ in stems:  # so that the engine ends by itself
                pass

    def sing(index: int, folder: Path) -> Stem:
        singing, path = singers[index], folder / f"sung-{index}.f32.part"
        sung_paths.append(path)
        with SampleFile(path, frames, create=True) as stem:
            peak = singing.sing(
                stem, sample_rate, lambda part: on_frames(index, round(part * frames))
            )
        return Stem(index, path, peak, singing.end * sample_rate < frames)

    def play(indices: list[int], folder: Path) -> Generator[Stem]:
        with closing(
            synthesise(
                [parts[index] for index in indices],
                soundfonts=soundfonts,
                sample_rate=sample_rate,
                frames=frames,
                work_dir=folder,
                on_frames=lambda place, frame: on_frames(indices[place], frame),
            )
        ) as stems:
            for stem in stems:
                yield replace(stem, index=indices[stem.index])

    if cache is None:
        try:
            yield from perform(list(range(len(parts))), work_dir)
        finally:
            _remove(sung_paths)
        return
    keys = [
        stem_key(singing=singers[index].identity, sample_rate=sample_rate)
        if index in singers
        else _key(part, soundfonts, sample_rate)
        for index, part in enumerate(parts)
    ]
    missing = [index for index, key in enumerate(keys) if not cache.holds(key, frames)]
    again_dir = work_dir / "again.part"
    kept_path = work_dir / "kept.f32.part"
    try:
        with closing(perform(missing, work_dir)) as played:
            for index, key in enumerate(keys):
                if index in missing:
                    stem = next(played)
                elif (kept := cache.fetch(key, kept_path, frames)) is not None:
                    on_frames(index, frames)
                    yield Stem(index, kept_path, kept.peak, kept.ended)
                    continue
                else:  # damaged, or swept away meanwhile
                    again_dir.mkdir(exist_ok=True)
                    with closing(perform([index], again_dir)) as alone:
                        stem = next(alone)
                        cache.keep(key, stem.path, KeptStem(frames, stem.ended, stem.peak))
                        yield stem
                    continue
                cache.keep(key, stem.path, KeptStem(frames, stem.ended, stem.peak))
                yield stem
            for _ in played:
                pass
    finally:
        _remove(sung_paths)
        kept_path.unlink(missing_ok=True)
        shutil.rmtree(again_dir, ignore_errors=True)
    if missing:
        cache.sweep()


def _nothing() -> Generator[Stem]:
    yield from ()


def _remove(paths: list[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def _key(part: Part, soundfonts: SoundFonts, sample_rate: int) -> str:
    return stem_key(
        engine=engine_identity(),
        soundfont=soundfonts.fonts[part.preset.font].sha256,
        bank=part.preset.bank,
        program=part.preset.program,
        percussion=part.percussion,
        sample_rate=sample_rate,
        events=part.performance.events,
    )
