"""The proof of working copies finds each kind of damage, and says where."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from compositions.editing import lock_document, verify_document
from compositions.models import Chord, Composition, NoteWindow, Syllable
from tests.editing.conftest import Apply
from tests.editing.edits import op


def wrong(song: Composition) -> str:
    with transaction.atomic():
        return "\n".join(verify_document(lock_document(song.pk)))


def pitch_of_a_note(song: Composition) -> None:
    window = NoteWindow.objects.get(composition=song, track__entity_id="track1", place=0)
    window.notes[3]["pitch"] = 127
    window.save()


def lost_chord(song: Composition) -> None:
    Chord.objects.filter(composition=song, entity_id="chord2").delete()


def added_syllable(song: Composition) -> None:
    Syllable.objects.create(composition=song, entity_id="more", note_id="n1-1", text="x")


def field_of(name: str, value: Any) -> Callable[[Composition], None]:
    def damage(song: Composition) -> None:
        Composition.objects.filter(pk=song.pk).update(**{name: value})

    return damage


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (pitch_of_a_note, "note n1-3: pitch is 127, in the log 5"),
        (pitch_of_a_note, "the hash of track track1 is not that of its rows"),
        (lost_chord, "chord chord2 is in the log but not in the rows"),
        (lost_chord, "the hash of structure is not that of the rows"),
        (added_syllable, "syllable more is in the rows but not in the log"),
        (field_of("name", "Other"), "title is 'Other', in the log 'Everything'"),
        (field_of("tree_hash", "0" * 64), "the tree_hash is not that of the rows"),
        (field_of("tree_hash", "0" * 64), "the last edit led to"),
        (field_of("content_hash", "0" * 64), "the content_hash is not that of the rows"),
        (field_of("length_ticks", 5), "the length is 5 ticks, that of the rows 7680"),
        (field_of("duration_seconds", 5), "5.0 seconds are not the duration"),
        (field_of("revision", 9), "the revision is 9, the last edit in the log 2"),
        (field_of("tempos", []), "must have an entry at tick 0"),
    ],
)
def test_damage_is_found_and_named(song, edit: Apply, damage: Any, told: str) -> None:
    edit(op("n1-3", set={"pitch": 5}))
    assert wrong(song) == ""
    damage(song)
    assert told in wrong(song)


def test_the_command_ends_with_1_and_names_what_differs(song, capsys) -> None:
    call_command("verify_documents")
    assert "1 songs are what their logs say" in capsys.readouterr().out
    lost_chord(song)
    with pytest.raises(CommandError, match="1 of 1 songs") as caught:
        call_command("verify_documents", "--song", str(song.pk))
    assert caught.value.returncode == 1
    assert f"{song.pk}: chord chord2 is in the log" in capsys.readouterr().out
    with pytest.raises(CommandError, match="no composed song"):
        call_command("verify_documents", "--song", "01a1feec-6646-7017-a210-b0df8cc23550")
