"""Finished WAV to the formats people share, with tags.

libsndfile encodes (MP3 through LAME, Vorbis, Opus, FLAC, AIFF), FFmpeg's own encoder makes AAC,
mutagen tags. Blocks of 64 k frames: libsndfile crashes on one long Vorbis write.
"""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import numpy as np
import soundfile
from mutagen import MutagenError
from numpy.typing import NDArray

from compositions.sound.cutting import Cut, cut_blocks, resampled
from compositions.sound.errors import SoundError
from compositions.sound.samplefile import Audio, whole_file
from compositions.sound.tagging import Chapter, Tags, picture_of, write_tags

AudioFormat = Literal["mp3", "flac", "ogg", "wav", "aiff", "m4a", "opus"]
BitDepth = Literal[16, 24, 32]
FORMATS: tuple[AudioFormat, ...] = ("mp3", "flac", "ogg", "wav", "aiff", "m4a", "opus")
SAMPLE_RATES = (44_100, 48_000, 88_200, 96_000)
"""Frames per second that can be asked for; :data:`FORMAT_RATES` says of which format."""

_LOSSLESS = frozenset({"flac", "wav", "aiff"})
FORMAT_RATES: dict[str, tuple[int, ...]] = {
    **dict.fromkeys(sorted(_LOSSLESS), SAMPLE_RATES),
    "ogg": SAMPLE_RATES,
    "mp3": (44_100, 48_000),
    "m4a": SAMPLE_RATES,
    "opus": (48_000,),
}
BIT_DEPTHS: dict[str, tuple[BitDepth, ...]] = {
    "wav": (16, 24, 32),
    "aiff": (16, 24),
    "flac": (16, 24),
}
"""Bits of a sample; 32 is floating point. The other formats have none."""

_CONTAINERS = {"mp3": "MP3", "flac": "FLAC", "ogg": "OGG", "wav": "WAV", "aiff": "AIFF"}
_CONTAINERS["opus"] = "OGG"
_SUBTYPES = {"mp3": "MPEG_LAYER_III", "ogg": "VORBIS", "opus": "OPUS"}
_DEPTH_SUBTYPES = {16: "PCM_16", 24: "PCM_24", 32: "FLOAT"}
_BIT_RATES = (32, 320)  # kbit/s, the ends of libsndfile's compression level for MP3
_MP3_VARIABLE_LEVEL = 0.15  # LAME V1.5, about 200 kbit/s
_VORBIS_LEVEL = 0.4  # quality 6, about 190 kbit/s
_OPUS_LEVEL = 0.33  # about 160 kbit/s
_AAC_KBPS = 256
_FALLBACK_RATE = 48_000
_DITHER_SEED = 2026
_ENCODING_SHARE = 0.95

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class _Plan:
    """How the file is written, all choices made."""

    format: AudioFormat
    rate: int
    depth: BitDepth | None
    bitrate_kbps: int | None
    cut: Cut
    dither_seed: int
    chapters: tuple[Chapter, ...]


def encode(
    wav: Path,
    destination: Path,
    *,
    format: AudioFormat,  # noqa: A002 - the word everybody uses
    tags: Tags,
    cover: bytes | None = None,
    bitrate_kbps: int | None = None,
    sample_rate: int | None = None,
    bit_depth: BitDepth | None = None,
    cut: Cut | None = None,
    dither_seed: int = _DITHER_SEED,
    on_progress: Progress | None = None,
) -> Path:
    """Encode ``wav`` as ``destination`` and tag it; returns ``destination``.

    MP3 is variable bit rate of high quality unless ``bitrate_kbps`` (32..320) asks for a constant
    one; it also sets that of M4A. ``sample_rate`` and ``bit_depth`` stay those of the source where
    the format has them (FLAC and AIFF up to 24 bits; Opus is always 48 kHz); fewer bits are
    dithered, from ``dither_seed``: files that are to be added up each need another. ``cut`` is the
    stretch to encode; the chapters of ``tags`` are in seconds of the file. ``cover`` is a JPEG or
    PNG file.
    ``on_progress(part)`` gets 0..1. ``destination`` appears only when it is whole.

    Raises :class:`SoundError` for an unknown format, a rate or depth that it does not have, an
    unreadable source, a stretch outside it, a cover that is neither JPEG nor PNG, and a full disk.
    """
    if format not in FORMATS:
        raise SoundError(f"The format {format!r} is not one of {', '.join(FORMATS)}.")
    if bitrate_kbps is not None and not _BIT_RATES[0] <= bitrate_kbps <= _BIT_RATES[1]:
        raise SoundError(f"The bit rate must be {_BIT_RATES[0]} to {_BIT_RATES[1]} kbit/s.")
    if sample_rate is not None and sample_rate not in FORMAT_RATES[format]:
        rates = ", ".join(map(str, FORMAT_RATES[format]))
        raise SoundError(f"The sample rate of {format} can be {rates} Hz.")
    if bit_depth is not None and bit_depth not in BIT_DEPTHS.get(format, ()):
        depths = ", ".join(map(str, BIT_DEPTHS.get(format, ()))) or "not be chosen"
        raise SoundError(f"The bit depth of {format} can be {depths}.")
    picture = picture_of(cover) if cover is not None else None
    progress = on_progress or (lambda part: None)
    try:
        with whole_file(destination) as partial:
            with soundfile.SoundFile(wav) as source:
                plan = _Plan(
                    format,
                    _rate(source, format, sample_rate),
                    _depth(source, format, bit_depth),
                    bitrate_kbps,
                    cut or Cut(),
                    dither_seed,
                    tags.chapters,
                )
                if not _is_copy(source, plan):
                    _transcode(source, partial, plan, progress)
            if not partial.exists():
                shutil.copyfile(wav, partial)
            progress(_ENCODING_SHARE)
            write_tags(partial, format, tags, picture)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise SoundError("The disk is full. Free some space and export again.") from error
        raise SoundError(f"{wav.name} could not be encoded: {error}") from error
    except (soundfile.LibsndfileError, MutagenError) as error:
        raise SoundError(f"{wav.name} could not be encoded: {error}") from error
    progress(1.0)
    return destination


def _rate(source: soundfile.SoundFile, audio_format: AudioFormat, sample_rate: int | None) -> int:
    rate: int = sample_rate or source.samplerate
    if rate not in FORMAT_RATES[audio_format] and audio_format not in _LOSSLESS:
        return _FALLBACK_RATE
    return rate


def _depth(
    source: soundfile.SoundFile, audio_format: AudioFormat, bit_depth: BitDepth | None
) -> BitDepth | None:
    if bit_depth is not None or audio_format not in BIT_DEPTHS:
        return bit_depth
    known: dict[str, BitDepth] = {"PCM_16": 16, "PCM_24": 24, "FLOAT": 32, "DOUBLE": 32}
    return min(known.get(source.subtype, 24), BIT_DEPTHS[audio_format][-1])


def _is_copy(source: soundfile.SoundFile, plan: _Plan) -> bool:
    return (
        plan.format == "wav"
        and plan.cut.is_whole
        and plan.rate == source.samplerate
        and source.format == "WAV"
        and source.subtype == _DEPTH_SUBTYPES[plan.depth or 24]
    )


def _transcode(source: soundfile.SoundFile, partial: Path, plan: _Plan, progress: Progress) -> None:
    begin, end = plan.cut.frames(source.frames, source.samplerate)
    seconds = (end - begin) / source.samplerate + plan.cut.clicks_last
    total = max(1.0, seconds * plan.rate)

    def reported() -> Iterator[Audio]:
        done = 0
        for block in resampled(cut_blocks(source, plan.cut), source.samplerate, plan.rate):
            yield block
            done += len(block)
            progress(_ENCODING_SHARE * min(1.0, done / total))

    if plan.format == "m4a":
        _write_aac(reported(), partial, plan, source.channels)
    else:
        _write_by_libsndfile(reported(), source, partial, plan)


def _write_by_libsndfile(
    blocks: Iterator[Audio], source: soundfile.SoundFile, partial: Path, plan: _Plan
) -> None:
    level: float | None = None
    mode: str | None = None
    if plan.format == "ogg":
        level = _VORBIS_LEVEL
    elif plan.format == "opus":
        level = _OPUS_LEVEL
    elif plan.format == "mp3" and plan.bitrate_kbps is None:
        level, mode = _MP3_VARIABLE_LEVEL, "VARIABLE"
    elif plan.format == "mp3":
        slowest, fastest = _BIT_RATES
        level, mode = (fastest - (plan.bitrate_kbps or fastest)) / (fastest - slowest), "CONSTANT"
    subtype = _SUBTYPES.get(plan.format) or _DEPTH_SUBTYPES[plan.depth or 24]
    with soundfile.SoundFile(
        partial,
        "w",
        plan.rate,
        source.channels,
        subtype,
        format=_CONTAINERS[plan.format],
        compression_level=level,
        bitrate_mode=mode,
    ) as target:
        if plan.depth is None or plan.depth == 32:
            for block in blocks:
                target.write(block.astype(np.float32))
            return
        untouched = plan.cut.is_whole and plan.rate == source.samplerate
        exact = untouched and source.subtype in ("PCM_16", _DEPTH_SUBTYPES[plan.depth])
        dither = None if exact else np.random.Generator(np.random.PCG64(plan.dither_seed))
        for block in blocks:
            target.write(_quantised(block, plan.depth, dither))


def _quantised(block: Audio, depth: int, dither: np.random.Generator | None) -> NDArray[np.int32]:
    """Whole numbers of ``depth`` bits in the upper bits of 32, with triangular dither.

    libsndfile's own conversion scales by one step less than full scale and does not dither.
    """
    scale = float(1 << (depth - 1))
    scaled = block * scale
    if dither is not None:
        scaled += dither.random(block.shape) - dither.random(block.shape)
    whole = np.clip(np.rint(scaled), -scale, scale - 1.0).astype(np.int64)
    return (whole << (32 - depth)).astype(np.int32)


def _write_aac(blocks: Iterator[Audio], partial: Path, plan: _Plan, channels: int) -> None:
    # FFmpeg is large: only who asks for AAC loads it.
    import av

    layout = "mono" if channels == 1 else "stereo"
    try:
        with av.open(
            str(partial), "w", format="ipod", options={"movflags": "faststart"}
        ) as container:
            stream: Any = container.add_stream("aac", rate=plan.rate, layout=layout)
            stream.bit_rate = (plan.bitrate_kbps or _AAC_KBPS) * 1000
            if plan.chapters:
                container.set_chapters([_chapter(*entry) for entry in enumerate(plan.chapters)])
            done = 0
            for block in blocks:
                planes = np.ascontiguousarray(block.T, dtype=np.float32)
                frame = av.AudioFrame.from_ndarray(planes, format="fltp", layout=layout)
                frame.sample_rate = plan.rate
                frame.pts = done
                done += len(block)
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
    except av.FFmpegError as error:
        raise OSError(error.errno, error.strerror) from error


def _chapter(number: int, chapter: Chapter) -> Any:
    """A chapter as FFmpeg takes it, in milliseconds."""
    return {
        "id": number,
        "start": round(chapter.start * 1000),
        "end": round(chapter.end * 1000),
        "time_base": Fraction(1, 1000),
        "metadata": {"title": chapter.title},
    }
