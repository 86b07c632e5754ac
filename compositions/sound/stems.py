"""The dry stems of a song: from the cache what it holds, else from the synthesiser."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from compositions.sound.soundfont import SoundFonts
from compositions.sound.stem_cache import KeptStem, StemCache, stem_key
from compositions.sound.synthesis import Part, Stem, engine_identity, synthesise


def dry_stems(
    parts: list[Part],
    *,
    cache: StemCache | None,
    soundfonts: SoundFonts,
    sample_rate: int,
    frames: int,
    work_dir: Path,
    on_frames: Callable[[int, int], None],
) -> Generator[Stem]:
    """Yield what :func:`compositions.sound.synthesis.synthesise` yields, bit for bit.

    Only what ``cache`` does not hold is synthesised, and is then kept there.
    """

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
        yield from play(list(range(len(parts))), work_dir)
        return
    keys = [_key(part, soundfonts, sample_rate) for part in parts]
    missing = [index for index, key in enumerate(keys) if not cache.holds(key, frames)]
    again_dir = work_dir / "again.part"
    kept_path = work_dir / "kept.f32.part"
    try:
        with closing(play(missing, work_dir) if missing else _nothing()) as played:
            for index, key in enumerate(keys):
                if index in missing:
                    stem = next(played)
                elif (kept := cache.fetch(key, kept_path, frames)) is not None:
                    on_frames(index, frames)
                    yield Stem(index, kept_path, kept.peak, kept.ended)
                    continue
                else:  # damaged, or swept away meanwhile
                    again_dir.mkdir(exist_ok=True)
                    with closing(play([index], again_dir)) as alone:
                        stem = next(alone)
                        cache.keep(key, stem.path, KeptStem(frames, stem.ended, stem.peak))
                        yield stem
                    continue
                cache.keep(key, stem.path, KeptStem(frames, stem.ended, stem.peak))
                yield stem
            for _ in played:  # so that the engine ends by itself
                pass
    finally:
        kept_path.unlink(missing_ok=True)
        shutil.rmtree(again_dir, ignore_errors=True)
    if missing:
        cache.sweep()


def _nothing() -> Generator[Stem]:
    yield from ()


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
