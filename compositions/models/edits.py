"""The log of edits: every change of a working copy, in order, with who made it."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from ariaforge.models import AliveManager
from ariaforge.models.base import uuid7
from compositions.querysets import CompositionRecordQuerySet
from compositions.score.entities import Kind

ENTITY_KINDS = [(kind.value, kind.value.capitalize()) for kind in Kind]


class EditBatch(models.Model):
    """Edits that were made together ("Quantise 12 notes"): all of them happened, or none.

    ``sequence`` counts the batches of a song from 1; the song's ``revision`` is that of
    the last one. A batch that replaced the document at once (composed, imported, restored,
    merged) has no operations: ``version`` holds the state that it led to. ``superseded`` names
    the operations that came too late because somebody had removed what they were for.
    """

    class Source(models.TextChoices):
        """What made the edits."""

        PERSON = "person", "Edited"
        UNDO = "undo", "Undone"
        REDO = "redo", "Redone"
        COMPOSER = "composer", "Composed"
        IMPORT = "import", "Imported"
        MERGE = "merge", "Merged"
        RESTORE = "restore", "Restored"
        PROPOSAL = "proposal", "Accepted proposal"
        CHECKOUT = "checkout", "Changed branch"
        FORK = "fork", "Forked"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    composition = models.ForeignKey(
        "compositions.Composition", on_delete=models.CASCADE, related_name="edit_batches"
    )
    sequence = models.PositiveIntegerField()
    base_sequence = models.PositiveIntegerField(help_text="The last edit that the author had seen.")
    branch_name = models.CharField(max_length=100)
    name = models.CharField(max_length=200)
    source = models.CharField(max_length=12, choices=Source, default=Source.PERSON)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="+",
    )
    undoes = models.ForeignKey(
        "self", on_delete=models.RESTRICT, null=True, blank=True, related_name="undone_by"
    )
    version = models.ForeignKey(
        "compositions.Version", on_delete=models.RESTRICT, null=True, blank=True, related_name="+"
    )
    superseded = models.JSONField(default=list, blank=True)
    tree_hash = models.CharField(max_length=64, help_text="Of the document after these edits.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = AliveManager.from_queryset(CompositionRecordQuerySet)()
    all_objects = CompositionRecordQuerySet.as_manager()

    class Meta:
        ordering = ["sequence"]
        constraints = [
            models.UniqueConstraint(
                fields=["composition", "sequence"], name="edit_batch_sequence_unique_in_song"
            ),
        ]
        indexes = [
            # Few batches have any; they are asked for with every edit.
            models.Index(
                fields=["composition"],
                condition=~Q(superseded=[]),
                name="edit_batch_with_superseded",
            ),
            models.Index(fields=["composition", "author", "-sequence"], name="edit_batch_own"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return self.name


class EditOp(models.Model):
    """One operation of a batch, as it took effect.

    ``before`` and ``after`` hold the fields that changed (of a removed or an added entity,
    all of them). An effect that followed from another operation of the batch, such as the
    syllable that goes with its note, has no ``op_id``.
    """

    class Action(models.TextChoices):
        """What happened to the entity."""

        ADD = "add", "Added"
        SET = "set", "Changed"
        REMOVE = "remove", "Removed"

    id = models.BigAutoField(primary_key=True)
    composition = models.ForeignKey(
        "compositions.Composition", on_delete=models.CASCADE, related_name="+"
    )
    batch = models.ForeignKey(EditBatch, on_delete=models.CASCADE, related_name="operations")
    op_id = models.CharField(max_length=64, blank=True)
    entity_id = models.CharField(max_length=64)
    kind = models.CharField(max_length=12, choices=ENTITY_KINDS)
    action = models.CharField(max_length=8, choices=Action)
    before = models.JSONField(null=True, blank=True)
    after = models.JSONField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["composition", "entity_id", "id"], name="edit_op_of_entity")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["composition", "op_id"],
                condition=~Q(op_id=""),
                name="edit_op_id_unique_in_song",
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.action} {self.kind} {self.entity_id}"
