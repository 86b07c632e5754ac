"""Choose the sections of a song and share its bars among them."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from compositions.composer.spec import SectionRequest
from compositions.composer.styles import Style

_DEFAULT_BARS = 8
_SHORTEST_VARIED = 32
_NEAR_FIT = 0.08
"""Forms that miss a length by this share of it more than the nearest one are chosen too."""
SECTIONS_BETWEEN = frozenset({"bridge", "solo", "breakdown", "interlude"})
"""Contrasting sections, of which a form usually has one."""


@dataclass(frozen=True, slots=True)
class FormSection:
    """A section of the form: kind, printed label, material name and bars."""

    kind: str
    label: str
    material: str
    bars: int


def choose_form(
    style: Style,
    bars: int,
    exact: bool,
    rng: random.Random,
    wanted: Sequence[str] = (),
    needed: Sequence[str] = (),
) -> list[FormSection]:
    """Return a form of the style for about ``bars`` bars (exactly, when ``exact``).

    The form nearest to the length is varied as the style does it (``form_options``), so
    that two songs of one style and length need not have the same sections. ``wanted`` are
    kinds that it must have, if it is long enough for them; ``needed`` are kinds that get a
    place in shorter forms, too.
    """
    lengths = _lengths(style, rng)
    costs: list[tuple[float, list[str], float]] = []
    for kinds in _candidates(style, bars):
        plain = sum(lengths.get(kind, _DEFAULT_BARS) for kind in kinds)
        for scale in (1.0, 0.5, 2.0):
            cost = abs(plain * scale - bars) + (0.0 if scale == 1.0 else 0.18 * bars)
            cost += 0.04 * bars * max(0, len(kinds) - 10)  # nobody wants eight choruses
            # Prefer a fuller form over a shorter one of equal fit.
            cost -= 0.05 * bars * min(len(kinds), 8) / 8
            costs.append((cost, kinds, plain * scale))
    if not costs:  # pragma: no cover - every style has a form
        raise ValueError(f"style {style.name} has no form")
    best = min(cost for cost, _, _ in costs)
    reach = _NEAR_FIT * bars if bars >= _SHORTEST_VARIED else 0.0
    fitting = [item for item in costs if item[0] <= best + reach]
    _, kinds, natural = rng.choice(fitting) if reach else fitting[0]
    if bars >= _SHORTEST_VARIED and len(kinds) > 2:
        scale = natural / sum(lengths.get(kind, _DEFAULT_BARS) for kind in kinds)
        kinds = _varied(kinds, style, lengths, round(bars / scale), rng)
        for kind in wanted:
            if kind in SECTIONS_BETWEEN and kind not in kinds:
                kinds = _with(kinds, kind)
        natural = scale * sum(lengths.get(kind, _DEFAULT_BARS) for kind in kinds)
    if missing := [kind for kind in dict.fromkeys(needed) if kind not in kinds]:
        before = sum(lengths.get(kind, _DEFAULT_BARS) for kind in kinds)
        for kind in missing:
            if bars >= 4 * (len(kinds) + 1):
                kinds = _with_needed(kinds, kind)
        natural *= sum(lengths.get(kind, _DEFAULT_BARS) for kind in kinds) / before
    if not exact and abs(natural - bars) <= 0.3 * bars:
        bars = round(natural)
    requests = [SectionRequest(kind, "") for kind in kinds]
    return share_bars(style, requests, bars, lengths)


def _lengths(style: Style, rng: random.Random) -> dict[str, int]:
    """Return the bars of each section kind in this song: the style's, some of them varied."""
    lengths = dict(style.section_bars)
    kinds = ("intro", "outro", "bridge", "interlude", "verse", "build", "drop", "breakdown")
    draws = {kind: rng.random() for kind in kinds}
    for kind in ("intro", "outro"):
        if draws[kind] < 0.25:
            half = max(2, lengths[kind] // 2)
            lengths[kind] = half if draws[kind] < 0.1 else max(8, lengths[kind])
    if draws["bridge"] < 0.25 and lengths["bridge"] == _DEFAULT_BARS:
        lengths["bridge"] = 4
    if draws["verse"] < 0.2 and lengths["verse"] == _DEFAULT_BARS:
        lengths["verse"] = 16
    if draws["interlude"] < 0.3 and lengths["interlude"] == 4:
        lengths["interlude"] = 8
    if draws["build"] < 0.35 and lengths["build"] == _DEFAULT_BARS:
        lengths["build"] = 4
    if draws["drop"] < 0.25 and lengths["drop"] == 2 * _DEFAULT_BARS:
        lengths["drop"] = _DEFAULT_BARS
    if draws["breakdown"] < 0.35:
        lengths["breakdown"] = 16 if lengths["breakdown"] == _DEFAULT_BARS else _DEFAULT_BARS
    return lengths


def _varied(
    kinds: list[str], style: Style, lengths: Mapping[str, int], bars: int, rng: random.Random
) -> list[str]:
    """Return the form with the changes that the style makes, as long as it keeps its length."""
    for name, chance in style.form_options.items():
        if rng.random() >= chance:
            continue
        other = _FORM_CHANGES[name](list(kinds))
        total = sum(lengths.get(kind, _DEFAULT_BARS) for kind in other)
        if other and 0.75 * bars <= total <= 1.3 * bars:
            kinds = other
    return kinds


def _with(kinds: list[str], new: str) -> list[str]:
    """Put a section in the place of another contrast, or before the last chorus."""
    for kind in ("bridge", "solo", "breakdown", "interlude"):
        if kind in kinds:
            place = kinds.index(kind)
            return [*kinds[:place], new, *kinds[place + 1 :]]
    return _before_last(kinds, new)


def _with_needed(kinds: list[str], new: str) -> list[str]:
    """Put a section that a direction speaks of where such sections are."""
    if new in ("intro", "outro"):
        return [new, *kinds] if new == "intro" else [*kinds, new]
    if new in SECTIONS_BETWEEN and len(kinds) > 1:
        changed = _before_last(kinds, new)
        if new in changed:
            return changed
        place = len(kinds) - 1 - (kinds[-1] == "outro")
        return [*kinds[:place], new, *kinds[place:]]
    return kinds


def _pre_chorus(kinds: list[str]) -> list[str]:
    out: list[str] = []
    for kind in kinds:
        if kind == "chorus" and out and out[-1] == "verse":
            out.append("pre_chorus")
        out.append(kind)
    return out


def _after(kinds: list[str], kind: str, new: str, *, last: bool = False) -> list[str]:
    """Put a section after the first (or last) one of a kind; none of it, no change."""
    if kind not in kinds:
        return kinds
    place = len(kinds) - 1 - kinds[::-1].index(kind) if last else kinds.index(kind)
    return [*kinds[: place + 1], new, *kinds[place + 1 :]]


def _before_last(kinds: list[str], new: str) -> list[str]:
    """Put a section before the last chorus, in the place of a bridge where there is one."""
    if "bridge" in kinds:
        return [new if kind == "bridge" else kind for kind in kinds]
    for main in ("chorus", "drop", "head", "verse"):
        if kinds.count(main) >= 2 and new not in kinds:
            place = len(kinds) - 1 - kinds[::-1].index(main)
            return [*kinds[:place], new, *kinds[place:]]
    return kinds


def _chorus_first(kinds: list[str]) -> list[str]:
    if "chorus" not in kinds or "verse" not in kinds:
        return kinds
    place = kinds.index("verse")
    return kinds if kinds.index("chorus") < place else [*kinds[:place], "chorus", *kinds[place:]]


def _interlude(kinds: list[str]) -> list[str]:
    """Let an interlude follow the first chorus, or what a form without one has for it."""
    if "interlude" in kinds:
        return kinds
    main = next((kind for kind in ("chorus", "head", "verse") if kind in kinds), "")
    return _after(kinds, main, "interlude")


def _verse_first(kinds: list[str]) -> list[str]:
    """Let a verse come before the first build-up or drop of a form that has none."""
    if "verse" in kinds or "drop" not in kinds:
        return kinds
    place = 1 if kinds[0] == "intro" else 0
    return [*kinds[:place], "verse", *kinds[place:]]


def _builds(kinds: list[str]) -> list[str]:
    """Lead to every drop by a build-up, and out of a form with all of them leave the first."""
    out: list[str] = []
    for kind in kinds:
        if kind == "drop" and (not out or out[-1] not in ("build", "drop")):
            out.append("build")
        out.append(kind)
    if out == kinds and kinds.count("build") > 1:
        out.remove("build")
    return out


_FORM_CHANGES: Mapping[str, Callable[[list[str]], list[str]]] = {
    "pre_chorus": _pre_chorus,
    "double_chorus": lambda kinds: _after(kinds, "chorus", "chorus", last=True),
    "double_verse": lambda kinds: _after(kinds, "verse", "verse"),
    "chorus_first": _chorus_first,
    "solo": lambda kinds: _before_last(kinds, "solo"),
    "interlude": _interlude,
    "breakdown": lambda kinds: _before_last(kinds, "breakdown"),
    "verse_first": _verse_first,
    "builds": _builds,
    "double_drop": lambda kinds: _after(kinds, "drop", "drop", last=True),
    "verse_after_drop": lambda kinds: _after(kinds, "drop", "verse"),
    "interlude_after_drop": lambda kinds: _after(kinds, "drop", "interlude"),
    "no_intro": lambda kinds: [kind for kind in kinds if kind != "intro"],
}
FORM_OPTIONS = frozenset(_FORM_CHANGES)
"""The changes that a style may make to its forms."""


def _candidates(style: Style, bars: int) -> list[list[str]]:
    forms = [list(form) for form in style.forms]
    longest = list(forms[-1])
    while sum(_natural(style, kind) for kind in longest) < bars * 1.2 and len(longest) < 80:
        place = next(
            (index for index, kind in enumerate(longest) if kind in ("bridge", "outro")),
            len(longest),
        )
        longest = longest[:place] + list(style.cycle) + longest[place:]
        forms.append(list(longest))
    return forms


def _natural(style: Style, kind: str) -> int:
    return int(style.section_bars.get(kind, _DEFAULT_BARS))


def fixed_bars(requests: tuple[SectionRequest, ...]) -> int | None:
    """Return the bars of a form in which every section has a bar count, else None."""
    counts = [request.bars for request in requests]
    return sum(count for count in counts if count) if all(counts) else None


def natural_bars(style: Style, requests: tuple[SectionRequest, ...]) -> int:
    """Return the bars a requested form takes when no length was asked."""
    kinds = _kinds(requests)
    return sum(
        request.bars or _natural(style, kind) for request, kind in zip(requests, kinds, strict=True)
    )


def share_bars(
    style: Style,
    requests: list[SectionRequest],
    bars: int,
    lengths: Mapping[str, int] | None = None,
) -> list[FormSection]:
    """Share ``bars`` among the sections; a section with its own bar count keeps it.

    When the fixed sections leave too little, the form is cut from its end; the total is
    always ``bars`` unless every section has its own count.
    """
    kinds = _kinds(tuple(requests))
    free = [index for index, request in enumerate(requests) if not request.bars]
    counts = [request.bars or 0 for request in requests]
    room = bars - sum(counts)
    if free and room < len(free):
        # Too short for this form: keep the sections that fit, one bar at least each.
        keep = free[: max(0, room)]
        drop = set(free) - set(keep)
        if len(drop) == len(requests):
            drop.discard(free[0])
            room = max(1, room)
        requests = [request for index, request in enumerate(requests) if index not in drop]
        total = sum(r.bars or 0 for r in requests) + max(room, 0)
        return share_bars(style, requests, total, lengths)
    if free:
        natural = lengths or style.section_bars
        weights = [natural.get(kinds[index], _DEFAULT_BARS) for index in free]
        frames = [kinds[index] in ("intro", "outro") for index in free]
        for index, share in zip(free, _shares(weights, frames, room), strict=True):
            counts[index] = share
    return _labelled(requests, kinds, counts)


def _shares(weights: list[int], frames: list[bool], total: int) -> list[int]:
    """Split ``total`` bars by weight into multiples of 4 (or 2), equal weights equally.

    ``frames`` marks intro and outro, which grow last. What multiples cannot reach goes to the
    last section, which makes the ending longer.
    """
    unit = 4 if total >= 4 * len(weights) else 2 if total >= 2 * len(weights) else 1
    scale = total / sum(weights)
    shares = {weight: max(unit, round(weight * scale / unit) * unit) for weight in set(weights)}
    while sum(shares[weight] for weight in weights) > total:
        over = [weight for weight in shares if shares[weight] > unit]
        if not over:
            break
        shares[max(over, key=lambda weight: shares[weight] / weight)] -= unit
    counts = [shares[weight] for weight in weights]
    # Room left for whole units: the longest sections grow first, from the end on.
    order = sorted(range(len(weights)), key=lambda i: (frames[i], -weights[i], -i))
    place = 0
    while total - sum(counts) >= unit:
        counts[order[place % len(order)]] += unit
        place += 1
    counts[-1] += total - sum(counts)
    while counts[-1] < 1:  # only when there are hardly more bars than sections
        largest = max(range(len(counts)), key=lambda i: counts[i])
        counts[largest] -= 1
        counts[-1] += 1
    return counts


def _kinds(requests: tuple[SectionRequest, ...]) -> list[str]:
    letters = "".join(request.kind for request in requests if len(request.kind) == 1)
    kinds = []
    for request in requests:
        kind = request.kind
        if len(kind) == 1:
            single_b = letters.count("B") == 1 and "C" not in letters
            kind = {"A": "verse", "B": "bridge" if single_b else "chorus"}.get(kind, "bridge")
        kinds.append(kind)
    return kinds


def _labelled(
    requests: list[SectionRequest], kinds: list[str], counts: list[int]
) -> list[FormSection]:
    totals: dict[str, int] = {}
    for kind in kinds:
        totals[kind] = totals.get(kind, 0) + 1
    seen: dict[str, int] = {}
    sections = []
    for request, kind, count in zip(requests, kinds, counts, strict=True):
        seen[kind] = seen.get(kind, 0) + 1
        letter = request.kind if len(request.kind) == 1 else ""
        label = letter or kind.replace("_", "-").capitalize()
        if not letter and totals[kind] > 1:
            label = f"{label} {seen[kind]}"
        sections.append(FormSection(kind, label, letter or kind, count))
    return sections
