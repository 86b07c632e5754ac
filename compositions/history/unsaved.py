"""What the working copy holds that its head does not, read without the rest of the song."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from compositions.documents import ROWS, load_plain, plain_item
from compositions.history.blobs import fetch_parts
from compositions.history.commits import load_version, write_changed
from compositions.models import Composition, Version
from compositions.note_windows import load_notes
from compositions.score.entities import Fields, Plain
from compositions.score.serialisation import FORMAT
from compositions.score.serialisation import VERSION as FORMAT_VERSION
from compositions.score.tree import (
    Parts,
    Tree,
    read_tree,
    write_lyrics,
    write_meta,
    write_structure,
    write_track,
)

_CONTENTS = ("automation",)
_NOTHING: Parts = {}
_EMPTY_TRACK = write_track({"notes": [], "automation": []}, _NOTHING)
_EMPTY_LYRICS = write_lyrics({"lines": [], "syllables": []}, _NOTHING)


@dataclass(frozen=True, slots=True)
class Unsaved:
    """The difference between a version and the working copy that came from it.

    ``before`` and ``after`` are both sides; what is the same in both may be missing in them:
    the contents of tracks, and the lyrics. ``tree`` is the working copy's, ``parts`` those
    of its parts that the version does not name.
    """

    before: Plain
    after: Plain
    tree: Tree
    parts: Parts

    @property
    def added_notes(self) -> int:
        """How many notes more there are than before."""
        return _note_count(self.after) - _note_count(self.before)


def unsaved_changes(composition: Composition, head: Version) -> Unsaved:
    """Return what the working copy holds that ``head``, from which it came, does not.

    Only tracks whose hash differs are read. Should rows and hashes disagree, everything is.
    """
    old, new = Tree.from_dict(head.tree), Tree.from_dict(composition.tree)
    if old.lyrics == new.lyrics:
        found = _partly(composition, old, new)
        if found.tree.tree_hash == composition.tree_hash:
            return found
    parts: Parts = {}
    after = load_plain(composition)
    return Unsaved(load_version(head), after, write_changed(after, old, parts), parts)


def _partly(composition: Composition, old: Tree, new: Tree) -> Unsaved:
    changed = {
        key
        for key in old.tracks.keys() | new.tracks.keys()
        if old.tracks.get(key) != new.tracks.get(key)
    }
    after = _load(composition, changed)
    parts: Parts = {}
    meta, structure = write_meta(after, parts), write_structure(after, parts)
    for key in (old.meta, old.structure):
        parts.pop(key, None)
    tracks = {
        track["id"]: write_track(track, parts)
        if track["id"] in changed
        else old.tracks.get(track["id"], "")
        for track in after["tracks"]
    }
    some = {key: part if key in changed else _EMPTY_TRACK for key, part in old.tracks.items()}
    before = read_tree(Tree(old.meta, old.structure, _EMPTY_LYRICS, some), _fetch_or_empty)
    return Unsaved(before, after, Tree(meta, structure, old.lyrics, tracks), parts)


def _load(composition: Composition, tracks: Collection[str]) -> Plain:
    """Return the document without lyrics, and without what is in other tracks."""
    data: Plain = {
        "format": FORMAT,
        "version": FORMAT_VERSION,
        "title": composition.name,
        "tempos": composition.tempos,
        "meters": composition.meters,
        "keys": composition.keys,
        "metadata": composition.document_metadata,
        **composition.mix,
        "lines": [],
        "syllables": [],
    }
    for name in ("sections", "chords", "tracks"):
        data[name] = _rows(composition, name)
    contents = {
        item["id"]: item for item in _rows(composition, "tracks", only=tracks, fields=_CONTENTS)
    }
    notes = load_notes(composition, tracks)
    empty: Fields = {name: [] for name in _CONTENTS}
    data["tracks"] = [
        {**track, **contents.get(track["id"], empty), "notes": notes.get(track["id"], [])}
        for track in data["tracks"]
    ]
    return data


def _rows(
    composition: Composition,
    name: str,
    *,
    only: Collection[str] | None = None,
    fields: Iterable[str] = (),
) -> list[Fields]:
    model, columns = ROWS[name]
    chosen = list(fields) or [field for field in columns if field not in _CONTENTS]
    rows = model.all_objects.filter(composition=composition, deleted_at__isnull=True)
    if only is not None:
        rows = rows.filter(entity_id__in=only)
    found = rows.values_list("entity_id", *(columns[field] for field in chosen))
    return [plain_item(name, ("id", *chosen), values) for values in found]


def _fetch_or_empty(hashes: Iterable[str]) -> Mapping[str, bytes]:
    return {**_NOTHING, **fetch_parts(set(hashes) - _NOTHING.keys())}


def _note_count(data: Plain) -> int:
    return sum(len(track["notes"]) for track in data["tracks"])
