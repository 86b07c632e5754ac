"""Choose the sections of a song and share its bars among them."""

from __future__ import annotations

from dataclasses import dataclass

from compositions.composer.spec import SectionRequest
from compositions.composer.styles import Style

_DEFAULT_BARS = 8


@dataclass(frozen=True, slots=True)
class FormSection:
    """A section of the form: kind, printed label, material name and bars."""

    kind: str
    label: str
    material: str
    bars: int


def choose_form(style: Style, bars: int, exact: bool) -> list[FormSection]:
    """Return a form of the style for about ``bars`` bars (exactly, when ``exact``)."""
    best: tuple[float, list[str], float] | None = None
    for kinds in _candidates(style, bars):
        plain = sum(_natural(style, kind) for kind in kinds)
        for scale in (1.0, 0.5, 2.0):
            cost = abs(plain * scale - bars) + (0.0 if scale == 1.0 else 0.18 * bars)
            cost += 0.04 * bars * max(0, len(kinds) - 10)  # nobody wants eight choruses
            # Prefer a fuller form over a shorter one of equal fit.
            cost -= 0.05 * bars * min(len(kinds), 8) / 8
            if best is None or cost < best[0]:
                best = (cost, kinds, plain * scale)
    if best is None:  # pragma: no cover - every style has a form
        raise ValueError(f"style {style.name} has no form")
    _, kinds, natural = best
    if not exact and abs(natural - bars) <= 0.3 * bars:
        bars = round(natural)
    requests = [SectionRequest(kind, "") for kind in kinds]
    return share_bars(style, requests, bars)


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


def share_bars(style: Style, requests: list[SectionRequest], bars: int) -> list[FormSection]:
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
        return share_bars(style, requests, sum(r.bars or 0 for r in requests) + max(room, 0))
    if free:
        weights = [_natural(style, kinds[index]) for index in free]
        for index, share in zip(free, _shares(weights, room), strict=True):
            counts[index] = share
    return _labelled(requests, kinds, counts)


def _shares(weights: list[int], total: int) -> list[int]:
    """Split ``total`` bars by weight into multiples of 4 (or 2), equal weights equally.

    What multiples cannot reach goes to the last section, which makes the ending longer.
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
    order = sorted(range(len(weights)), key=lambda i: (-weights[i], -i))
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
