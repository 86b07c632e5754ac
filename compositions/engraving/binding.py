"""Binds engraved pages as one PDF with titles, page numbers and bookmarks, with Typst."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from compositions.engraving.books import Book
from compositions.engraving.errors import EngravingError
from compositions.engraving.pages import PAGE_MM, engrave

_BINDING_SHARE = 0.2
MOST_PAGES = 400
"""More pages than this are no book."""
_FONTS = '("Libertinus Serif", "Noto Sans", "DejaVu Sans Mono")'
_PREAMBLE = """\
#set text(font: {fonts}, fallback: true, size: 10pt)
#set document(title: {title}, author: {author}, date: none)
#set page(width: {width}mm, height: {height}mm, margin: 0mm)
#show heading: it => text(size: 11pt, it.body)
#let sheet(picture, part, first, number, count, title, author) = page[
  #place(top + left, image(picture, width: 100%))
  #if first {{
    let size = if title.clusters().len() > 34 {{ 13pt }} else {{ 19pt }}
    let name = align(center, text(size: size, weight: "bold", title))
    place(top + center, dy: 11mm, box(width: 54%, name))
    place(top + left, dx: 14mm, dy: 13mm, box(width: 20%, heading(level: 1, part)))
    place(top + right, dx: -14mm, dy: 13mm, box(width: 20%, align(right, author)))
  }} else {{
    place(top + left, dx: 14mm, dy: 7mm, text(size: 9pt, style: "italic", title + " – " + part))
  }}
  #place(bottom + center, dy: -7mm, text(size: 9pt, str(number) + " / " + str(count)))
]
"""


def bind(
    books: Sequence[Book],
    destination: Path,
    *,
    title: str,
    artist: str,
    work_dir: Path,
    fonts: Sequence[Path] = (),
    system_fonts: bool = False,
    paper: str = "a4",
    on_progress: Callable[[float, str], None],
) -> int:
    """Write the books one after the other as a PDF; return how many pages it has.

    Each begins on a page of its own with its name, and is a bookmark. ``fonts`` are folders of
    further fonts for text; ``system_fonts`` adds those of the machine, for scripts that none of
    them has. Without these the same books give the same bytes. ``on_progress(part, step)`` gets
    0..1; an exception raised in it stops the work. Pictures of pages are kept in ``work_dir`` only
    while this runs. Raises :class:`EngravingError` when it cannot be engraved, and for more than
    :data:`MOST_PAGES` pages.
    """
    folder = work_dir / "engraving"
    folder.mkdir()
    try:
        lines: list[str] = []
        share = (1.0 - _BINDING_SHARE) / max(1, len(books))
        for place, book in enumerate(books):
            lines += _pages(
                book, folder, paper=paper, title=title, artist=artist,
                earlier=len(lines), on_progress=_within(on_progress, place * share, share),
            )  # fmt: skip
        if not lines:
            raise EngravingError("The song has no notes that can be printed.")
        on_progress(1.0 - _BINDING_SHARE, "Binding")
        width, height = PAGE_MM[paper]
        text = _PREAMBLE.format(
            fonts=_FONTS, title=_literal(title), author=_literal(artist), width=width, height=height
        )
        source = folder / "book.typ"
        source.write_text(text + "\n".join(lines), encoding="utf-8")
        _compile(source, destination, fonts, system_fonts=system_fonts)
        return len(lines)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _pages(
    book: Book,
    folder: Path,
    *,
    paper: str,
    title: str,
    artist: str,
    earlier: int,
    on_progress: Callable[[float], None],
) -> list[str]:
    """Engrave a book; the lines that put its pages into the PDF."""
    names: list[str] = []
    pages = engrave(
        book.musicxml,
        paper=paper,
        staff_mm=book.staff_mm,
        on_page=lambda done, count: on_progress(0.1 + 0.9 * done / count),
    )
    for picture in pages:
        if earlier + len(names) >= MOST_PAGES:
            raise EngravingError(
                f"The song has more than {MOST_PAGES} pages; export fewer parts, or a shorter song."
            )
        name = f"{earlier + len(names):05}.svg"
        (folder / name).write_bytes(picture)
        names.append(name)
    return [
        f"#sheet({_literal(name)}, {_literal(book.name)}, {str(place == 0).lower()}, {place + 1}, "
        f"{len(names)}, {_literal(title)}, {_literal(artist)})"
        for place, name in enumerate(names)
    ]


def _compile(source: Path, destination: Path, fonts: Sequence[Path], *, system_fonts: bool) -> None:
    import typst

    try:
        typst.compile(
            str(source),
            output=str(destination),
            root=str(source.parent),
            font_paths=[str(folder) for folder in fonts],
            ignore_system_fonts=not system_fonts,
            timestamp=0,
        )
    except typst.TypstError as error:
        raise EngravingError(f"The pages cannot be bound as a PDF: {error.message}.") from error


def _within(
    on_progress: Callable[[float, str], None], begin: float, share: float
) -> Callable[[float], None]:
    return lambda part: on_progress(begin + share * part, "Engraving")


def _literal(text: str) -> str:
    """A text as Typst writes it, without control characters."""
    printable = "".join(letter for letter in text if letter.isprintable())
    return json.dumps(printable, ensure_ascii=False)
