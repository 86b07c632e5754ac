"""Fill what the musician left open: genre from moods, the rest from the style."""

from __future__ import annotations

import math
import random
import re
from collections import Counter
from collections.abc import Set
from dataclasses import replace
from typing import Any

from compositions.composer.era import in_era, style_of_era, styles_of
from compositions.composer.prompt_directions import SECTIONS_LEFT_OUT
from compositions.composer.prompt_language import detect_language
from compositions.composer.prompt_scene import confidence_of, scene_scores, scene_words
from compositions.composer.prompt_words import moods
from compositions.composer.rhythm import grid_for
from compositions.composer.roman import resolve_name
from compositions.composer.seeds import stream
from compositions.composer.spec import MusicSpec, Source
from compositions.composer.styles import Style, styles
from compositions.composer.time_changes import start_of
from compositions.score.document import Mode
from compositions.score.harmony import MINOR_MODES, parse_chord_symbol, scale_pitch_classes

DEFAULT_SECONDS = 120.0
_SCENE = 0.4
_GUESS = 0.35
_COMMON = frozenset({"pop", "folk", "cinematic", "rock", "lo-fi"})


def resolve_spec(spec: MusicSpec, seed: int) -> tuple[MusicSpec, Style]:
    """Return the specification with every musical question answered, and its style.

    Length stays as asked: ``bars`` or ``seconds`` may both be ``None``. Raises
    ``ValueError`` for an unknown genre.
    """
    rng = stream(seed, "song", "plan", "resolve")
    if spec.genre.value is None:
        spec = _choose_genre(spec, rng)
    elif not spec.blend.value:
        name = style_of_era(spec.genre.value, spec.era.value)
        spec = spec.with_value("genre", name, spec.genre.source, spec.genre.confidence)
    style = styles().get(spec.genre.value)
    if style is None:
        raise ValueError(f"genre: {spec.genre.value!r} is not a known style")
    if left_out := SECTIONS_LEFT_OUT & set(spec.unwanted.value or ()):
        style = without_sections(style, left_out)
    for name in spec.blend.value or ():
        if name in styles() and name != style.name:
            style = blended(style, styles()[name])
    style, told = in_era(
        style, spec.era.value, {item.name for item in spec.instruments.value or ()}
    )
    spec = spec.with_note(*filter(None, [told]))
    mood = _mood(spec)
    rng = _own_stream(spec, style, seed)
    spec = key_from_chords(spec)
    if spec.mood.value is None:
        spec = spec.with_value("mood", style.moods[:2], Source.STYLE, 0.4)
    if spec.mode.value is None:
        spec = _fill(spec, "mode", _mode_for(spec, style, mood, rng), Source.STYLE, 0.6)
    if spec.tonic.value is None:
        weights = style.tonics["minor" if Mode(spec.mode.value) in MINOR_MODES else "major"]
        tonic = rng.choices(list(weights), list(weights.values()))[0]
        spec = _fill(spec, "tonic", tonic, Source.DEFAULT, 0.3)
    if spec.meter.value is None:
        # The first meter of a style is its home; the others are rare colours.
        chances = [4.0] + [1.0] * (len(style.meters) - 1)
        meter = rng.choices(style.meters, chances)[0]
        elsewhere = [tuple(one.meters[0]) for one in spec.meter_changes.value or ()]
        if tuple(meter) in elsewhere:  # what a part changes to is not what it changes from
            meter = next((m for m in (*style.meters, (4, 4)) if tuple(m) not in elsewhere), meter)
        spec = _fill(spec, "meter", meter, Source.STYLE, 0.7)
    if spec.tempo.value is None and (start := start_of(spec)):
        spec = _fill(spec, "tempo", start, Source.PROMPT, 0.6)
    if spec.tempo.value is None:
        tempo = _tempo_for(style, mood, rng)
        if grid_for(*spec.meter.value).compound:
            tempo = round(tempo * style.compound_tempo)
        spec = _fill(spec, "tempo", tempo, Source.STYLE, 0.6)
    spec = _meet_length(spec)
    if spec.swing.value is None:
        spec = _fill(spec, "swing", style.swing_ratio, Source.STYLE, 0.7)
    defaults: tuple[tuple[str, Any], ...] = (
        ("density", style.density),
        ("energy", 0.5),
        ("complexity", style.complexity),
        ("unwanted", ()),
        ("instruments_only", False),
    )
    for name, value in defaults:
        if getattr(spec, name).value is None:
            spec = _fill(spec, name, value, Source.STYLE, 0.5)
    return spec, style


def _own_stream(spec: MusicSpec, style: Style, seed: int) -> random.Random:
    """Return the stream of what is left open: another style, mood or theme, another song."""
    asked = (*(spec.mood.value or ()), str(spec.theme.value or ""))
    return stream(seed, style.name, " ".join(asked), "resolve")


def key_from_chords(spec: MusicSpec) -> MusicSpec:
    """Let chord names decide a key that was not asked for: "Am F C G" is in A minor.

    The first chord is home when its key holds the chords about as well as any other.
    """
    if spec.chords.value is None or spec.tonic.value is not None:
        return spec
    texts = [text for bars in spec.chords.value.values() for bar in bars for text in bar]
    counts = Counter(texts)  # each chord is weighed once: hostile prompts have thousands
    try:
        names = [parse_chord_symbol(text)[0] for text in counts]
        chords = [(resolve_name(text, 0, Mode.MAJOR), times) for text, times in counts.items()]
    except ValueError:
        return _mode_of_numerals(spec)
    best: tuple[float, str, Mode] | None = None
    modes = [Mode(spec.mode.value)] if spec.mode.value else [Mode.MAJOR, Mode.MINOR]
    for place, name in enumerate(names):
        for mode in modes:
            scale = set(scale_pitch_classes(name, mode))
            fit = sum(
                times * len(scale & set(chord.pitch_classes)) / len(chord.pitch_classes)
                for chord, times in chords
            )
            home = mode in MINOR_MODES if chords[place][0].minor else mode not in MINOR_MODES
            last = name == parse_chord_symbol(texts[-1])[0]
            fit += 0.5 * home + 0.6 * (place == 0) + 0.3 * last
            if best is None or fit > best[0]:
                best = (fit, name, mode)
    if best is None:
        return spec
    spec = _fill(spec, "tonic", best[1], Source.PROMPT, 0.7)
    if spec.mode.value is None:
        spec = _fill(spec, "mode", best[2].value, Source.PROMPT, 0.7)
    return spec


def _mode_of_numerals(spec: MusicSpec) -> MusicSpec:
    """Numerals with a small "i" mean minor, with a capital "I" major."""
    if spec.mode.value is not None:
        return spec
    tokens = [t for bars in spec.chords.value.values() for bar in bars for t in bar]
    heads = {re.match(r"[ivIV]*", token)[0] for token in tokens}  # type: ignore[index]
    if "i" in heads:
        return _fill(spec, "mode", Mode.MINOR.value, Source.PROMPT, 0.8)
    if "I" in heads or "ii" in heads:
        return _fill(spec, "mode", Mode.MAJOR.value, Source.PROMPT, 0.8)
    return spec


def _fill(spec: MusicSpec, name: str, value: Any, source: Source, confidence: float) -> MusicSpec:
    return spec.with_value(name, value, source, confidence)


def _mood(spec: MusicSpec) -> tuple[float, float] | None:
    found = [moods()[word] for word in spec.mood.value or () if word in moods()]
    if not found:
        return None
    return (
        sum(mood.valence for mood in found) / len(found),
        sum(mood.arousal for mood in found) / len(found),
    )


def _choose_genre(spec: MusicSpec, rng: random.Random) -> MusicSpec:
    """Pick the style that fits scene, moods, era, instruments, tempo and meter best."""
    asked = {item.name for item in spec.instruments.value or ()}
    scene = " ".join((*spec.not_understood, str(spec.theme.value or "")))
    mood_words = " ".join(spec.mood.value or ())
    english = detect_language(spec.prompt)[0] == "en"
    told = scene_scores(scene, mood_words, english=english)
    of_era = styles_of(spec.era.value)
    scores: dict[str, float] = {}
    for style in styles().values():
        band = {name for part in style.parts for name in part.instruments}
        score = sum(1.0 for word in spec.mood.value or () if word in style.moods)
        score += 0.7 * len(asked & band) + _SCENE * told[style.name]
        score += 1.5 if style.name in of_era else 0.0
        tempo = spec.tempo.value
        if tempo is not None:
            low, high = style.tempo
            inside = low <= tempo <= high
            score += 0.6 if inside else -0.02 * min(abs(tempo - low), abs(tempo - high))
        if spec.meter.value is not None:
            score += 0.8 if tuple(spec.meter.value) in style.meters else -0.4
        if spec.mode.value is not None and spec.mode.value in style.modes:
            score += 0.2
        if style.name in _COMMON:
            score += 0.15  # nobody is surprised by these
        scores[style.name] = round(score, 4)
    best = max(scores.values())
    names = [name for name, score in scores.items() if score >= best - 0.1]
    name = rng.choice(names)
    confidence = confidence_of(best / _SCENE)
    spec = spec.with_value("genre", name, Source.DEFAULT, confidence)
    words = scene_words(f"{scene} {mood_words}", name)
    title = styles()[name].title
    if words and told[name] > 0:
        left = tuple(word for word in spec.not_understood if word not in words)
        guess = " as a guess" if confidence < _GUESS else ""
        return replace(spec, not_understood=left).with_note(
            f"No style was named; {title} was chosen{guess} for: {', '.join(words)}."
        )
    if confidence < _GUESS:
        return spec.with_note(f"No style was named and little points to one; {title} is a guess.")
    return spec


def without_sections(style: Style, kinds: Set[str]) -> Style:
    """Return a style whose forms lack these section kinds ("no solo"); one section stays."""
    forms = [tuple(kind for kind in form if kind not in kinds) for form in style.forms]
    options = {name: chance for name, chance in style.form_options.items()
               if not any(kind in name for kind in kinds) or name == "no_intro"}  # fmt: skip
    if "intro" in kinds:
        options.pop("no_intro", None)
    return replace(
        style,
        forms=tuple(dict.fromkeys(form for form in forms if form)) or style.forms[:1],
        cycle=tuple(kind for kind in style.cycle if kind not in kinds) or style.cycle,
        form_options=options,
    )


def blended(style: Style, colour: Style) -> Style:
    """Return a style coloured by another: its progressions join in, and one of its players."""
    progressions = {
        mode: {
            kind: (*texts, *colour.progressions.get(mode, {}).get(kind, ()))
            for kind, texts in kinds.items()
        }
        for mode, kinds in style.progressions.items()
    }
    band = {name for part in style.parts for name in part.instruments}
    guests = [
        part
        for role in ("lead", "counter_melody", "chords", "arpeggio", "pad", "percussion")
        for part in colour.parts
        if part.role == role and part.instruments[0] not in band and part.figure != "power"
    ]
    parts = style.parts
    if guests:
        guest = guests[0]
        if any(part.role == guest.role == "lead" for part in parts):
            # Two leads would compete: the guest takes the place in the tune's own part.
            parts = tuple(
                replace(part, instruments=(guest.instruments[0], *part.instruments))
                if part.role == "lead"
                else part
                for part in parts
            )
        else:
            parts = (*parts, replace(guest, enter=max(0.3, guest.enter), pattern=""))
    return replace(
        style,
        progressions=progressions,
        parts=parts,
        complexity=round((2 * style.complexity + colour.complexity) / 3, 3),
        moods=(*style.moods, *(mood for mood in colour.moods if mood not in style.moods)),
    )


def _meet_length(spec: MusicSpec) -> MusicSpec:
    """Bars and seconds both asked for: an open tempo makes them meet."""
    if not (spec.bars.value and spec.seconds.value) or spec.tempo.confidence >= 0.8:
        return spec
    quarters = grid_for(*spec.meter.value).quarters
    wanted = round(spec.bars.value * quarters * 60.0 / float(spec.seconds.value), 2)
    low, high = spec.tempo_range.value or (40.0, 240.0)
    if low <= wanted <= high:
        return _fill(spec, "tempo", wanted, Source.PROMPT, 0.8)
    return spec.with_note(
        f"{spec.bars.value} bars in {float(spec.seconds.value):g} seconds would need"
        f" {wanted:g} bpm; the bars are kept."
    )


def _mode_for(
    spec: MusicSpec, style: Style, mood: tuple[float, float] | None, rng: random.Random
) -> str:
    weights = dict(style.modes)
    majors = {name for name in weights if Mode(name) not in MINOR_MODES}
    if spec.tonic.asked and Mode.MAJOR.value in weights:
        return Mode.MAJOR.value  # "in C" means C major
    if mood is not None:
        for name in weights:
            bright = mood[0] if name in majors else -mood[0]
            weights[name] *= math.exp(2.5 * bright)
        if mood[0] <= -0.25 and len(majors) == len(weights) and "blues" not in weights:
            return Mode.MINOR.value
    names = list(weights)
    return rng.choices(names, [weights[name] for name in names])[0]


def _tempo_for(style: Style, mood: tuple[float, float] | None, rng: random.Random) -> float:
    low, high = style.tempo
    typical = style.typical_tempo
    if mood is not None:
        reach = (mood[1] - 0.5) * 1.4
        typical += reach * (high - typical if reach > 0 else typical - low)
    return float(round(rng.triangular(low, high, min(high, max(low, typical)))))
