"""Songs: the composition and its document, its history, and what it becomes."""

from compositions.models.archives import ProjectArchive
from compositions.models.composition import Composition
from compositions.models.document import Chord, LyricLine, NoteWindow, Section, Syllable, Track
from compositions.models.edits import EditBatch, EditOp
from compositions.models.history import Blob, Branch, Proposal, Tag, Version
from compositions.models.imports import Import
from compositions.models.language_model import LLMInteraction
from compositions.models.output import Export, Render
from compositions.models.presets import Preset, PresetVersion
from compositions.models.session import AISession, AISessionStep

__all__ = [
    "AISession",
    "AISessionStep",
    "Blob",
    "Branch",
    "Chord",
    "Composition",
    "EditBatch",
    "EditOp",
    "Export",
    "Import",
    "LLMInteraction",
    "LyricLine",
    "NoteWindow",
    "Preset",
    "PresetVersion",
    "ProjectArchive",
    "Proposal",
    "Render",
    "Section",
    "Syllable",
    "Tag",
    "Track",
    "Version",
]
