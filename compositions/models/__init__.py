"""Songs: the composition and its document, the sessions that made it, what it became."""

from compositions.models.composition import Composition
from compositions.models.document import Chord, Section, Track
from compositions.models.output import Export, Preset, Render
from compositions.models.session import AISession

__all__ = [
    "AISession",
    "Chord",
    "Composition",
    "Export",
    "Preset",
    "Render",
    "Section",
    "Track",
]
