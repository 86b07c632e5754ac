"""Changing the working copy of a song: edits, undo, whole documents, and the proof.

Everything here locks the song's row first, so changes of one song happen one after another.
"""

from compositions.editing.locking import lock_document
from compositions.editing.replacing import replace_document
from compositions.editing.submitting import AppliedEdits, apply_edits
from compositions.editing.undoing import redo, undo
from compositions.editing.verifying import replay, verify_document

__all__ = [
    "AppliedEdits",
    "apply_edits",
    "lock_document",
    "redo",
    "replace_document",
    "replay",
    "undo",
    "verify_document",
]
