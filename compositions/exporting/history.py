"""The exports of a song in words: what was asked for, how it went, how long the file stays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from compositions.exporting.choices import formats_of
from compositions.exporting.formats import FACTS, FormatFacts
from compositions.models import Composition, Export, ProjectArchive

ACTIVE_STATES = ("queued", "running")


@dataclass(frozen=True, slots=True)
class ExportLine:
    """One export as lists show it.

    ``state`` is "waiting", "ready", "failed", "cancelled" or "gone"; ``text`` says why it failed.
    """

    export: Export
    name: str
    choices: str
    state: str
    text: str = ""
    progress: int = 0


def export_lines(exports: Iterable[Export]) -> list[ExportLine]:
    """Tell each export; their jobs and files must be joined."""
    return [_line(export) for export in exports]


def offered_formats(song: Composition) -> list[FormatFacts]:
    """What the song can be exported in now."""
    if not song.is_composed:
        return []
    return [
        facts
        for facts in FACTS.values()
        if song.current_render_id is not None or not facts.needs_mix
    ]


def mix_is_older(song: Composition) -> bool:
    """Whether the song was edited since its mix, so that exports of sound are mixed anew."""
    render = song.current_render
    return render is not None and render.content_hash != song.content_hash


def _line(export: Export) -> ExportLine:
    job = export.job
    state, text, progress = "gone", "The file has expired.", 0
    if export.asset is not None:
        state, text = "ready", ""
    elif job is None:
        text = "The file is gone."
    elif job.state in ACTIVE_STATES:
        state, text, progress = "waiting", job.step or "", round(100 * job.progress)
    elif job.state in ("failed", "cancelled"):
        state, text = job.state, job.error_message
    return ExportLine(export, _name(export), choices_text(export.settings), state, text, progress)


@dataclass(frozen=True, slots=True)
class ArchiveLine:
    """One archive of a project as lists show it; as :class:`ExportLine`."""

    archive: ProjectArchive
    name: str
    choices: str
    state: str
    text: str = ""
    progress: int = 0


def archive_lines(archives: Iterable[ProjectArchive]) -> list[ArchiveLine]:
    """Tell each archive; their jobs and files must be joined."""
    return [_archive_line(archive) for archive in archives]


def _archive_line(archive: ProjectArchive) -> ArchiveLine:
    job = archive.job
    brought = archive.direction == ProjectArchive.Direction.IMPORT
    name = f"{'From' if brought else 'To'} {archive.filename}"
    songs = f"{archive.song_count} song{'' if archive.song_count == 1 else 's'} · "
    state, text, progress = "gone", "" if brought else "The file has expired.", 0
    if job is not None and job.state in ACTIVE_STATES:
        state, text, progress = "waiting", job.step or "", round(100 * job.progress)
    elif job is not None and job.state in ("failed", "cancelled"):
        state, text = job.state, job.error_message
    elif archive.asset is not None or brought:
        state, text = "ready", ""
    choices = songs if archive.song_count else ""
    return ArchiveLine(archive, name, choices, state, text, progress)


def _name(export: Export) -> str:
    if export.format != Export.Format.ZIP:
        return str(export.get_format_display())
    labels = (FACTS[name].label for name in formats_of(export) if name in FACTS)
    return f"ZIP: {', '.join(labels)}"


def choices_text(settings: Mapping[str, Any]) -> str:
    """Return the settings of an export in a few words, empty for none."""
    parts = []
    if rate := settings.get("sample_rate"):
        parts.append(f"{rate / 1000:g} kHz")
    if depth := settings.get("bit_depth"):
        parts.append("32 bit float" if depth == 32 else f"{depth} bit")
    if bit_rate := settings.get("bitrate_kbps"):
        parts.append(f"{bit_rate} kbit/s")
    if (per := settings.get("stem_per")) and per != "track":
        parts.append(f"per {per}")
    parts += [str(settings[name]) for name in ("stem_effects",) if settings.get(name)]
    if container := settings.get("stem_format"):
        parts.append(f"stems as {container.upper()}")
    first, last = settings.get("from_bar"), settings.get("to_bar")
    if first or last:
        parts.append(f"bars {first or 1} to {last or 'the end'}")
    begin, end = settings.get("from_seconds"), settings.get("to_seconds")
    if begin or end:
        parts.append(f"{begin or 0:g} s to {f'{end:g} s' if end else 'the end'}")
    if settings.get("loop"):
        parts.append("loop")
    if bars := settings.get("count_in_bars"):
        parts.append(f"count-in of {bars} bar{'s' if bars > 1 else ''}")
    if "midi_type" in settings:
        parts.append(f"type {settings['midi_type']}")
    if shape := settings.get("shape"):
        parts.append(f"{shape} picture")
    if settings.get("picture") == "roll":
        parts.append("notes")
    if paper := settings.get("paper"):
        parts.append(f"{paper.capitalize()} paper")
    if settings.get("words") is False:
        parts.append("by lines")
    return ", ".join(parts)
