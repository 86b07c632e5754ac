"""What an audio file says about itself, in the manner of each container."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from mutagen.aiff import AIFF
from mutagen.flac import FLAC, Picture
from mutagen.id3 import (
    APIC,
    CHAP,
    COMM,
    CTOC,
    ID3,
    TALB,
    TBPM,
    TCON,
    TDRC,
    TIT2,
    TKEY,
    TPE1,
    USLT,
    CTOCFlags,
)
from mutagen.mp3 import MP3
from mutagen.mp4 import MP4, MP4Cover, MP4FreeForm
from mutagen.oggopus import OggOpus
from mutagen.oggvorbis import OggVorbis
from mutagen.wave import WAVE

from compositions.sound.errors import SoundError

_FRONT_COVER = 3
_MINOR_MODES = ("minor", "dorian", "phrygian", "aeolian", "locrian", "blues")


@dataclass(frozen=True, slots=True)
class Chapter:
    """A named stretch of a file, in seconds from its beginning."""

    start: float
    end: float
    title: str


@dataclass(frozen=True, slots=True)
class Tags:
    """What the file says about itself; empty fields are left out.

    ``bpm`` is in quarter notes per minute, ``key`` as written ("D minor", "F#m", "Bb").
    ``chapters`` are in order; MP3, M4A, FLAC, Ogg Vorbis and Opus have them. Those of M4A are part
    of its sound and written with it.
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
    chapters: tuple[Chapter, ...] = ()


def picture_of(cover: bytes) -> Picture:
    """Return a front cover. Raises :class:`SoundError` unless it is a JPEG or PNG file."""
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


def write_tags(path: Path, container: str, tags: Tags, picture: Picture | None) -> None:
    """Tag the finished file at ``path``, which is of the named format (a key of the encoder's)."""
    _TAGGERS[container](path, tags, picture)


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
    for number, chapter in enumerate(tags.chapters, 1):
        # As players know them: https://wiki.xiph.org/Chapter_Extension
        seconds, thousandths = divmod(round(chapter.start * 1000), 1000)
        minutes, seconds = divmod(seconds, 60)
        hours, minutes = divmod(minutes, 60)
        at = f"{hours:02d}:{minutes:02d}:{seconds:02d}.{thousandths:03d}"
        values[f"CHAPTER{number:03d}"] = at
        values[f"CHAPTER{number:03d}NAME"] = chapter.title
    return {name: value for name, value in values.items() if value}


def _add_chapters(frames: ID3, chapters: tuple[Chapter, ...]) -> None:
    """Chapters after the addendum "ID3v2 Chapter Frame" 1.0, with their table of contents."""
    for number, chapter in enumerate(chapters):
        frames.add(
            CHAP(
                element_id=f"chp{number}",
                start_time=round(chapter.start * 1000),
                end_time=round(chapter.end * 1000),
                start_offset=0xFFFFFFFF,
                end_offset=0xFFFFFFFF,
                sub_frames=[TIT2(encoding=3, text=[chapter.title])],
            )
        )
    frames.add(
        CTOC(
            element_id="toc",
            flags=CTOCFlags.TOP_LEVEL | CTOCFlags.ORDERED,
            child_element_ids=[f"chp{number}" for number in range(len(chapters))],
            sub_frames=[],
        )
    )


def _tag_by_id3(kind: type[MP3 | WAVE | AIFF]) -> Callable[[Path, Tags, Picture | None], None]:
    def tag(path: Path, tags: Tags, picture: Picture | None) -> None:
        file = kind(path)
        if file.tags is None:
            file.add_tags()
        _fill_id3(cast("ID3", file.tags), tags, picture)
        if tags.chapters and kind is MP3:
            _add_chapters(cast("ID3", file.tags), tags.chapters)
        file.save()

    return tag


def _tag_flac(path: Path, tags: Tags, picture: Picture | None) -> None:
    file = FLAC(path)
    file.update(_comments(tags))
    if picture is not None:
        file.add_picture(picture)
    file.save()


def _tag_ogg(
    kind: type[OggVorbis | OggOpus],
) -> Callable[[Path, Tags, Picture | None], None]:
    def tag(path: Path, tags: Tags, picture: Picture | None) -> None:
        file = kind(path)
        file.update(_comments(tags))
        if picture is not None:
            encoded = base64.b64encode(picture.write()).decode("ascii")
            file["METADATA_BLOCK_PICTURE"] = encoded
        file.save()

    return tag


def _tag_mp4(path: Path, tags: Tags, picture: Picture | None) -> None:
    file = MP4(path)
    texts = {
        "\xa9nam": tags.title,
        "\xa9ART": tags.artist,
        "\xa9alb": tags.album,
        "\xa9gen": tags.genre,
        "\xa9day": tags.year,
        "\xa9cmt": tags.comment,
        "\xa9lyr": tags.lyrics,
    }
    for name, text in texts.items():
        if text:
            file[name] = [text]
    if tags.bpm is not None:
        file["tmpo"] = [round(tags.bpm)]
    if tags.key:
        initial = _initial_key(tags.key).encode()
        file["----:com.apple.iTunes:initialkey"] = [MP4FreeForm(initial)]
    if picture is not None:
        form = MP4Cover.FORMAT_PNG if picture.mime == "image/png" else MP4Cover.FORMAT_JPEG
        file["covr"] = [MP4Cover(picture.data, form)]
    file.save()


_TAGGERS = {
    "mp3": _tag_by_id3(MP3),
    "wav": _tag_by_id3(WAVE),
    "aiff": _tag_by_id3(AIFF),
    "flac": _tag_flac,
    "ogg": _tag_ogg(OggVorbis),
    "opus": _tag_ogg(OggOpus),
    "m4a": _tag_mp4,
}
