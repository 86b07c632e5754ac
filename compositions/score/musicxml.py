"""MusicXML in and out of a score.

:mod:`compositions.score.musicxml_reader` reads, :mod:`compositions.score.musicxml_writer`
writes; :mod:`compositions.score.musicxml_names` holds what both agree on.
"""

from compositions.score.errors import MusicXmlError
from compositions.score.musicxml_reader import MusicXmlImport, read_musicxml
from compositions.score.musicxml_writer import MusicXmlExport, write_musicxml

__all__ = ["MusicXmlError", "MusicXmlExport", "MusicXmlImport", "read_musicxml", "write_musicxml"]
