"""Writes sheet music of a song as a PDF."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from compositions.engraving import Book, bind, lead_sheet, parts, score_book
from compositions.engraving.preparing import UNPRINTED_ROLES
from compositions.exporting.progress import Progress
from compositions.models import Export
from compositions.score.document import Score
from compositions.share_video.lettering import FONTS, can_show

DEFAULT_PAPER = "a4"
BOOKS: dict[str, Callable[[Score, str], list[Book]]] = {
    Export.Format.PDF_SCORE: lambda score, artist: [score_book(score, artist=artist)],
    Export.Format.PDF_PARTS: lambda score, artist: parts(score, artist=artist),
    Export.Format.LEAD_SHEET: lambda score, artist: [lead_sheet(score, artist=artist)],
}
"""What is printed for each format."""


def write_sheet_music(
    name: str,
    score: Score,
    destination: Path,
    *,
    title: str,
    artist: str,
    paper: str,
    progress: Progress,
) -> list[str]:
    """Write the sheet music of format ``name``; return in sentences what is not printed.

    Raises :class:`~compositions.engraving.errors.EngravingError` for a song without notes to read,
    and for one that is too long.
    """
    progress(0.0, "Engraving")
    texts = (title, artist, *(track.name for track in score.tracks),
             *(item.text for item in score.syllables))  # fmt: skip
    printable = all(can_show(text) for text in texts)
    bind(
        BOOKS[name](score, artist),
        destination,
        title=title,
        artist=artist,
        work_dir=destination.parent,
        fonts=[FONTS],
        system_fonts=not printable,
        paper=paper,
        on_progress=progress,
    )
    remarks = []
    if not printable:
        remarks.append(
            "Some words are in a script that the studio's fonts lack; where this machine has no "
            "font for it either, they are printed as boxes."
        )
    unread = [track.name for track in score.tracks if track.notes and track.role in UNPRINTED_ROLES]
    return [*remarks, f"Effects are not printed: {', '.join(unread)}."] if unread else remarks
