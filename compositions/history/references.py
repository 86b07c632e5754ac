"""States of a song by the names that people and programs use for them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ariaforge.exceptions import DomainError
from compositions.documents import load_plain
from compositions.history.commits import load_version
from compositions.models import Branch, Composition, Tag, Version
from compositions.score.entities import Plain

WORKING = "working"
NUMBER = re.compile(r"v([0-9]{1,9})", re.IGNORECASE)
UUID_PATTERN = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


class UnknownReferenceError(DomainError):
    """A name stands for no state of the song."""

    code = "not_found"


@dataclass(frozen=True, slots=True)
class WorkingCopy:
    """The state of a song as its rows are now, saved or not."""

    composition: Composition


def resolve(composition: Composition, reference: str) -> Version | WorkingCopy:
    """Return what ``reference`` names in the song.

    A version's id or number ("v12"), the name of a branch (its latest version) or of a tag,
    both without regard to case, or "working". Raises :class:`UnknownReferenceError`.
    """
    reference = " ".join(reference.split())
    if reference.lower() == WORKING:
        return WorkingCopy(composition)
    versions = Version.all_objects.filter(composition=composition)
    number = NUMBER.fullmatch(reference)
    if re.fullmatch(UUID_PATTERN, reference, re.IGNORECASE):
        found = versions.filter(pk=reference).first()
    elif number:
        # The column holds 31 bits.
        found = versions.filter(number=min(int(number[1]), 2**31 - 1)).first()
    else:
        found = _by_name(composition, reference)
    if found is None:
        raise UnknownReferenceError(
            f"This song has no version, branch or tag “{reference:.100}”.",
            details={"reference": reference[:200]},
        )
    return found


def resolve_version(composition: Composition, reference: str) -> Version:
    """Return the version that ``reference`` names; for "working" and "" the latest one.

    Raises :class:`UnknownReferenceError`, also when nothing was ever saved.
    """
    state = resolve(composition, reference or WORKING)
    if isinstance(state, Version):
        return state
    head: Version | None = composition.head
    if head is None:
        raise UnknownReferenceError("This song has no version yet.")
    return head


def load_reference(composition: Composition, reference: str) -> Plain:
    """Return the document that ``reference`` names. Raises :class:`UnknownReferenceError`."""
    state = resolve(composition, reference)
    return load_version(state) if isinstance(state, Version) else load_plain(composition)


def _by_name(composition: Composition, name: str) -> Version | None:
    # NUL is text to Python but not to PostgreSQL.
    if not name.isprintable():
        return None
    branch = (
        Branch.objects.filter(composition=composition, name__iexact=name)
        .select_related("tip")
        .first()
    )
    if branch is not None:
        return branch.tip
    tag = (
        Tag.objects.filter(composition=composition, name__iexact=name)
        .select_related("version")
        .first()
    )
    return tag.version if tag is not None else None
