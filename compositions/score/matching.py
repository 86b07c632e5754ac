"""Gives an imported song the ids of the song that it was exported from.

MIDI and MusicXML hold no ids. Matched entities keep theirs, so that an edit made in another
program comes back as changes to the notes that were edited, not as a new song; and what the
file cannot hold stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from functools import partial
from typing import Any

from compositions.score.document import TrackRole, mint_id
from compositions.score.entities import Fields, Plain, from_entities, mix_of, to_entities
from compositions.score.general_midi import usual_role
from compositions.score.matching_pairs import Pairing
from compositions.score.matching_performance import (
    as_sounding,
    sounds_like,
    with_performance,
)
from compositions.score.matching_positions import place_between
from compositions.score.matching_rules import (
    pair_automation,
    pair_changes,
    pair_chords,
    pair_lines,
    pair_notes,
    pair_over_tracks,
    pair_sections,
    pair_syllables,
    pair_tracks,
)
from compositions.score.matching_unsaid import guess_unsaid
from compositions.score.midi_names import (
    controller_from_pan,
    controller_from_send,
    volume_from_gain,
)
from compositions.score.mix_settings import STRIP_FIELDS
from compositions.score.validation import RESERVED_IDS

_CHANGES = {"tempos": ("bpm",), "meters": ("numerator", "denominator"), "keys": ("tonic", "mode")}
_MICROSECONDS = 60_000_000
_CONTROLLERS: dict[str, Callable[[float], int]] = {
    "gain_db": volume_from_gain,
    "pan": controller_from_pan,
    "reverb_send": controller_from_send,
}
_NO_KIND = "section"
_ALWAYS_KEPT = ("locked", "origin", "preset", *STRIP_FIELDS)


def match_ids(present: Plain, imported: Plain, *, unsaid: Collection[str] | None = None) -> Plain:
    """Return the imported score with the ids of what it is in the present one.

    Tracks are matched by name, instrument and content; notes exactly first, then such as moved
    or were transposed together, then the cheapest within a beat (start, pitch, length and
    velocity); the rest of the song by time and value. What is matched keeps what no file
    holds: id, lock, origin, preset, phonemes, the line of a syllable, the performance of a note
    (of a file that holds notes as they sound, what is written follows from that). What is not
    matched keeps its own id unless the present score has it, and otherwise gets a new one.

    ``unsaid`` names what the file does not say and the present score therefore keeps: whole
    lists ("tempos", "meters", "keys", "sections", "chords", "syllables", "lines",
    "automation") and fields ("track.gain_db", "note.velocity", "section.energy"). Without it,
    that is guessed: a list is unsaid that is empty or a reader's default, a field that has the
    default everywhere (:func:`~compositions.score.matching_unsaid.guess_unsaid`).
    """
    said_not = frozenset(guess_unsaid(imported) if unsaid is None else unsaid)
    return _Matching(present, imported, said_not).run()


class _Matching:
    def __init__(self, present: Plain, imported: Plain, unsaid: frozenset[str]) -> None:
        self.written = {note["id"]: note for track in present["tracks"] for note in track["notes"]}
        self.sounds = sounds_like(present, imported)
        self.present = as_sounding(present) if self.sounds else present
        self.unsaid = unsaid
        self.used = set(to_entities(present))
        self.used.update(RESERVED_IDS)
        self.imported = _with_ids(imported)
        self.ids: dict[str, str] = {}
        self.old_notes: dict[str, Fields] = {}

    def run(self) -> Plain:
        present, imported = self.present, self.imported
        result: Plain = {
            **imported,
            "title": imported["title"] or present["title"],
            "metadata": {**present["metadata"], **imported["metadata"]},
            **mix_of(present),
            **mix_of(imported),
        }
        for name, values in _CHANGES.items():
            result[name] = self.matched(name, partial(pair_changes, values=values))
        result["sections"] = self.matched("sections", pair_sections)
        result["chords"] = self.matched("chords", pair_chords)
        result["tracks"] = self.tracks()
        result["lines"] = self.lines()
        result["syllables"] = self.syllables(result)
        return from_entities(to_entities(result))

    def matched(
        self, name: str, match: Callable[[list[Fields], list[Fields]], Pairing]
    ) -> list[Fields]:
        """Return one of the lists of the song, matched; the present one where it is unsaid."""
        old, new = self.present[name], self.imported[name]
        if name in self.unsaid:
            return list(old)
        return self.take(match(old, new), name[:-1])

    def take(self, pairing: Pairing, kind: str) -> list[Fields]:
        """Return the new items, with id and unsaid fields of their partners."""
        taken = []
        for index, item in enumerate(pairing.new):
            partner = pairing.partner.get(index)
            old = pairing.old[partner] if partner is not None else None
            fields: Fields = self.kept(kind, old, item) if old is not None else dict(item)
            fields["id"] = old["id"] if old is not None else self.fresh(item["id"])
            self.ids[item["id"]] = fields["id"]
            taken.append(fields)
        return taken

    def kept(self, kind: str, old: Fields, new: Fields) -> Fields:
        """Return the new fields, with those of the old that the file does not hold."""
        fields = dict(new)
        for name in _ALWAYS_KEPT:
            if name in old:
                fields[name] = old[name]
        for name in old:
            if f"{kind}.{name}" in self.unsaid:
                fields[name] = old[name]
        return _KEPT.get(kind, _as_is)(old, fields)

    def fresh(self, own: str) -> str:
        """Return an id that the present score does not have, the item's own if possible."""
        key = own
        while key in self.used:
            key = mint_id()
        self.used.add(key)
        return key

    def tracks(self) -> list[Fields]:
        tracks = pair_tracks(self.present["tracks"], self.imported["tracks"])
        taken = self.take(tracks, "track")
        place_between(taken, {track["id"] for track in tracks.old})
        self.notes(tracks, taken)
        keep_automation = "automation" in self.unsaid
        for index, fields in enumerate(taken):
            partner = tracks.partner.get(index)
            old = tracks.old[partner]["automation"] if partner is not None else []
            new = tracks.new[index]["automation"]
            if keep_automation:
                fields["automation"] = old
            else:
                fields["automation"] = self.take(pair_automation(old, new), "automation")
        return taken

    def notes(self, tracks: Pairing, taken: list[Fields]) -> None:
        """Match the notes within each track, and those that are left over between tracks."""
        sung, imported_sung = (
            {item["note_id"]: item["text"] for item in score["syllables"]}
            for score in (self.present, self.imported)
        )
        left_old: list[Fields] = []
        left_new: list[tuple[int, int]] = []
        matched: list[dict[int, Fields]] = []
        partners = {new: tracks.old[old] for new, old in tracks.partner.items()}
        for index, track in enumerate(tracks.new):
            old = partners[index]["notes"] if index in partners else []
            pairing = pair_notes(old, track["notes"], sung, imported_sung)
            left_old += (old[place] for place in pairing.free_old)
            left_new += ((index, place) for place in pairing.free_new)
            matched.append({new: old[place] for new, place in pairing.partner.items()})
        for place in tracks.free_old:
            left_old += tracks.old[place]["notes"]
        spare = [tracks.new[index]["notes"][place] for index, place in left_new]
        for new, place in pair_over_tracks(left_old, spare).partner.items():
            index, number = left_new[new]
            matched[index][number] = left_old[place]
        for index, fields in enumerate(taken):
            fields["notes"] = [
                self.note(matched[index].get(number), item)
                for number, item in enumerate(tracks.new[index]["notes"])
            ]

    def note(self, old: Fields | None, new: Fields) -> Fields:
        own = new["id"]
        if old is None:
            fields: Fields = {**new, "id": self.fresh(new["id"])}
        else:
            written = self.written[old["id"]]
            if "note.velocity" in self.unsaid:
                new = {**new, "velocity": old["velocity"]}
            fields = {
                **with_performance(new, written, sounds=self.sounds),
                "id": old["id"],
                "locked": old["locked"],
                "origin": old["origin"],
            }
        self.ids[own] = fields["id"]
        return fields

    def lines(self) -> list[Fields]:
        old = self.present["lines"]
        if "lines" in self.unsaid:
            return [dict(line) for line in old]
        new = [
            {**line, "section_id": self.ids.get(line["section_id"], "")}
            for line in self.imported["lines"]
        ]
        lines = self.take(pair_lines(old, new), "line")
        place_between(lines, {line["id"] for line in old})
        return lines

    def syllables(self, result: Plain) -> list[Fields]:
        """Return the syllables; those of lines and notes that are gone go without, or with."""
        old = self.present["syllables"]
        notes = _starts(result)
        if "syllables" in self.unsaid:
            kept = [dict(item) for item in old if item["note_id"] in notes]
        else:
            new = [
                {
                    **item,
                    "note_id": self.ids.get(item["note_id"], ""),
                    "line_id": self.ids.get(item["line_id"], ""),
                }
                for item in self.imported["syllables"]
            ]
            kept = self.take(pair_syllables(old, new, _starts(self.present) | notes), "syllable")
        _empty_dangling(kept, "line_id", result["lines"])
        _empty_dangling(result["lines"], "section_id", result["sections"])
        return kept


def _starts(score: Plain) -> dict[str, int]:
    """Return the starts of all notes by their id."""
    return {note["id"]: note["start"] for track in score["tracks"] for note in track["notes"]}


def _empty_dangling(items: list[Fields], name: str, targets: list[Fields]) -> None:
    ids = {target["id"] for target in targets}
    for item in items:
        if item[name] not in ids:
            item[name] = ""


def _as_is(_old: Fields, fields: Fields) -> Fields:
    return fields


def _kept_section(old: Fields, fields: Fields) -> Fields:
    # Most programs write the name of a section only.
    if fields.get("kind", _NO_KIND) == _NO_KIND and "kind" in old:
        fields["kind"] = old["kind"]
    return fields


def _kept_tempo(old: Fields, fields: Fields) -> Fields:
    # MIDI holds whole microseconds to the quarter.
    if round(_MICROSECONDS / old["bpm"]) == round(_MICROSECONDS / fields["bpm"]):
        fields["bpm"] = old["bpm"]
    return fields


def _kept_chord(old: Fields, fields: Fields) -> Fields:
    # The function goes with the chord: another root has another one.
    if not fields["roman"] and all(old[name] == fields[name] for name in ("root", "quality")):
        fields["roman"] = old["roman"]
    return fields


def _kept_track(old: Fields, fields: Fields) -> Fields:
    sound = ("program", "bank", "percussion")
    if any(old[name] != fields[name] for name in sound):
        fields["preset"] = ""
    # Readers guess the role from the instrument where the file says nothing.
    guess = usual_role(fields["program"], percussion=fields["percussion"])
    if fields["role"] in (TrackRole.OTHER, guess) and old["percussion"] == fields["percussion"]:
        fields["role"] = old["role"]
    # Controllers have 128 steps: what is the same step is the rounding of the file.
    for name, controller in _CONTROLLERS.items():
        if controller(fields[name]) == controller(old[name]):
            fields[name] = old[name]
    fields["name"] = fields["name"] or old["name"]
    fields["position"] = old["position"]
    return fields


def _kept_syllable(old: Fields, fields: Fields) -> Fields:
    if not fields["phonemes"] and old["text"] == fields["text"]:
        fields["phonemes"] = old["phonemes"]
    fields["line_id"] = fields["line_id"] or old["line_id"]
    return fields


def _kept_line(old: Fields, fields: Fields) -> Fields:
    fields["position"] = old["position"]
    return fields


_KEPT: dict[str, Callable[[Fields, Fields], Fields]] = {
    "tempo": _kept_tempo,
    "section": _kept_section,
    "chord": _kept_chord,
    "track": _kept_track,
    "syllable": _kept_syllable,
    "line": _kept_line,
}


def _with_ids(data: Plain) -> Plain:
    """Return a score in which everything has an id of its own."""
    result = {**data, "metadata": data.get("metadata", {}), "title": data.get("title", "")}
    for name in (*_CHANGES, "sections", "chords", "lines", "syllables"):
        result[name] = _identified(data.get(name, ()))
    result["tracks"] = _identified(
        {
            **track,
            "notes": _identified(track.get("notes", ())),
            "automation": _identified(track.get("automation", ())),
        }
        for track in data.get("tracks", ())
    )
    return result


def _identified(items: Iterable[Fields]) -> list[Any]:
    return [item if item.get("id") else {**item, "id": mint_id()} for item in items]
