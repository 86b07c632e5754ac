"""The history of a song: versions of its document, and the branches and tags that name them."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from ariaforge.audit import audited
from ariaforge.models import AliveManager, BaseModel
from ariaforge.models.base import uuid7
from compositions.querysets import (
    CompositionContentQuerySet,
    CompositionRecordQuerySet,
)

MAIN_BRANCH = "main"
MESSAGE_MAX_LENGTH = 500
NAME_MAX_LENGTH = 100
# What references mean otherwise: the working copy, a version by number or by id.
RESERVED_NAME = r"working|v[0-9]+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
# No control characters, and no white space at the ends.
_FIT_NAME = r"^[^[:space:][:cntrl:]]([^[:cntrl:]]*[^[:space:][:cntrl:]])?$"


def _name_constraints(row: str) -> list[models.BaseConstraint]:
    """What the database asks of the names of branches and tags.

    They are unique among the living of a song without regard to case.
    """
    return [
        models.UniqueConstraint(
            F("composition"),
            Lower("name"),
            condition=Q(deleted_at__isnull=True),
            name=f"{row}_name_unique_without_case",
        ),
        models.CheckConstraint(name=f"{row}_name_fit", condition=Q(name__regex=_FIT_NAME)),
        models.CheckConstraint(
            name=f"{row}_name_not_reserved", condition=~Q(name__iregex=f"^({RESERVED_NAME})$")
        ),
    ]


class Blob(models.Model):
    """A part of one or more documents, stored once: see :mod:`compositions.score.tree`.

    ``data`` is the part's canonical JSON, compressed with zlib; ``sha256`` is the hash of
    the JSON itself, 64 hexadecimal digits. Nobody reads a blob but through a version.
    """

    sha256 = models.CharField(max_length=64, primary_key=True)
    data = models.BinaryField()
    size_bytes = models.PositiveIntegerField(help_text="Of the JSON, before compression.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return self.sha256[:12]


class Version(models.Model):
    """A state of the document that is kept for good (a commit). Versions never change.

    ``sha256`` is the hash of the canonical JSON of tree hash, hashes of the parents,
    author, message and time. A merge has two parents: ``parent`` is the side that was
    merged into. ``sequence`` is the number of the last edit that is in it, null when it
    was not taken from the working copy. ``provenance`` says how it came to be: prompt,
    seed, engine and step of a composer, the file of an import, the version restored.
    ``merge`` holds conflicts with their resolutions and the warnings that were shown.
    """

    class Source(models.TextChoices):
        """What made the version."""

        PERSON = "person", "Saved"
        AUTOMATIC = "automatic", "Saved automatically"
        COMPOSER = "composer", "Composed"
        IMPORT = "import", "Imported"
        MERGE = "merge", "Merged"
        RESTORE = "restore", "Restored"
        PROPOSAL = "proposal", "Accepted proposal"
        FORK = "fork", "Forked"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    composition = models.ForeignKey(
        "compositions.Composition", on_delete=models.CASCADE, related_name="versions"
    )
    number = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    parent = models.ForeignKey(
        "self", on_delete=models.RESTRICT, null=True, blank=True, related_name="children"
    )
    merged_parent = models.ForeignKey(
        "self", on_delete=models.RESTRICT, null=True, blank=True, related_name="merges"
    )
    tree = models.JSONField()
    tree_hash = models.CharField(max_length=64)
    content_hash = models.CharField(max_length=64)
    branch_name = models.CharField(max_length=100, help_text="The branch it was made on.")
    sequence = models.PositiveIntegerField(null=True, blank=True)
    # The account may be deleted for good one day; the record of who it was stays.
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="+",
    )
    author_name = models.CharField(max_length=200, blank=True)
    message = models.CharField(max_length=MESSAGE_MAX_LENGTH)
    source = models.CharField(max_length=12, choices=Source, default=Source.PERSON)
    provenance = models.JSONField(default=dict, blank=True)
    merge = models.JSONField(default=dict, blank=True)
    note_count = models.PositiveIntegerField(default=0)
    length_ticks = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()

    objects = AliveManager.from_queryset(CompositionRecordQuerySet)()
    all_objects = CompositionRecordQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["composition", "number"], name="version_number_unique_in_song"
            ),
            models.UniqueConstraint(
                fields=["composition", "sha256"], name="version_hash_unique_in_song"
            ),
            models.CheckConstraint(
                name="version_second_parent_is_another",
                condition=Q(merged_parent__isnull=True) | ~Q(merged_parent=F("parent")),
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"Version {self.number}"


@audited()
class Branch(BaseModel):
    """A line of work on a song: a name for its latest version.

    Only owners of the project may change what a protected branch holds; nobody deletes it.
    """

    composition = models.ForeignKey(
        "compositions.Composition", on_delete=models.CASCADE, related_name="branches"
    )
    name = models.CharField(max_length=NAME_MAX_LENGTH)
    tip = models.ForeignKey(Version, on_delete=models.RESTRICT, related_name="+")
    is_protected = models.BooleanField(default=False)

    soft_delete_parents = ("composition",)

    objects = AliveManager.from_queryset(CompositionContentQuerySet)()
    all_objects = CompositionContentQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = _name_constraints("branch")

    def __str__(self) -> str:
        return self.name


@audited()
class Tag(BaseModel):
    """A name that somebody gave to a version ("Demo for Ana")."""

    composition = models.ForeignKey(
        "compositions.Composition", on_delete=models.CASCADE, related_name="tags"
    )
    name = models.CharField(max_length=NAME_MAX_LENGTH)
    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="tags")

    soft_delete_parents = ("composition",)

    objects = AliveManager.from_queryset(CompositionContentQuerySet)()
    all_objects = CompositionContentQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = _name_constraints("tag")

    def __str__(self) -> str:
        return self.name


@audited()
class Proposal(BaseModel):
    """A change that an AI or a person offers: a branch to be taken over, whole or in part.

    ``base`` is the version that the offer was made from, ``version`` what it offers.
    ``decision`` holds what was accepted: whole, or the sections, tracks or bars.
    """

    class State(models.TextChoices):
        """Where the offer stands."""

        OPEN = "open", "Open"
        ACCEPTED = "accepted", "Accepted"
        PARTLY_ACCEPTED = "partly_accepted", "Accepted in part"
        REJECTED = "rejected", "Rejected"
        WITHDRAWN = "withdrawn", "Withdrawn"

    composition = models.ForeignKey(
        "compositions.Composition", on_delete=models.CASCADE, related_name="proposals"
    )
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True, max_length=2000)
    state = models.CharField(max_length=16, choices=State, default=State.OPEN)
    branch = models.ForeignKey(Branch, on_delete=models.RESTRICT, related_name="proposals")
    target = models.ForeignKey(Branch, on_delete=models.RESTRICT, related_name="+")
    base = models.ForeignKey(Version, on_delete=models.RESTRICT, related_name="+")
    version = models.ForeignKey(Version, on_delete=models.RESTRICT, related_name="+")
    provenance = models.JSONField(default=dict, blank=True)
    decision = models.JSONField(default=dict, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    result = models.ForeignKey(
        Version, on_delete=models.RESTRICT, null=True, blank=True, related_name="+"
    )

    soft_delete_parents = ("composition",)

    objects = AliveManager.from_queryset(CompositionContentQuerySet)()
    all_objects = CompositionContentQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(name="proposal_title_not_empty", condition=~Q(title="")),
            models.CheckConstraint(
                name="proposal_result_when_accepted",
                condition=Q(state__in=["accepted", "partly_accepted"], result__isnull=False)
                | Q(state__in=["open", "rejected", "withdrawn"], result__isnull=True),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="state_machine",
                field="state",
                transitions=[
                    ("open", "accepted"),
                    ("open", "partly_accepted"),
                    ("open", "rejected"),
                    ("open", "withdrawn"),
                ],
            )
        ]

    def __str__(self) -> str:
        return self.title
