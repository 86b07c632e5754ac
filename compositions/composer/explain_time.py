"""Say in words how meter and tempo change in a song."""

from __future__ import annotations

from compositions.composer.plan import SongPlan
from compositions.composer.spec import TempoRequest
from compositions.composer.time_changes import places


def time_of(plan: SongPlan) -> list[str]:
    """Return a sentence for each change of meter, tempo and feel that was asked for."""
    spec = plan.spec
    lines = []
    for change in spec.meter_changes.value or ():
        named = " and ".join(f"{top}/{bottom}" for top, bottom in change.meters)
        where = _labels(plan, change.section)
        verb = "alternate between" if len(change.meters) > 1 else "be in"
        lines.append(_sentence(where, change.section, verb, named))
    for request in spec.tempo_changes.value or ():
        if request.section == "end" or request.change in ("fermata", "steady"):
            lines += _at_the_end(request)
            continue
        where = _labels(plan, request.section)
        lines.append(_sentence(where, request.section, *_words(request)))
    return lines


def _words(request: TempoRequest) -> tuple[str, str]:
    value = request.value or 1.0
    goal = f" up to {value:g} bpm" if request.value else ""
    return {
        "to": ("be played at", f"{value:g} bpm"),
        "by": ("be played at", f"{value:g} times the tempo"),
        "feel": ("be felt in", "half-time" if value < 1 else "double-time"),
        "accelerando": ("get", f"faster{goal}"),
        "ritardando": ("get", f"slower{goal.replace('up ', 'down ')}"),
        "rubato": ("be played", "rubato: phrases move on and take their time at the end"),
    }[request.change]


_VERBS = {"be": ("is", "are"), "get": ("gets", "get"), "alternate": ("alternates", "alternate")}


def _sentence(where: list[str], section: str, verb: str, what: str) -> str:
    """Return "Verse 1 and Verse 2 are in 7/8." or that the form lacks the section."""
    if section and not where:
        return f"The form has no {section.replace('_', '-')}, so nothing could {verb} {what} there."
    head, _, tail = verb.partition(" ")
    word = _VERBS[head][len(where) > 1]
    subject = " and ".join(filter(None, (", ".join(where[:-1]), *where[-1:]))) or "The song"
    return f"{subject} {' '.join(filter(None, (word, tail)))} {what}."


def _at_the_end(request: TempoRequest) -> list[str]:
    if request.change == "fermata":
        return ["The last chord is held (fermata)."]
    if request.change == "accelerando":
        return ["The last bars get faster."]
    # Of slowing down the explanation speaks by itself.
    return ["The song keeps its tempo to the end."] if request.change == "steady" else []


def _labels(plan: SongPlan, section: str) -> list[str]:
    return (
        [plan.sections[index].label for index in places(plan.sections, section)] if section else []
    )
