"""Engraves MusicXML as pictures of pages, with Verovio (LGPL-3.0)."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from typing import Any

from lxml import etree

from compositions.engraving.errors import EngravingError

_SVG = "{http://www.w3.org/2000/svg}"
PAGE_MM = {"a4": (210.0, 297.0), "letter": (215.9, 279.4)}
# Verovio's name for half the distance of two staff lines; 9 of them is its own staff of 7.2 mm.
_UNITS_PER_MM = 9.0 / 7.2
_MARGIN_MM = 14.0
# Signs of the music font inside text (SMuFL), and the letters that text fonts have for them.
_SMUFL = str.maketrans(
    {
        "\uea63": "𝄫", "\uea64": "♭", "\uea65": "♮", "\uea66": "♯", "\uea67": "𝄪",
        "\ued60": "♭", "\ued61": "♮", "\ued62": "♯", "\ued63": "𝄪", "\ued64": "𝄫",
        "\ue260": "♭", "\ue261": "♮", "\ue262": "♯", "\ue263": "𝄪", "\ue264": "𝄫",
        "\ueca2": "𝅝", "\ueca3": "𝅗𝅥", "\ueca5": "♩", "\ueca7": "♪", "\uecb7": ".",
        "\ue1d2": "𝅝", "\ue1d3": "𝅗𝅥", "\ue1d5": "♩", "\ue1d7": "♪", "\ue1e7": ".",
        "\ue870": "ø", "\ue871": "ø", "\ue872": "+", "\ue873": "Δ", "\ue874": "−",
    }
)  # fmt: skip


def engrave(
    musicxml: bytes,
    *,
    paper: str,
    staff_mm: float,
    on_page: Callable[[int, int], None],
) -> Iterator[bytes]:
    """Yield each page as an SVG picture; ``on_page(done, all)`` is called before each.

    ``paper`` is a name of :data:`PAGE_MM`, ``staff_mm`` the height of a staff of five lines. The
    places of title and page number are left empty. Raises :class:`EngravingError` when the music
    cannot be engraved.
    """
    import verovio

    verovio.enableLog(verovio.LOG_OFF)
    toolkit = verovio.toolkit()
    toolkit.setOptions(_options(paper, staff_mm))
    if not toolkit.loadData(musicxml.decode("utf-8")):
        raise EngravingError("This song cannot be engraved as sheet music.")
    count = toolkit.getPageCount()
    for number in range(1, count + 1):
        on_page(number - 1, count)
        yield _cleaned(toolkit.renderToSVG(number))


def _options(paper: str, staff_mm: float) -> dict[str, Any]:
    width, height = PAGE_MM[paper]
    margin = round(10 * _MARGIN_MM)
    return {
        "inputFrom": "musicxml",
        "pageWidth": round(10 * width),
        "pageHeight": round(10 * height),
        "pageMarginTop": margin,
        "pageMarginBottom": margin + 30,
        "pageMarginLeft": margin,
        "pageMarginRight": margin,
        "unit": round(staff_mm * _UNITS_PER_MM, 2),
        "scale": 100,
        "breaks": "auto",
        "header": "auto",
        "footer": "none",
        "justifyVertically": True,
        "justificationMaxVertical": 0.3,
        "svgViewBox": True,
        "svgRemoveXlink": True,
        "smuflTextFont": "none",
        "xmlIdSeed": 1,
        "mnumInterval": 0,
    }


def _cleaned(svg: str) -> bytes:
    """The picture without header, footer and letters that only the music font has."""
    parser = etree.XMLParser(huge_tree=True, resolve_entities=False, no_network=True)
    root = etree.fromstring(svg.encode("utf-8"), parser)
    for group in list(root.iter(f"{_SVG}g")):
        names = (group.get("class") or "").split()
        above = group.getparent()
        if above is not None and {"pgHead", "pgFoot"} & set(names):
            above.remove(group)
    for text in root.iter(f"{_SVG}text", f"{_SVG}tspan"):
        _spell(text)
    return bytes(etree.tostring(root))


def _spell(text: etree._Element) -> None:
    """Write signs of the music font as letters, as large as the letters before them."""
    if "font-family" in text.attrib:
        del text.attrib["font-family"]
    if not text.text:
        return
    spelled = text.text.translate(_SMUFL)
    if spelled == text.text:
        return
    text.text = "".join(letter for letter in spelled if unicodedata.category(letter) != "Co")
    before = text.getprevious()
    if before is not None and "font-size" in before.attrib:
        text.set("font-size", before.attrib["font-size"])
