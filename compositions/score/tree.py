"""A score as a tree of hashed parts, so that equal parts are known and stored once.

The parts are: ``meta`` (title and metadata), ``structure`` (tempo, meter, keys, sections,
chords, the mixer strips of the tracks and what is set for the whole mix), ``lyrics`` (lines and
syllables), and for each track an index of its contents: the automation, and the notes in windows
of :data:`WINDOW_TICKS`. A change of one note makes two new parts, its window and the index of
its track; everything else keeps its hash. Git's trees and blobs are the model.

Each part is canonical JSON, named by its SHA-256.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from compositions.score.entities import Plain, mix_of
from compositions.score.errors import Problem, ScoreError
from compositions.score.serialisation import FORMAT, VERSION

WINDOW_TICKS = 8 * 4 * 480
"""Notes are stored together by start time, in stretches of eight bars of 4/4."""
DECIMALS = 6
"""Canonical JSON rounds fractions to this many decimals, so that a last bit that another
processor computes differently does not change the hash."""

_STRUCTURE = ("tempos", "meters", "keys", "sections", "chords")

Parts = dict[str, bytes]
"""Canonical JSON of parts by their hash."""
Fetch = Callable[[Iterable[str]], Mapping[str, bytes]]
"""Returns the canonical JSON of the parts with the given hashes."""


@dataclass(frozen=True, slots=True)
class Tree:
    """The hashes of a score's parts (64 hexadecimal digits each); ``tracks`` by track id."""

    meta: str
    structure: str
    lyrics: str
    tracks: dict[str, str]

    def to_dict(self) -> dict[str, Any]:
        """Return the tree as plain data."""
        return {
            "meta": self.meta,
            "structure": self.structure,
            "lyrics": self.lyrics,
            "tracks": dict(self.tracks),
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Tree:
        """Read what :meth:`to_dict` wrote."""
        return cls(data["meta"], data["structure"], data["lyrics"], dict(data["tracks"]))

    @property
    def tree_hash(self) -> str:
        """The hash of the whole document."""
        return digest(canonical_json(self.to_dict()))

    @property
    def content_hash(self) -> str:
        """The hash of the music: everything but title and metadata.

        Renaming a song does not change what is heard, so renders stay up to date.
        """
        return digest(canonical_json({**self.to_dict(), "meta": ""}))


def canonical_json(value: Any) -> bytes:
    """Return JSON with sorted keys, without white space, fractions rounded.

    Raises :class:`ScoreError` for what JSON cannot say (infinity, a foreign object).
    """
    try:
        return orjson.dumps(rounded(value), option=orjson.OPT_SORT_KEYS)
    except (TypeError, ValueError, RecursionError) as error:
        raise ScoreError([Problem("", f"cannot be written as JSON: {error}")]) from error


def rounded(value: Any) -> Any:
    """Return plain data with every fraction rounded to :data:`DECIMALS`, as it is hashed.

    Raises ``ValueError`` for infinity and for what is no number.
    """
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{value} is not a number of JSON")
        # Adding zero turns -0.0 into 0.0.
        return round(value, DECIMALS) + 0.0
    if isinstance(value, list | tuple):
        return [rounded(item) for item in value]
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    return value


def digest(content: bytes) -> str:
    """Return the SHA-256 as 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def write_tree(data: Plain, parts: Parts | None = None) -> Tree:
    """Return the tree of a plain score whose lists are in their derived order.

    With ``parts`` the canonical JSON of every part is put in there.
    """
    return Tree(
        meta=write_meta(data, parts),
        structure=write_structure(data, parts),
        lyrics=write_lyrics(data, parts),
        tracks={track["id"]: write_track(track, parts) for track in data["tracks"]},
    )


def write_meta(data: Plain, parts: Parts | None = None) -> str:
    """Return the hash of title and metadata."""
    return _write({"title": data["title"], "metadata": data["metadata"]}, parts)


def write_structure(data: Plain, parts: Parts | None = None) -> str:
    """Return the hash of the time line, the mix and the tracks without their contents."""
    structure = {name: data[name] for name in _STRUCTURE} | mix_of(data)
    structure["tracks"] = [
        {name: value for name, value in track.items() if name not in ("notes", "automation")}
        for track in data["tracks"]
    ]
    return _write(structure, parts)


def write_lyrics(data: Plain, parts: Parts | None = None) -> str:
    """Return the hash of the lyric lines and syllables."""
    return _write({"lines": data["lines"], "syllables": data["syllables"]}, parts)


def write_track(track: Mapping[str, Any], parts: Parts | None = None) -> str:
    """Return the hash of the notes and the automation of a plain track."""
    digests = {
        place: write_window(notes, parts) for place, notes in windows_of(track["notes"]).items()
    }
    return write_index(digests, track["automation"], parts)


def windows_of(notes: Iterable[dict[str, Any]]) -> dict[int, list[dict[str, Any]]]:
    """Return plain notes by the window of :data:`WINDOW_TICKS` in which they begin."""
    windows: dict[int, list[dict[str, Any]]] = {}
    for note in notes:
        windows.setdefault(note["start"] // WINDOW_TICKS, []).append(note)
    return windows


def write_window(notes: list[dict[str, Any]], parts: Parts | None = None) -> str:
    """Return the hash of the plain notes of one window, which are in order."""
    # Notes hold whole numbers only, so nothing needs rounding.
    return _keep(orjson.dumps(notes, option=orjson.OPT_SORT_KEYS), parts)


def write_index(
    windows: Mapping[int, str], automation: list[dict[str, Any]], parts: Parts | None = None
) -> str:
    """Return the hash of a track whose windows have these hashes."""
    index: dict[str, Any] = {"windows": {str(place): key for place, key in windows.items()}}
    if automation:
        index["automation"] = _write(automation, parts)
    return _write(index, parts)


def read_tree(tree: Tree, fetch: Fetch) -> Plain:
    """Return the plain score of a tree; the inverse of :func:`write_tree`.

    ``fetch`` is called twice, for all parts that are needed at once. Raises ``KeyError``
    with the hash of a part that it does not return.
    """
    top = fetch({tree.meta, tree.structure, tree.lyrics, *tree.tracks.values()})
    meta, structure, lyrics = (
        orjson.loads(top[key]) for key in (tree.meta, tree.structure, tree.lyrics)
    )
    indexes = {track_id: orjson.loads(top[key]) for track_id, key in tree.tracks.items()}
    contents = fetch({key for index in indexes.values() for key in index_parts(index)})
    tracks = [
        {**strip, **_read_track(indexes[strip["id"]], contents)}
        for strip in structure.pop("tracks")
    ]
    return {"format": FORMAT, "version": VERSION, **meta, **structure, "tracks": tracks, **lyrics}


def index_parts(index: Mapping[str, Any]) -> list[str]:
    """Return the hashes of the parts that the index of a track names."""
    hashes = list(index["windows"].values())
    if "automation" in index:
        hashes.append(index["automation"])
    return hashes


def _read_track(index: Mapping[str, Any], contents: Mapping[str, bytes]) -> dict[str, Any]:
    notes: list[Any] = []
    for place in sorted(index["windows"], key=int):
        notes += orjson.loads(contents[index["windows"][place]])
    automation = orjson.loads(contents[index["automation"]]) if "automation" in index else []
    return {"notes": notes, "automation": automation}


def _write(value: Any, parts: Parts | None) -> str:
    return _keep(canonical_json(value), parts)


def _keep(content: bytes, parts: Parts | None) -> str:
    key = digest(content)
    if parts is not None:
        parts[key] = content
    return key
