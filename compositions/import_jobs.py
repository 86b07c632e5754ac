"""The job that reads an imported file and makes it a song, changes of one, or a proposal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from accounts.models import User
from ariaforge.exceptions import InvalidInputError
from ariaforge.jobs.registry import JobContext, JobError, JobKind, register
from compositions.documents import load_plain, prepare
from compositions.history.proposals import propose
from compositions.history.versions import set_document
from compositions.imports import stem_of
from compositions.models import Composition, Import, Proposal, Version
from compositions.score.diff import diff
from compositions.score.document import Score
from compositions.score.draft_locks import Locks
from compositions.score.entities import Entities, Kind, Plain, to_entities
from compositions.score.errors import MidiError, MusicXmlError, ScoreError
from compositions.score.matching import match_ids
from compositions.score.midi import write_midi
from compositions.score.midi_guard import read_midi_safely
from compositions.score.musicxml import read_musicxml
from compositions.score.serialisation import from_dict, to_dict
from compositions.score.tree import write_tree
from compositions.services import request_render
from compositions.song_jobs import row_to_work_on, sent_file
from media.models import Asset
from media.services import keep_file, prepare_file

READ_SHARE = 0.5
MATCH_SHARE = 0.9
LYRICS_MAX_LENGTH = 10_000
_REMARKS_MOST = 200


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What reading leaves for the finish.

    ``data`` is the document to be, matched with the song as it was after edit ``revision``;
    ``read`` is what the file says by itself; ``midi`` the song's new MIDI file, stored.
    """

    read: Plain
    data: Plain
    revision: int
    remarks: list[str]
    midi: Asset | None


@register
class ImportKind(JobKind):
    """A MIDI or MusicXML file becomes a song, changes of a song, or a proposal."""

    name = "import"
    label = "Import a file"
    queue = "compose"
    time_limit_seconds = 240
    cpu_limit_seconds = 200
    memory_limit_mb = 2048

    def run(self, context: JobContext) -> ImportOutcome:
        """Read the file in this limited process and find out what of it the song has."""
        row = _import(context)
        context.progress(0.05, "Reading the file")
        score, remarks = _read(row)
        read = to_dict(score)
        context.progress(READ_SHARE, "Comparing with the song")
        composition = row.composition
        data = _document(composition, read, row, name=context.parameters.get("name", ""))
        context.progress(MATCH_SHARE, "Keeping the notes")
        midi = None
        if row.mode != Import.Mode.PROPOSE:
            midi = prepare_file(
                owner=User.objects.get(pk=context.owner_id),
                project=composition.project,
                content=write_midi(from_dict(data)),
                filename=f"{data['title'] or composition.name}.mid",
                kind=Asset.Kind.MIDI,
                role="song",
                provenance=Asset.Provenance.ENHANCED,
                generator={"composition": str(composition.pk), "job": str(context.job_id)},
                parent=row.asset,
                folder=context.files_folder,
            )
        return ImportOutcome(read, data, composition.revision, remarks, midi)

    def finish(self, context: JobContext, outcome: ImportOutcome) -> dict[str, Any]:
        """Make the file's music the song's document, or offer it."""
        row = _import(context)
        user = User.objects.get(pk=context.owner_id)
        composition = Composition.objects.select_for_update(of=("self",), no_key=True).get(
            pk=row.composition_id
        )
        data = outcome.data
        if composition.revision != outcome.revision:
            # Somebody has edited meanwhile: what the file changes is seen against that.
            name = context.parameters.get("name", "")
            data = _document(composition, outcome.read, row, name=name)
        row.remarks = outcome.remarks[:_REMARKS_MOST]
        provenance = {
            "filename": row.filename,
            "sha256": row.sha256,
            "format": row.format,
            "asset": str(row.asset_id),
            "report": row.remarks,
        }
        result: dict[str, Any] = {
            "composition": str(composition.pk),
            "import": str(row.pk),
            "remarks": row.remarks,
        }
        if composition.is_composed and _same(composition, data):
            row.remarks = [*row.remarks, "The song says all of this already; nothing changed."]
            row.save(update_fields=["remarks"])
            return result | {"remarks": row.remarks, "changed": False}
        try:
            if row.mode == Import.Mode.PROPOSE:
                row.proposal = _propose(composition, user, data, row, provenance)
                result["proposal"] = str(row.proposal.pk)
            else:
                row.version = _set(composition, user, data, row, provenance, outcome.midi)
                result["version"] = str(row.version.pk)
                request_render(composition=composition, user=user)
        except ScoreError as error:
            raise JobError("does_not_fit", f"The file does not fit into a song: {error}") from error
        row.save(update_fields=["remarks", "proposal", "version"])
        return result | {"changed": True, "content_hash": composition.content_hash}


def _import(context: JobContext) -> Import:
    """Return the row, if the job's owner may still change its song."""
    return row_to_work_on(Import, context, "import", "composition__project", "asset")


def _read(row: Import) -> tuple[Score, list[str]]:
    with sent_file(row.asset) as stored:
        content = stored.read()
    try:
        if row.format == Import.Format.MIDI:
            midi = read_midi_safely(content)
            score, remarks = midi.score, midi.remarks
        else:
            score, remarks = read_musicxml(content)
    except (MidiError, MusicXmlError) as error:
        raise JobError("cannot_read", str(error)) from error
    if not score.note_count:
        raise JobError("no_notes", "The file holds no notes.")
    return score, list(remarks)


def _document(composition: Composition, read: Plain, row: Import, *, name: str) -> Plain:
    """Return the document that the song gets: the file's, with the ids of what it has."""
    if not composition.is_composed:
        title = read["title"] or stem_of(row.filename)
        if composition.name != stem_of(row.filename):
            # Somebody has named the song, with the file or meanwhile; that name stays.
            title = composition.name
        return {**read, "title": name or title}
    data = match_ids(load_plain(composition), read)
    return {**data, "title": composition.name}


def _same(composition: Composition, data: Plain) -> bool:
    tree = write_tree(prepare(composition, data))
    return bool(tree.tree_hash == composition.tree_hash)


def _propose(
    composition: Composition, user: User, data: Plain, row: Import, provenance: dict[str, Any]
) -> Proposal:
    try:
        return propose(
            composition=composition,
            user=user,
            title=f"Import of {row.filename}"[:200],
            data=data,
            source=Version.Source.IMPORT,
            description="\n".join(row.remarks)[:2000],
            provenance=provenance,
        )
    except InvalidInputError as error:
        raise JobError("cannot_propose", error.message) from error


def _set(
    composition: Composition,
    user: User,
    data: Plain,
    row: Import,
    provenance: dict[str, Any],
    midi: Asset | None,
) -> Version:
    if composition.is_composed:
        _respect_locks(to_entities(load_plain(composition)), to_entities(data))
    else:
        composition.explanation = row.remarks
        composition.lyrics = _lyrics(data)
    if midi is not None:
        composition.midi = keep_file(midi)
    composition.save(update_fields=["explanation", "lyrics", "midi"])
    return set_document(
        composition=composition,
        data=data,
        user=user,
        name=f"Import {row.filename}"[:200],
        source=Version.Source.IMPORT,
        message=f"Imported “{row.filename}”"[:500],
        provenance=provenance,
    )


def _respect_locks(before: Entities, after: Entities) -> None:
    """Raise ``JobError`` when the file would change what is locked."""
    locks = Locks(before)
    found = {lock for change in diff(before, after) if (lock := locks.against(change))}
    if not found:
        return
    shown = sorted({_name_of(before[key]) for key in found})
    more = f" and {len(shown) - 3} more" if len(shown) > 3 else ""
    raise JobError(
        "locked",
        f"The file changes what is locked ({', '.join(shown[:3])}{more}). Unlock it, or import "
        "the file as a proposal.",
    )


def _name_of(fields: dict[str, Any]) -> str:
    match fields["kind"]:
        case Kind.TRACK:
            return f"track “{fields['name']}”"
        case Kind.SECTION:
            return f"section “{fields['label']}”"
        case kind:
            return f"a {kind}"


def _lyrics(data: Plain) -> str:
    """Return the words as text: the lines of the lyrics, or the syllables joined to words."""
    lines = [line["text"] for line in data["lines"]]
    if not lines:
        words = "".join(
            syllable["text"] + ("" if syllable["continues"] else " ")
            for syllable in data["syllables"]
        )
        lines = [words.strip()] if words.strip() else []
    return "\n".join(lines)[:LYRICS_MAX_LENGTH]
