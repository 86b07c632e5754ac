"""Sheet music: a song as pages of a PDF, for players and singers.

The score is written as MusicXML, made ready for printing (:mod:`.preparing`), engraved as pictures
of pages by Verovio (:mod:`.pages`) and bound as one PDF by Typst (:mod:`.binding`). Notes are
printed as they are written, not as they are performed.
"""

from compositions.engraving.binding import bind
from compositions.engraving.books import Book, lead_sheet, parts, score_book

__all__ = ["Book", "bind", "lead_sheet", "parts", "score_book"]
