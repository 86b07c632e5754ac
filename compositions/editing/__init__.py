"""Changing the working copy of a song: edits, undo, whole documents, and the proof.

Everything here locks the song's row first, so changes of one song happen one after another.
"""

from compositions.editing.locking import lock_document
from compositions.editing.replacing import replace_document

__all__ = ["lock_document", "replace_document"]
