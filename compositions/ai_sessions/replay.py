"""Doing the chosen steps of a session again, and comparing the music hash by hash."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from compositions.composer.engine import ENGINE_VERSION
from compositions.composer.operations import Operation, OperationError, apply_operations
from compositions.documents import prepare
from compositions.history.versions import load_version
from compositions.models import AISession, AISessionStep, Proposal, Version
from compositions.score.diff import apply_changes, diff
from compositions.score.entities import Plain, from_entities, to_entities
from compositions.score.errors import ScoreError
from compositions.score.scope import Scope, changes_in_scope
from compositions.score.serialisation import from_dict, to_dict
from compositions.score.tree import write_tree
from compositions.workshop import compose_from_prompt

Operations = AISessionStep.Operation
Progress = Callable[[float, str], None]
BY_HAND = "The song had been changed by other means before this step"


@dataclass(slots=True)
class ReplayedStep:
    """A step that was done again: the hash of its music then and now."""

    step: str
    number: int
    operation: str
    prompt: str
    engine_version: str
    recorded_hash: str
    content_hash: str = ""
    remarks: list[str] = field(default_factory=list)

    @property
    def identical(self) -> bool:
        """Whether the music is the same, byte for byte."""
        return bool(self.content_hash) and self.content_hash == self.recorded_hash

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as plain data."""
        return {**asdict(self), "identical": self.identical}


@dataclass(frozen=True, slots=True)
class Replay:
    """The steps done again, and the document that they end with."""

    steps: tuple[ReplayedStep, ...]
    data: Plain
    engine_version: str = ENGINE_VERSION

    @property
    def identical(self) -> bool:
        """Whether every step gave the music that it gave then."""
        return all(step.identical for step in self.steps)

    def to_dict(self) -> dict[str, Any]:
        """Return the report on the steps as plain data."""
        return {
            "engine_version": self.engine_version,
            "identical": self.identical,
            "steps": [step.to_dict() for step in self.steps],
        }

    @property
    def words(self) -> list[str]:
        """What the replay has shown, in sentences."""
        count = len(self.steps)
        if self.identical:
            what = {1: "The step", 2: "Both steps"}.get(count, f"All {count} steps")
            engine = f"engine {self.engine_version}"
            return [f"{what} gave the same music again, byte for byte ({engine})."]
        others = sorted({s.engine_version for s in self.steps} - {self.engine_version, ""})
        different = [str(step.number) for step in self.steps if not step.identical]
        noun = "Step" if len(different) == 1 else "Steps"
        said = [f"{noun} {', '.join(different)} of {count} gave other music than before."]
        if others:
            said.append(
                f"Then it was composed with engine {', '.join(others)}, now with"
                f" {self.engine_version}: other engines write other music."
            )
        else:
            said.append(f"It is the same engine ({self.engine_version}), so this is a fault of it.")
        return said


def chosen_path(session: AISession) -> list[AISessionStep]:
    """Return the steps that led to what the session has, the oldest first.

    Those are its chosen steps and, of a session that continues another one, the chosen ones
    of that up to the step where it began, and that step itself, whatever became of it.
    """
    own = list(_steps(session).filter(state=AISessionStep.State.CHOSEN))
    start = session.parent_step_id
    before: list[AISessionStep] = []
    while start is not None:
        first = _related().get(pk=start)
        earlier = _steps(first.session).filter(
            state=AISessionStep.State.CHOSEN, number__lt=first.number
        )
        before = [*earlier, first, *before]
        start = first.session.parent_step_id
    return [*before, *own]


def _related() -> Any:
    return AISessionStep.objects.select_related(
        "session__composition", "base_version", "result_version", "proposal__result"
    )


def _steps(session: AISession) -> Any:
    return _related().filter(session=session).order_by("number")


def replay(path: list[AISessionStep], progress: Progress = lambda part, step: None) -> Replay:
    """Do the steps of a path again, from the first.

    As long as the music is what it was, each step begins from the version that it began from,
    so edits made by hand in between are there too; after the first difference it begins from
    what the steps before made now, and such edits are left out, which is said.

    Raises ``ValueError`` when the first step cannot be done at all.
    """
    state: Plain | None = None
    recorded: Version | None = None  # what the steps so far led to then
    same = True
    done: list[ReplayedStep] = []
    for number, step in enumerate(path):
        progress(number / len(path), f"Step {number + 1} of {len(path)}")
        entry = ReplayedStep(
            str(step.pk), step.number, step.operation, step.prompt, step.engine_version,
            step.result_content_hash,
        )  # fmt: skip
        done.append(entry)
        if step.operation == Operations.COMPOSE:
            made = _compose(step)
        elif step.operation == Operations.REPLAY and state is not None:
            made = state
        else:
            state = _base(step, state, recorded, same, entry)
            made = _vary(step, state, entry)
        entry.content_hash = _hash(made)
        same = entry.identical
        state = _taken_over(step, state, made, same)
        recorded = _result(step)
    if state is None:
        raise ValueError("There is no step that could be done again.")
    return Replay(tuple(done), state)


def _hash(data: Plain) -> str:
    return write_tree(data).content_hash


def _compose(step: AISessionStep) -> Plain:
    composed = compose_from_prompt(
        step.prompt,
        seed=step.seed,
        lyrics=step.parameters.get("lyrics", ""),
        overrides=step.parameters.get("overrides"),
        filled=step.parameters.get("filled"),
    )
    return prepare(step.session.composition, to_dict(composed.score))


def _base(
    step: AISessionStep,
    state: Plain | None,
    recorded: Version | None,
    same: bool,
    entry: ReplayedStep,
) -> Plain:
    base = step.base_version
    if base is None:
        if state is None:
            raise ValueError(f"Nobody knows what step {step.number} began from.")
        return state
    edited = recorded is not None and recorded.content_hash != base.content_hash
    if state is None or same:
        if edited:
            entry.remarks.append(f"{BY_HAND}; that is kept.")
        return load_version(base)
    if edited:
        entry.remarks.append(f"{BY_HAND}; that is no part of the session and is left out.")
    return state


def _vary(step: AISessionStep, base: Plain, entry: ReplayedStep) -> Plain:
    try:
        plan = [Operation.from_dict(one) for one in step.parameters.get("operations", ())]
        result = apply_operations(from_dict(base), plan, seed=step.seed)
    except (OperationError, ScoreError) as error:
        entry.remarks.append(f"It cannot be done to this music, and is left out: {error}")
        return base
    entry.remarks += result.remarks
    return prepare(step.session.composition, to_dict(result.score))


def _taken_over(step: AISessionStep, base: Plain | None, made: Plain, same: bool) -> Plain:
    """Return the document after the step: what was made, or the part of it that was accepted."""
    result = _result(step)
    if same and result is not None:
        return load_version(result)
    proposal = step.proposal
    if base is None or proposal is None or proposal.state != Proposal.State.PARTLY_ACCEPTED:
        return made
    before, after = to_entities(base), to_entities(made)
    try:
        scope = Scope.from_dict(proposal.decision.get("scope"))
        chosen = changes_in_scope(diff(before, after), before, after, scope)
        return from_entities(apply_changes(before, chosen))
    except ScoreError:
        # The part has no counterpart in this music.
        return made


def _result(step: AISessionStep) -> Version | None:
    """Return the version that the song had after the step."""
    if step.proposal is not None and step.proposal.result is not None:
        return step.proposal.result
    return step.result_version


def version_after(step: AISessionStep) -> Version | None:
    """Return the version to go on from after the step: what was accepted, or what was offered."""
    return _result(step)
