"""The working copy of a song's document as rows, each an entity of the document."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from ariaforge.audit import audited
from ariaforge.models import AliveManager, BaseModel
from compositions.models.quick_json import QuickDecoder, QuickEncoder
from compositions.querysets import CompositionContentQuerySet
from compositions.score.document import TrackRole
from compositions.score.limits import STRIP
from compositions.score.mix_settings import BusGroup

BUSES = [(bus.value, bus.value.capitalize()) for bus in BusGroup]
TRACK_ROLES = [(role.value, role.value.replace("_", " ").capitalize()) for role in TrackRole]


class DocumentRow(BaseModel):
    """A row that holds one entity of the document; ``entity_id`` is its id there."""

    composition = models.ForeignKey(
        "compositions.Composition", on_delete=models.CASCADE, related_name="%(class)ss"
    )
    entity_id = models.CharField(max_length=64)

    soft_delete_parents = ("composition", "composition__project")

    objects = AliveManager.from_queryset(CompositionContentQuerySet)()
    all_objects = CompositionContentQuerySet.as_manager()

    class Meta:
        abstract = True


def _unique_entity(name: str) -> models.UniqueConstraint:
    return models.UniqueConstraint(
        fields=["composition", "entity_id"], condition=Q(deleted_at__isnull=True), name=name
    )


# Every change of automation, as of notes, is in the log of edits already, with who made it; a
# copy of all points for each would make the audit grow with the song instead of the change.
@audited(exclude=["automation", "updated_at", "updated_by"])
class Track(DocumentRow):
    """An instrument of the song: its mixer strip and its automation.

    ``automation`` is a list in the form of :mod:`compositions.score.serialisation`, times in
    ticks. ``equaliser`` to ``automatic_level`` are explained at
    :class:`compositions.score.mix_settings.StripSettings`; null is automatic. Its notes are in
    :class:`NoteWindow`.
    """

    position = models.FloatField()
    name = models.CharField(max_length=200, blank=True)
    role = models.CharField(max_length=20, choices=TRACK_ROLES)
    program = models.PositiveSmallIntegerField(default=0)
    bank = models.PositiveIntegerField(default=0)
    percussion = models.BooleanField(default=False)
    gain_db = models.FloatField(default=0.0)
    pan = models.FloatField(default=0.0)
    reverb_send = models.FloatField(default=0.2)
    muted = models.BooleanField(default=False)
    solo = models.BooleanField(default=False)
    preset = models.CharField(max_length=200, blank=True)
    locked = models.BooleanField(default=False)
    automation = models.JSONField(
        default=list, blank=True, encoder=QuickEncoder, decoder=QuickDecoder
    )
    equaliser = models.JSONField(null=True, blank=True)
    compressor = models.JSONField(null=True, blank=True)
    saturation = models.FloatField(null=True, blank=True)
    width = models.FloatField(null=True, blank=True)
    delay_send = models.FloatField(null=True, blank=True)
    ducking_db = models.FloatField(null=True, blank=True)
    # Null is automatic, as of the other settings; the field has no empty choice.
    bus = models.CharField(max_length=20, null=True, blank=True, choices=BUSES)  # noqa: DJ001
    automatic_level = models.BooleanField(default=True, db_default=True)

    class Meta(DocumentRow.Meta):
        ordering = ["position", "entity_id"]
        constraints = [
            _unique_entity("track_unique_entity"),
            models.CheckConstraint(
                name="track_program_in_range", condition=Q(program__gte=0, program__lte=127)
            ),
            models.CheckConstraint(name="track_bank_in_range", condition=Q(bank__lte=16383)),
            models.CheckConstraint(
                name="track_gain_in_range", condition=Q(gain_db__gte=-120, gain_db__lte=24)
            ),
            models.CheckConstraint(name="track_pan_in_range", condition=Q(pan__gte=-1, pan__lte=1)),
            models.CheckConstraint(
                name="track_reverb_in_range", condition=Q(reverb_send__gte=0, reverb_send__lte=1)
            ),
            *(
                models.CheckConstraint(
                    name=f"track_{name}_in_range",
                    condition=Q(**{f"{name}__gte": low, f"{name}__lte": high})
                    | Q(**{f"{name}__isnull": True}),
                )
                for name, (low, high) in STRIP.items()
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def notes(self) -> list[dict[str, Any]]:
        """All notes in order, in the form of :mod:`compositions.score.serialisation`."""
        return [note for window in self.note_windows.all() for note in window.notes]


class NoteWindow(models.Model):
    """The notes of a track that begin in one stretch of eight bars, so that an edit writes few.

    ``place`` is the window of :data:`compositions.score.tree.WINDOW_TICKS` and ``digest`` the
    hash of that part of the tree. ``notes`` are plain notes in order; ``note_ids`` and
    ``end_tick``, where the last of them ends, are for finding them without reading them.
    """

    id = models.BigAutoField(primary_key=True)
    composition = models.ForeignKey(
        "compositions.Composition", on_delete=models.CASCADE, related_name="+"
    )
    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="note_windows")
    place = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    end_tick = models.PositiveBigIntegerField()
    note_ids = ArrayField(models.TextField())
    notes = models.JSONField(default=list, encoder=QuickEncoder, decoder=QuickDecoder)

    class Meta:
        ordering = ["track", "place"]
        constraints = [
            models.UniqueConstraint(fields=["track", "place"], name="note_window_unique_in_track")
        ]

    def __str__(self) -> str:
        return f"{len(self.note_ids)} notes in window {self.place}"


@audited()
class Section(DocumentRow):
    """A named stretch of the form, with its energy 0..1."""

    start_tick = models.PositiveIntegerField()
    duration_ticks = models.PositiveIntegerField()
    label = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=200, blank=True)
    energy = models.FloatField(default=0.5)
    locked = models.BooleanField(default=False)

    class Meta(DocumentRow.Meta):
        ordering = ["start_tick", "entity_id"]
        constraints = [
            _unique_entity("section_unique_entity"),
            models.CheckConstraint(name="section_has_length", condition=Q(duration_ticks__gte=1)),
            models.CheckConstraint(
                name="section_energy_in_range", condition=Q(energy__gte=0, energy__lte=1)
            ),
        ]

    def __str__(self) -> str:
        return self.label


@audited()
class Chord(DocumentRow):
    """A chord symbol over a stretch of time, with its function as a Roman numeral."""

    start_tick = models.PositiveIntegerField()
    duration_ticks = models.PositiveIntegerField()
    root = models.CharField(max_length=3)
    quality = models.CharField(max_length=32, blank=True)
    bass = models.CharField(max_length=3, blank=True)
    roman = models.CharField(max_length=32, blank=True)
    locked = models.BooleanField(default=False)

    class Meta(DocumentRow.Meta):
        ordering = ["start_tick", "entity_id"]
        constraints = [
            _unique_entity("chord_unique_entity"),
            models.CheckConstraint(name="chord_has_length", condition=Q(duration_ticks__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.root}{self.quality}" + (f"/{self.bass}" if self.bass else "")


@audited()
class LyricLine(DocumentRow):
    """A line of the lyrics as written; ``section_id`` is the entity id of its section."""

    position = models.FloatField()
    text = models.CharField(max_length=500, blank=True)
    section_id = models.CharField(max_length=64, blank=True)
    language = models.CharField(max_length=35, blank=True)
    locked = models.BooleanField(default=False)

    class Meta(DocumentRow.Meta):
        ordering = ["position", "entity_id"]
        constraints = [_unique_entity("lyric_line_unique_entity")]

    def __str__(self) -> str:
        return self.text


@audited()
class Syllable(DocumentRow):
    """A sung syllable; ``note_id`` and ``line_id`` are entity ids of the document."""

    note_id = models.CharField(max_length=64)
    line_id = models.CharField(max_length=64, blank=True)
    text = models.CharField(max_length=100, blank=True)
    continues = models.BooleanField(default=False)
    phonemes = models.JSONField(default=list, blank=True)

    class Meta(DocumentRow.Meta):
        # The order of singing is that of the notes, which only the whole document knows.
        ordering = ["entity_id"]
        constraints = [
            _unique_entity("syllable_unique_entity"),
            models.UniqueConstraint(
                fields=["composition", "note_id"],
                condition=Q(deleted_at__isnull=True),
                name="syllable_unique_on_note",
            ),
        ]

    def __str__(self) -> str:
        return self.text
