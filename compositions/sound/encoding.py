"""Finished WAV to the formats people share, with tags.

libsndfile encodes (MP3 through LAME, OGG Vorbis, FLAC) and mutagen tags. Blocks of 64 k frames:
libsndfile crashes on one long Vorbis write.
"""

from __future__ import annotations

import base64
import errno
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

import soundfile
from mutagen import MutagenError
from mutagen.flac import FLAC, Picture
from mutagen.id3 import APIC, COMM, ID3, TALB, TBPM, TCON, TDRC, TIT2, TKEY, TPE1, USLT
from mutagen.mp3 import MP3
from mutagen.oggvorbis import OggVorbis
from mutagen.wave import WAVE

from compositions.sound.errors import SoundError
from compositions.sound.samplefile import BLOCK_FRAMES, whole_file

AudioFormat = Literal["mp3", "flac", "ogg", "wav"]
FORMATS: tuple[AudioFormat, ...] = ("mp3", "flac", "ogg", "wav")

_CONTAINERS = {"mp3": "MP3", "flac": "FLAC", "ogg": "OGG"}
_MP3_RATES = (32, 320)  # kbit/s, the ends of libsndfile's compression level
_MP3_VARIABLE_LEVEL = 0.15  # LAME V1.5, about 200 kbit/s
_VORBIS_LEVEL = 0.4  # quality 6, about 190 kbit/s
_ENCODING_SHARE = 0.95
_FRONT_COVER = 3
_MINOR_MODES = ("minor", "dorian", "phrygian", "aeolian", "locrian", "blues")


@dataclass(frozen=True, slots=True)
class Tags:
    """What the file says about itself; empty fields are left out.

    ``bpm`` is in quarter notes per minute, ``key`` as written ("D minor", "F#m", "Bb").
    """

    title: str = ""
    artist: str = ""
    album: str = ""
    genre: str = ""
    year: str = ""
    bpm: float | None = None
    key: str = ""
    comment: str = ""
    lyrics: str = ""


def encode(
    wav: Path,
    destination: Path,
    *,
    format: AudioFormat,  # noqa: A002 - the word everybody uses
    tags: Tags,
    cover: bytes | None = None,
    bitrate_kbps: int | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> Path:
    """Encode ``wav`` as ``destination`` and tag it; returns ``destination``.

    MP3 is variable bit rate of high quality unless ``bitrate_kbps`` (32..320) asks for a constant
    one. FLAC keeps up to 24 bits; WAV is a tagged copy. ``cover`` is a JPEG or PNG file.
    ``on_progress(part)`` gets 0..1. ``destination`` appears only when it is whole.

    Raises :class:`SoundError` for an unknown format, an unreadable source, a cover that is neither
    JPEG nor PNG, and a full disk.
    """
    if format not in FORMATS:
        raise SoundError(f"The format {format!r} is not one of {', '.join(FORMATS)}.")
    if bitrate_kbps is not None and not _MP3_RATES[0] <= bitrate_kbps <= _MP3_RATES[1]:
        raise SoundError(f"The bit rate must be {_MP3_RATES[0]} to {_MP3_RATES[1]} kbit/s.")
    picture = _picture(cover) if cover is not None else None
    progress = on_progress or (lambda part: None)
    try:
        with whole_file(destination) as partial:
            if format == "wav":
                shutil.copyfile(wav, partial)
            else:
                _transcode(wav, partial, format, bitrate_kbps, progress)
            progress(_ENCODING_SHARE)
            _TAGGERS[format](partial, tags, picture)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise SoundError("The disk is full. Free some space and export again.") from error
        raise SoundError(f"{wav.name} could not be encoded: {error}") from error
    except (soundfile.LibsndfileError, MutagenError) as error:
        raise SoundError(f"{wav.name} could not be encoded: {error}") from error
    progress(1.0)
    return destination


def _transcode(
    wav: Path,
    partial: Path,
    audio_format: AudioFormat,
    bitrate_kbps: int | None,
    progress: Callable[[float], None],
) -> None:
    level: float | None = None
    mode: str | None = None
    with soundfile.SoundFile(wav) as source:
        subtype = "VORBIS" if audio_format == "ogg" else "MPEG_LAYER_III"
        if audio_format == "flac":
            subtype = "PCM_16" if source.subtype == "PCM_16" else "PCM_24"
        elif audio_format == "ogg":
            level = _VORBIS_LEVEL
        elif bitrate_kbps is None:
            level, mode = _MP3_VARIABLE_LEVEL, "VARIABLE"
        else:
            slowest, fastest = _MP3_RATES
            level, mode = (fastest - bitrate_kbps) / (fastest - slowest), "CONSTANT"
        with soundfile.SoundFile(
            partial,
            "w",
            source.samplerate,
            source.channels,
            subtype,
            format=_CONTAINERS[audio_format],
            compression_level=level,
            bitrate_mode=mode,
        ) as target:
            done = 0
            kind = "int32" if audio_format == "flac" and "PCM" in source.subtype else "float32"
            for block in source.blocks(BLOCK_FRAMES, dtype=kind, always_2d=True):
                target.write(block)
                done += len(block)
                progress(_ENCODING_SHARE * done / max(1, source.frames))


def _picture(cover: bytes) -> Picture:
    picture = Picture()
    picture.type = _FRONT_COVER
    picture.data = cover
    if cover.startswith(b"\xff\xd8\xff"):
        picture.mime = "image/jpeg"
    elif cover.startswith(b"\x89PNG\r\n\x1a\n"):
        picture.mime = "image/png"
    else:
        raise SoundError("The cover must be a JPEG or PNG picture.")
    return picture


def _initial_key(key: str) -> str:
    """The three characters of ID3's TKEY: "D minor" is "Dm"."""
    tonic, _, mode = key.strip().partition(" ")
    minor = any(word in mode.lower() for word in _MINOR_MODES)
    return (tonic + "m" if minor else tonic)[:3]


def _fill_id3(frames: ID3, tags: Tags, picture: Picture | None) -> None:
    texts = [
        (TIT2, tags.title),
        (TPE1, tags.artist),
        (TALB, tags.album),
        (TCON, tags.genre),
        (TDRC, tags.year),
        (TBPM, "" if tags.bpm is None else str(round(tags.bpm))),
        (TKEY, _initial_key(tags.key)),
    ]
    for frame, text in texts:
        if text:
            frames.add(frame(encoding=3, text=[text]))
    if tags.comment:
        frames.add(COMM(encoding=3, lang="eng", desc="", text=[tags.comment]))
    if tags.lyrics:
        frames.add(USLT(encoding=3, lang="und", desc="", text=tags.lyrics))
    if picture is not None:
        frames.add(
            APIC(encoding=3, mime=picture.mime, type=_FRONT_COVER, desc="", data=picture.data)
        )


def _comments(tags: Tags) -> dict[str, str]:
    """Vorbis comments under the names that players look for."""
    values = {
        "TITLE": tags.title,
        "ARTIST": tags.artist,
        "ALBUM": tags.album,
        "GENRE": tags.genre,
        "DATE": tags.year,
        "BPM": "" if tags.bpm is None else f"{tags.bpm:g}",
        "KEY": tags.key,
        "COMMENT": tags.comment,
        "LYRICS": tags.lyrics,
    }
    return {name: value for name, value in values.items() if value}


def _tag_mp3(path: Path, tags: Tags, picture: Picture | None) -> None:
    file = MP3(path)
    if file.tags is None:
        file.add_tags()
    _fill_id3(cast("ID3", file.tags), tags, picture)
    file.save()


def _tag_wav(path: Path, tags: Tags, picture: Picture | None) -> None:
    file = WAVE(path)
    if file.tags is None:
        file.add_tags()
    _fill_id3(cast("ID3", file.tags), tags, picture)
    file.save()


def _tag_flac(path: Path, tags: Tags, picture: Picture | None) -> None:
    file = FLAC(path)
    file.update(_comments(tags))
    if picture is not None:
        file.add_picture(picture)
    file.save()


def _tag_ogg(path: Path, tags: Tags, picture: Picture | None) -> None:
    file = OggVorbis(path)
    file.update(_comments(tags))
    if picture is not None:
        file["METADATA_BLOCK_PICTURE"] = base64.b64encode(picture.write()).decode("ascii")
    file.save()


_TAGGERS = {"mp3": _tag_mp3, "wav": _tag_wav, "flac": _tag_flac, "ogg": _tag_ogg}
