"""Files that are brought in: as songs, as changes of a song, as proposals; and MusicXML out."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import transaction

from accounts.models import User
from ariaforge.exceptions import (
    ConflictError,
    InvalidInputError,
    NotPermittedError,
    TooLargeError,
    UnsupportedTypeError,
)
from ariaforge.jobs.claims import claim_job
from ariaforge.jobs.registry import JobContext, find_kind
from ariaforge.jobs.services import IdempotencyKeyReusedError
from ariaforge.models import Job
from compositions.documents import load_plain, load_score
from compositions.editing import apply_edits
from compositions.exporting.services import request_export
from compositions.history.proposals import accept
from compositions.history.versions import set_document
from compositions.imports import import_into, import_song
from compositions.models import Branch, Composition, EditBatch, Export, Import, Version
from compositions.notices import dismiss_stopped_work
from compositions.score.diff import diff
from compositions.score.document import Score, Syllable
from compositions.score.entities import to_entities
from compositions.score.midi import read_midi, write_midi
from compositions.score.musicxml import read_musicxml
from compositions.score.serialisation import to_dict
from compositions.services import cancel_work, delete_composition, retry_work
from media.models import Asset
from tests.compositions.brought import edited, fail_waiting, midi, musicxml
from tests.compositions.songs import example_score, make_song
from tests.factories import MembershipFactory, UserFactory
from tests.score.musicxml_help import assert_valid

pytestmark = pytest.mark.django_db
Work = Callable[..., list[Job]]


def changed_entities(song: Composition, before: Score) -> set[str]:
    """The entities that differ from ``before``, but for where a key that is still held begins
    again: MIDI lets the note before it end there."""
    changes = diff(to_entities(to_dict(before)), to_entities(load_plain(song)))
    return {change.entity_id for change in changes if set(change.after or ()) != {"duration"}}


@pytest.fixture
def song(musician: User) -> Composition:
    """A song with notes and a mix."""
    return make_song(musician, "ready")


# -- New songs ----------------------------------------------------------------------------


def test_a_midi_file_becomes_a_song_with_history_and_mix(musician: User, run_jobs: Work) -> None:
    song = import_song(user=musician, file=io.BytesIO(midi()), filename="my_tune.mid")
    assert (song.name, str(song.stage)) == ("my tune", "importing")
    run_jobs("compose")
    song.refresh_from_db()
    score = load_score(song)
    assert song.name == "Rain on the Tape"
    assert score.note_count == example_score().note_count
    assert [track.name for track in score.tracks] == [
        track.name for track in example_score().tracks
    ]
    brought = song.imports.get()
    assert brought.asset is not None
    assert brought.asset.provenance == Asset.Provenance.USER_PROVIDED
    assert brought.asset.file.read() == midi()
    assert brought.version == song.head
    assert brought.remarks[0].startswith("Read ")
    assert song.explanation == brought.remarks
    version = Version.objects.get(composition=song)
    assert version.source == Version.Source.IMPORT
    assert version.provenance["filename"] == "my_tune.mid"
    assert version.provenance["sha256"] == brought.asset.sha256 == brought.sha256
    assert version.provenance["report"] == brought.remarks
    assert song.midi is not None
    assert read_midi(song.midi.file.read()).score.note_count == score.note_count
    assert str(Composition.objects.with_work().get(pk=song.pk).stage) == "rendering"


def test_a_musicxml_file_keeps_its_ids_words_and_chords(musician: User, run_jobs: Work) -> None:
    score = example_score()
    song = import_song(
        user=musician, file=io.BytesIO(musicxml(score)), filename="a.musicxml", name="Mine"
    )
    run_jobs("compose")
    song.refresh_from_db()
    assert song.name == "Mine"
    ids = {note.id for track in load_score(song).tracks for note in track.notes}
    assert ids == {note.id for track in score.tracks for note in track.notes}
    assert [chord.symbol for chord in load_score(song).chords] == [c.symbol for c in score.chords]
    assert song.imports.get().format == Import.Format.MUSICXML


def test_a_name_given_meanwhile_stays(musician: User, run_jobs: Work) -> None:
    song = import_song(user=musician, file=io.BytesIO(midi()), filename="tune.mid")
    Composition.objects.filter(pk=song.pk).update(name="Better")
    run_jobs("compose")
    song.refresh_from_db()
    assert song.name == "Better"


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", UnsupportedTypeError),
        (b"GIF89a....", UnsupportedTypeError),
        (b"MThd" + b"\0" * (2 * 1024 * 1024 + 1), TooLargeError),
    ],
)
def test_what_is_no_song_is_refused_at_once(
    musician: User, content: bytes, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        import_song(user=musician, file=io.BytesIO(content), filename="x.mid")
    assert not Composition.objects.exists()
    assert not Asset.objects.exists()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("x.mid", b"MThd\0\0\0\6\0\1\0\1\1\xe0MTrk\0\0\0\4\0\xff\x2f\0", "no notes"),
        ("x.mid", b"MThd\0\0\0\6\0\1\0\1", "MIDI file"),
        ("x.xml", b"<html/>", "no MusicXML score"),
        ("x.xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]><score-partwise/>", "entities"),
        ("x.mxl", b"PK\x03\x04 not an archive", "damaged"),
    ],
)
def test_a_bad_file_fails_with_its_reason_and_is_kept(
    musician: User, tmp_path: Any, name: str, content: bytes, words: str
) -> None:
    song = import_song(user=musician, file=io.BytesIO(content), filename=name)
    job = fail_waiting("compose", tmp_path)
    assert words in job.error_message
    assert job.error_code in ("cannot_read", "no_notes")
    song = Composition.objects.with_work().get(pk=song.pk)
    assert str(song.stage) == "failed"
    assert song.imports.get().asset is not None
    # Another file may be brought to the song that came to nothing.
    import_into(composition=song, user=musician, file=io.BytesIO(midi()), filename="tune.mid")


def test_one_key_begins_one_song(musician: User) -> None:
    first = import_song(
        user=musician, file=io.BytesIO(midi()), filename="a.mid", idempotency_key="k"
    )
    again = import_song(
        user=musician, file=io.BytesIO(midi()), filename="a.mid", idempotency_key="k"
    )
    assert again.pk == first.pk
    assert Asset.objects.count() == 1
    with pytest.raises(IdempotencyKeyReusedError):
        import_song(
            user=musician, file=io.BytesIO(midi("Other")), filename="a.mid", idempotency_key="k"
        )


# -- Into a song --------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["mid", "musicxml"])
def test_an_edit_made_elsewhere_comes_back_as_changes(
    song: Composition, musician: User, run_jobs: Work, ending: str
) -> None:
    before = load_score(song)
    lead = before.tracks[0]
    write = write_midi if ending == "mid" else musicxml
    content = write(edited(before))
    import_into(
        composition=song, user=musician, file=io.BytesIO(content), filename=f"back.{ending}"
    )
    run_jobs("compose")
    song.refresh_from_db()
    assert changed_entities(song, before) == {
        lead.notes[0].id, lead.notes[1].id, lead.notes[-1].id,
    }  # fmt: skip
    batch = EditBatch.objects.get(composition=song, sequence=song.revision)
    assert (batch.source, batch.name) == ("import", f"Import back.{ending}")
    assert Version.objects.filter(composition=song).count() == 2
    # The mix is made anew.
    assert Composition.objects.with_work().get(pk=song.pk).pending_render is not None


def test_the_same_file_changes_nothing(song: Composition, musician: User, run_jobs: Work) -> None:
    content = musicxml(load_score(song))
    import_into(composition=song, user=musician, file=io.BytesIO(content), filename="a.xml")
    (job,) = run_jobs("compose")
    assert job.result["changed"] is False
    assert "nothing changed" in song.imports.get().remarks[-1]
    assert Version.objects.filter(composition=song).count() == 1
    song.refresh_from_db()
    assert song.pending_render_id is None


def test_edits_made_while_the_file_is_read_are_kept_as_a_version(
    song: Composition, musician: User, tmp_path: Any, run_jobs: Work
) -> None:
    before = load_score(song)
    content = musicxml(edited(before))
    import_into(composition=song, user=musician, file=io.BytesIO(content), filename="a.xml")
    job = claim_job("compose")
    assert job is not None
    kind = find_kind("import")
    assert kind is not None
    context = JobContext(
        job_id=job.pk, owner_id=job.owner_id, kind=job.kind, parameters=job.parameters,
        topic=job.topic, attempt=1, work_dir=tmp_path,
        on_progress=lambda fraction, step: None, on_log=lambda level, message: None,
    )  # fmt: skip
    outcome = kind.run(context)
    other = before.tracks[1].notes[0]
    apply_edits(
        composition=song,
        user=musician,
        name="Louder",
        operations=[{"op_id": "o1", "entity_id": other.id, "set": {"velocity": 3}}],
    )
    with transaction.atomic():
        kind.finish(context, outcome)
    versions = list(Version.objects.filter(composition=song).order_by("number"))
    assert [version.source for version in versions[1:]] == ["automatic", "import"]
    song.refresh_from_db()
    # The file says how loud the note was; the edit is in the version before.
    assert other.velocity in {
        note.velocity for note in load_score(song).tracks[1].notes if note.id == other.id
    }


def test_a_proposal_changes_nothing_until_it_is_accepted(
    song: Composition, musician: User, run_jobs: Work
) -> None:
    before = load_score(song)
    import_into(
        composition=song,
        user=musician,
        file=io.BytesIO(musicxml(edited(before))),
        filename="back.musicxml",
        mode="propose",
    )
    (job,) = run_jobs("compose")
    song.refresh_from_db()
    assert changed_entities(song, before) == set()
    proposal = song.imports.get().proposal
    assert proposal is not None
    assert job.result["proposal"] == str(proposal.pk)
    assert proposal.title == "Import of back.musicxml"
    assert proposal.provenance["filename"] == "back.musicxml"
    accept(proposal=proposal, user=musician)
    song.refresh_from_db()
    assert len(changed_entities(song, before)) == 3


def test_what_is_locked_is_not_changed(song: Composition, musician: User, tmp_path: Any) -> None:
    before = load_score(song)
    apply_edits(
        composition=song,
        user=musician,
        name="Lock",
        operations=[{"op_id": "o1", "entity_id": before.tracks[0].id, "set": {"locked": True}}],
    )
    content = musicxml(edited(before))
    import_into(composition=song, user=musician, file=io.BytesIO(content), filename="a.xml")
    job = fail_waiting("compose", tmp_path)
    assert job.error_code == "locked"
    assert f"track “{before.tracks[0].name}”" in job.error_message
    song = Composition.objects.with_work().get(pk=song.pk)
    # The song is as it was and can be worked on; the notice can be put away.
    assert str(song.stage) == "ready"
    assert song.active_job == job
    dismiss_stopped_work(composition=song)
    assert Composition.objects.with_work().get(pk=song.pk).active_job is None


def test_only_owners_import_into_a_protected_branch(song: Composition, musician: User) -> None:
    Branch.objects.filter(composition=song).update(is_protected=True)
    editor = UserFactory()
    MembershipFactory(project=song.project, user=editor, role="editor")
    content = musicxml(load_score(song))
    with pytest.raises(NotPermittedError):
        import_into(composition=song, user=editor, file=io.BytesIO(content), filename="a.xml")
    import_into(
        composition=song, user=editor, file=io.BytesIO(content), filename="a.xml", mode="propose"
    )


def test_one_import_at_a_time_and_known_modes(song: Composition, musician: User) -> None:
    content = midi()
    import_into(
        composition=song, user=musician, file=io.BytesIO(content), filename="a.mid",
        idempotency_key="k",
    )  # fmt: skip
    again = import_into(
        composition=song, user=musician, file=io.BytesIO(content), filename="a.mid",
        idempotency_key="k",
    )  # fmt: skip
    assert again == song.imports.get()
    with pytest.raises(IdempotencyKeyReusedError):
        import_into(
            composition=song, user=musician, file=io.BytesIO(content), filename="a.mid",
            mode="propose", idempotency_key="k",
        )  # fmt: skip
    with pytest.raises(ConflictError):
        import_into(composition=song, user=musician, file=io.BytesIO(content), filename="a.mid")
    with pytest.raises(InvalidInputError):
        import_into(
            composition=song, user=musician, file=io.BytesIO(content), filename="a.mid", mode="new"
        )
    empty = Composition.objects.create(project=song.project, name="Empty", seed=1)
    with pytest.raises(ConflictError):
        import_into(
            composition=empty, user=musician, file=io.BytesIO(content), filename="a.mid",
            mode="propose",
        )  # fmt: skip


def test_cancel_retry_and_trash(song: Composition, musician: User, run_jobs: Work) -> None:
    import_into(composition=song, user=musician, file=io.BytesIO(midi("X")), filename="a.mid")
    asset = song.imports.get().asset
    assert asset is not None
    cancel_work(composition=song)
    song = Composition.objects.with_work().get(pk=song.pk)
    assert str(song.stage) == "ready"
    assert song.active_job is not None
    retry_work(composition=song)
    run_jobs("compose")
    delete_composition(composition=song)
    assert not Asset.objects.filter(pk=asset.pk).exists()
    song.restore()
    assert Asset.objects.filter(pk=asset.pk).exists()


def test_somebody_who_left_the_project_imports_nothing(
    song: Composition, musician: User, tmp_path: Any
) -> None:
    editor = UserFactory()
    member = MembershipFactory(project=song.project, user=editor, role="editor")
    import_into(composition=song, user=editor, file=io.BytesIO(midi("X")), filename="a.mid")
    member.delete()
    assert fail_waiting("compose", tmp_path).error_code == "song_is_gone"


# -- Out ----------------------------------------------------------------------------------


def test_musicxml_is_an_export(song: Composition, musician: User, run_jobs: Work) -> None:
    export = request_export(composition=song, user=musician, format=Export.Format.MUSICXML)
    assert export.render is None
    run_jobs("render")
    export.refresh_from_db()
    assert export.asset is not None
    assert export.asset.content_type == "application/vnd.recordare.musicxml+xml"
    assert export.asset.filename == f"{song.name}.musicxml"
    content = export.asset.file.read()
    assert_valid(content)
    read = read_musicxml(content).score
    assert [len(track.notes) for track in read.tracks] == [
        len(track.notes) for track in load_score(song).tracks
    ]


def test_timed_lyrics_are_an_export(
    song: Composition, musician: User, run_jobs: Work, tmp_path: Any
) -> None:
    export = request_export(composition=song, user=musician, format=Export.Format.LRC)
    assert export.render is None
    job = fail_waiting("render", tmp_path)  # this song has no words
    assert job.error_code == "cannot_export"
    assert "no words" in job.error_message
    score = load_score(song)
    notes = score.tracks[0].notes[:2]
    rows = [Syllable(f"s{place}", note.id, "la") for place, note in enumerate(notes)]
    set_document(
        composition=song, data=to_dict(replace(score, syllables=tuple(rows))), user=musician,
        name="words", source=Version.Source.IMPORT, message="",
    )  # fmt: skip
    export = request_export(composition=song, user=musician, format=Export.Format.LRC)
    run_jobs("render")
    export.refresh_from_db()
    assert export.asset is not None
    assert export.asset.content_type == "text/x-lrc"
    assert export.asset.filename == f"{song.name}.lrc"
    assert b">la<" in export.asset.file.read()
