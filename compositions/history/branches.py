"""Branches and tags: names for versions, and going from one line of work to another.

A name has 1 to 100 characters, all printable, no space at its ends and not two in a row. It
is unique among the branches and tags of its song without regard to case, and is nothing that
names a state otherwise: "working", "v12" or an id. Each function owns its transaction.
"""

from __future__ import annotations

import re
import unicodedata

from django.db import transaction

from accounts.models import User
from ariaforge.exceptions import ConflictError, InvalidInputError, NotPermittedError
from compositions.editing.locking import lock_document
from compositions.editing.replacing import replace_document
from compositions.history.references import resolve_version
from compositions.history.versions import (
    ensure_history,
    load_version,
    mirror_song,
    require_unprotected,
    save_working_copy,
    tell_history,
)
from compositions.models import Branch, Composition, EditBatch, Proposal, Tag, Version
from compositions.models.history import MAIN_BRANCH, NAME_MAX_LENGTH, RESERVED_NAME
from projects.models import Project


def create_branch(*, composition: Composition, user: User, name: str, start: str = "") -> Branch:
    """Begin a line of work at the version that ``start`` names (the latest when empty).

    The working copy stays where it is. ``start`` is what
    :func:`compositions.history.references.resolve` reads; at "working" what is not saved yet
    is saved first. Raises :class:`InvalidInputError` for an unfit name,
    :class:`ConflictError` for one that is taken, and
    :class:`compositions.history.references.UnknownReferenceError`.
    """
    name = clean_name(name)
    with transaction.atomic():
        song = lock_document(composition.pk)
        ensure_history(song, user)
        if start.strip().lower() == "working":
            save_working_copy(song, user=user)
        tip = resolve_version(song, start)
        _require_free(song, name)
        branch: Branch = Branch.objects.create(
            composition=song, name=name, tip=tip, created_by=user
        )
        tell_history(song, "branch", branch)
    mirror_song(song, composition)
    return branch


def rename_branch(*, branch: Branch, user: User, name: str) -> Branch:
    """Give the branch another name; versions keep the name that it had when they were made.

    Raises what :func:`create_branch` raises, :class:`ConflictError` for main, and
    :class:`NotPermittedError` for a protected branch and somebody who owns nothing.
    """
    name = clean_name(name)
    with transaction.atomic():
        song = lock_document(branch.composition_id)
        branch.refresh_from_db()
        if name == branch.name:
            return branch
        if branch.name == MAIN_BRANCH:
            raise ConflictError(f"The branch “{MAIN_BRANCH}” keeps its name.")
        require_unprotected(song, branch, user)
        _require_free(song, name, except_for=branch)
        branch.name = name
        branch.save(update_fields=["name"])
        tell_history(song, "branch", branch)
    return branch


def protect_branch(*, branch: Branch, user: User, protected: bool = True) -> Branch:
    """Let only owners of the project change what the branch holds, or everybody again.

    Raises :class:`NotPermittedError` for who is no owner.
    """
    with transaction.atomic():
        song = lock_document(branch.composition_id)
        if not Project.objects.owned_by(user).filter(pk=song.project_id).exists():
            raise NotPermittedError("Only owners of the project protect branches.")
        branch.refresh_from_db()
        if branch.is_protected != protected:
            branch.is_protected = protected
            branch.save(update_fields=["is_protected"])
            tell_history(song, "branch", branch)
    return branch


def delete_branch(*, branch: Branch, user: User) -> None:
    """Forget the name; its versions stay in the history.

    Raises :class:`ConflictError` for main, a protected branch, the one that the working copy
    follows, and one with an open proposal from or to it.
    """
    with transaction.atomic():
        song = lock_document(branch.composition_id)
        branch.refresh_from_db()
        refusal = ""
        if branch.name == MAIN_BRANCH:
            refusal = f"The branch “{MAIN_BRANCH}” stays."
        elif branch.is_protected:
            refusal = f"The branch “{branch.name}” is protected; an owner can unprotect it first."
        elif branch.pk == song.branch_id:
            refusal = f"The song is on “{branch.name}” now; go to another branch first."
        else:
            proposals = Proposal.objects.filter(state=Proposal.State.OPEN)
            first = (proposals.filter(branch=branch) | proposals.filter(target=branch)).first()
            if first is not None:
                refusal = f"The proposal “{first.title}” is open; decide it or withdraw it first."
        if refusal:
            raise ConflictError(refusal, details={"branch": branch.name})
        branch.soft_delete()
        tell_history(song, "branch", branch)


def checkout(*, composition: Composition, branch: Branch, user: User) -> Branch:
    """Let the working copy follow ``branch`` and be as its latest version.

    What is not saved is kept first, as an automatic version on the branch that is left. Does
    nothing when the song is on the branch. Raises :class:`InvalidInputError` for a branch of
    another song.
    """
    if branch.composition_id != composition.pk:
        raise InvalidInputError("This branch belongs to another song.")
    with transaction.atomic():
        song = lock_document(composition.pk)
        left = ensure_history(song, user)
        branch.refresh_from_db()
        if left.pk != branch.pk:
            save_working_copy(song, user=user)
            song.branch = branch
            replace_document(
                composition=song,
                data=load_version(branch.tip),
                version=branch.tip,
                name=f"Go to {branch.name}",
                source=EditBatch.Source.CHECKOUT,
                user=user,
            )
            tell_history(song, "branch", branch)
    mirror_song(song, composition)
    return branch


def create_tag(
    *, composition: Composition, user: User, name: str, version: str | Version = ""
) -> Tag:
    """Give a version a name that stays with it; the latest one when ``version`` is empty.

    ``version`` may be a reference, as in :func:`create_branch`, which see for what is raised.
    """
    name = clean_name(name)
    with transaction.atomic():
        song = lock_document(composition.pk)
        ensure_history(song, user)
        chosen = _of_song(song, version)
        _require_free(song, name)
        tag: Tag = Tag.objects.create(composition=song, name=name, version=chosen, created_by=user)
        tell_history(song, "tag", tag)
    mirror_song(song, composition)
    return tag


def rename_tag(*, tag: Tag, user: User, name: str) -> Tag:
    """Give the tag another name. Raises what :func:`create_branch` raises for names."""
    name = clean_name(name)
    with transaction.atomic():
        song = lock_document(tag.composition_id)
        tag.refresh_from_db()
        if name != tag.name:
            _require_free(song, name, except_for=tag)
            tag.name = name
            tag.save(update_fields=["name"])
            tell_history(song, "tag", tag)
    return tag


def move_tag(*, tag: Tag, user: User, version: str | Version) -> Tag:
    """Let the tag name another version of its song."""
    with transaction.atomic():
        song = lock_document(tag.composition_id)
        tag.refresh_from_db()
        tag.version = _of_song(song, version)
        tag.save(update_fields=["version"])
        tell_history(song, "tag", tag)
    return tag


def delete_tag(*, tag: Tag, user: User) -> None:
    """Forget the name; the version stays."""
    with transaction.atomic():
        song = lock_document(tag.composition_id)
        tag.refresh_from_db()
        tag.soft_delete()
        tell_history(song, "tag", tag)


def clean_name(name: str) -> str:
    """Return the name of a branch or a tag as it is stored.

    Raises :class:`InvalidInputError` when it is unfit.
    """
    name = " ".join(unicodedata.normalize("NFC", name).split())
    problem = ""
    if not name:
        problem = "A branch or a tag needs a name."
    elif len(name) > NAME_MAX_LENGTH:
        problem = f"The name has {len(name)} characters; {NAME_MAX_LENGTH} are the most."
    elif not name.isprintable():
        problem = "The name holds characters that cannot be seen."
    elif re.fullmatch(RESERVED_NAME, name, re.IGNORECASE):
        problem = f"“{name}” has a meaning already; choose another name."
    if problem:
        raise InvalidInputError(problem, details={"name": [problem]})
    return name


def _require_free(song: Composition, name: str, except_for: Branch | Tag | None = None) -> None:
    for model, word in ((Branch, "branch"), (Tag, "tag")):
        rows = model.objects.filter(composition=song, name__iexact=name)
        if isinstance(except_for, model):
            rows = rows.exclude(pk=except_for.pk)
        if rows.exists():
            raise ConflictError(
                f"This song has a {word} “{name}” already.",
                details={"name": [f"There is a {word} of this name already."]},
            )


def _of_song(song: Composition, version: str | Version) -> Version:
    if not isinstance(version, Version):
        return resolve_version(song, version)
    if version.composition_id != song.pk:
        raise InvalidInputError("This version belongs to another song.")
    return version
