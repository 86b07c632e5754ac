"""What is stored: every durable file of the studio, with where it came from."""

from __future__ import annotations

import uuid

import pgtrigger
from django.conf import settings
from django.core.validators import MaxLengthValidator, RegexValidator
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.lookups import Exact
from django.urls import reverse

from ariaforge.audit import audited
from ariaforge.files import extension_of_type
from ariaforge.models import AliveManager, BaseModel
from media.querysets import AssetQuerySet
from projects.models import Project

ROLE_PATTERN = r"^[a-z][a-z0-9_]*$"

# All files of assets lie under this folder of the storage, and nothing else does.
STORAGE_FOLDER = "media"


def storage_name(asset: Asset, filename: str, folder: str = "") -> str:
    """Return a name in the storage that nobody can guess and no person has chosen.

    With ``folder``, the name lies in that folder below the one of all assets.
    """
    extension = extension_of_type(asset.content_type)
    root = f"{STORAGE_FOLDER}/{folder}" if folder else STORAGE_FOLDER
    return f"{root}/{asset.pk}/{uuid.uuid4()}{extension}"


@audited()
class Asset(BaseModel):
    """One durable file: a mix, a stem, a MIDI file, a cover, a document.

    The row is written once; a changed file is a new asset whose ``parent`` is the old
    one. ``role`` says what the file is in its context (``mix``, ``stem``, ``cover``).
    ``duration_seconds``, ``sample_rate_hz`` and ``channels`` are for audio.
    """

    class Kind(models.TextChoices):
        AUDIO = "audio", "Audio"
        MIDI = "midi", "MIDI"
        IMAGE = "image", "Image"
        VIDEO = "video", "Video"
        DOCUMENT = "document", "Document"
        ARCHIVE = "archive", "Archive"

    class Provenance(models.TextChoices):
        """Who made the content; everything derived from a file is never "unknown"."""

        UNKNOWN = "unknown", "Unknown"
        AI_GENERATED = "ai_generated", "Made by AI"
        USER_PROVIDED = "user_provided", "Given by a person"
        ENHANCED = "enhanced", "Given by a person, processed here"

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="assets"
    )
    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, null=True, blank=True, related_name="assets"
    )
    kind = models.CharField(max_length=10, choices=Kind)
    role = models.CharField(
        max_length=40,
        blank=True,
        validators=[RegexValidator(ROLE_PATTERN, "Use small letters, digits and underscores.")],
    )
    file = models.FileField(upload_to=storage_name, max_length=200, editable=False)
    filename = models.CharField(max_length=200, help_text="The name that people see.")
    content_type = models.CharField(max_length=100, editable=False)
    size_bytes = models.PositiveBigIntegerField(editable=False)
    sha256 = models.CharField("SHA-256", max_length=64, editable=False)
    duration_seconds = models.FloatField(null=True, blank=True, editable=False)
    sample_rate_hz = models.PositiveIntegerField(
        "sample rate (Hz)", null=True, blank=True, editable=False
    )
    channels = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    provenance = models.CharField(max_length=15, choices=Provenance, default=Provenance.UNKNOWN)
    source = models.TextField(
        blank=True,
        max_length=2000,
        validators=[MaxLengthValidator(2000)],
        help_text="Where it came from, and under which licence.",
    )
    generator = models.JSONField(
        default=dict,
        blank=True,
        editable=False,
        help_text="The engine, its version and the parameters that made the file.",
    )
    parent = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="derived",
    )

    soft_delete_parents = ("project",)

    objects = AliveManager.from_queryset(AssetQuerySet)()
    all_objects = AssetQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["sha256"], name="asset_sha256"),
            models.Index(fields=["file"], name="asset_file"),
            models.Index(fields=["project", "-id"], name="asset_project_newest"),
        ]
        constraints = [
            models.CheckConstraint(
                name="asset_kind_known",
                condition=Q(kind__in=["audio", "midi", "image", "video", "document", "archive"]),
            ),
            models.CheckConstraint(
                name="asset_provenance_known",
                condition=Q(
                    provenance__in=["unknown", "ai_generated", "user_provided", "enhanced"]
                ),
            ),
            models.CheckConstraint(
                name="asset_role_is_identifier",
                condition=Q(role="") | Q(role__regex=ROLE_PATTERN),
            ),
            models.CheckConstraint(
                name="asset_sha256_is_digest", condition=Q(sha256__regex=r"^[0-9a-f]{64}$")
            ),
            models.CheckConstraint(
                name="asset_has_file_and_names",
                condition=~Q(file="") & ~Q(filename="") & ~Q(content_type=""),
            ),
            models.CheckConstraint(
                name="asset_duration_not_negative",
                condition=Q(duration_seconds__isnull=True) | Q(duration_seconds__gte=0),
            ),
            models.CheckConstraint(
                name="asset_sample_rate_in_range",
                condition=Q(sample_rate_hz__isnull=True)
                | Q(sample_rate_hz__gte=1_000, sample_rate_hz__lte=768_000),
            ),
            models.CheckConstraint(
                name="asset_channels_in_range",
                condition=Q(channels__isnull=True) | Q(channels__gte=1, channels__lte=64),
            ),
            models.CheckConstraint(
                name="asset_not_its_own_parent",
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
            ),
            models.CheckConstraint(
                name="asset_generator_is_object",
                condition=Exact(
                    Func(F("generator"), function="jsonb_typeof", output_field=models.TextField()),
                    Value("object"),
                ),
            ),
        ]

        triggers = [
            pgtrigger.ReadOnly(
                name="content_is_fixed", fields=["file", "sha256", "size_bytes", "content_type"]
            )
        ]

    def __str__(self) -> str:
        return self.filename

    def get_absolute_url(self) -> str:
        """Return the address of the file itself."""
        return reverse("asset_file", kwargs={"asset_id": self.pk, "filename": self.filename})

    @property
    def download_url(self) -> str:
        """The address that makes a browser save the file instead of playing it."""
        return f"{self.get_absolute_url()}?download=1"
