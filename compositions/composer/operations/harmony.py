"""Operations on harmony: other chords, chords for a tune, a second voice, another style."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from compositions.composer.operations import readers
from compositions.composer.operations.base import OperationError, Task, operation
from compositions.composer.operations.infill import bar_spans, rewrite
from compositions.composer.operations.listening import (
    best_path,
    diatonic_harmonies,
    fit,
    role_of,
    weights_of,
)
from compositions.composer.operations.pitch import key_at
from compositions.composer.operations.rebuild import stretches
from compositions.composer.operations.regions import Span
from compositions.composer.prompt_words import find_genre
from compositions.composer.roman import Harmony, RomanError, resolve, roman_of
from compositions.composer.styles import styles
from compositions.score.document import (
    Chord,
    KeyChange,
    Note,
    Score,
    TrackRole,
)
from compositions.score.harmony import (
    MINOR_MODES,
    chord_bass,
    chord_intervals,
    chord_pitch_classes,
    pitch_class,
    scale_pitch_classes,
    spell,
)

MELODIC = (TrackRole.LEAD, TrackRole.VOCAL)
"""Roles that carry the tune."""


# -- Other chords ---------------------------------------------------------------------------


@operation(
    "reharmonise",
    "Other chords under the tune; the accompaniment follows them",
    chords=readers.chord_list,
    strength=readers.number(0.0, 1.0),
    colour=readers.flag,
)
def reharmonise(
    task: Task,
    chords: list[list[str]] | None = None,
    strength: float = 0.6,
    colour: bool = False,
) -> Score:
    """Replace the chords of the scope, given ones in a loop of bars or found ones.

    Found ones are those that fit the tune best among the chords of the key, its secondary
    dominants, borrowed chords and (with ``colour``) sevenths and tritone substitutes;
    ``strength`` is the share of chords that change. Accompanying tracks keep their rhythm:
    each note goes to the nearest note of the new chord with the same function.
    """
    score = write_chords(task, task.score)
    tracks = task.scope.tracks
    old = [chord for chord in score.chords if task.region.free_chord(chord)]
    if tracks:
        raise OperationError("Chords belong to all tracks; choose sections or bars, or none.")
    if not old:
        raise OperationError("There are no chords here that could change.")
    new = _given(task, score, old, chords) if chords else _found(task, score, old, strength, colour)
    return follow(task, score, old, new)


def _chord(task: Task, chord: Chord, harmony: Harmony, key: KeyChange) -> Chord:
    """Return the chord with another harmony; it stays the entity that it is."""
    return replace(
        chord,
        root=spell(harmony.root, key.tonic, key.mode),
        quality=harmony.quality,
        bass="" if harmony.bass is None else spell(harmony.bass, key.tonic, key.mode),
        roman=harmony.roman[:32],
    )


def _given(task: Task, score: Score, old: list[Chord], chords: list[list[str]]) -> list[Chord]:
    new: list[Chord] = []
    spans = [Span(s.start, s.end) for s in task.region.finite]
    bars = bar_spans(score, spans)
    free = {chord.id for chord in old}
    kept = [chord for chord in score.chords if chord.id not in free]
    ids = [chord.id for chord in old]
    for index, bar in enumerate(bars):
        key = key_at(score, bar.start)
        texts = chords[index % len(chords)]
        length = bar.end - bar.start
        edges = [bar.start + length * place // len(texts) for place in range(len(texts) + 1)]
        for text, (start, end) in zip(texts, pairwise(edges), strict=True):
            try:
                harmony = resolve(text, pitch_class(key.tonic), key.mode)
            except (RomanError, ValueError) as error:
                raise OperationError(f"{text!r:.40} is no chord such as Am7 or ii7.") from error
            if any(c.start < end and start < c.end for c in kept) or end <= start:
                continue
            blank = Chord(ids.pop(0) if ids else task.fresh_id(), start, end - start, "C")
            new.append(_chord(task, blank, harmony, key))
    return new


def _found(
    task: Task, score: Score, old: list[Chord], strength: float, colour: bool
) -> list[Chord]:
    """Find other chords by the tune, chord by chord along the best path."""
    rng = task.rng("chords")
    melody = [n for t in score.tracks if role_of(t) in MELODIC for n in t.notes]
    chosen = [
        index
        for index, chord in enumerate(old)
        # The first and last chord hold the place where the rest comes from and goes to.
        if rng.random() < strength and (0 < index < len(old) - 1 or len(old) < 3)
    ] or [len(old) // 2]
    new = list(old)
    for index in chosen:
        chord = old[index]
        key = key_at(score, chord.start)
        following = new[index + 1] if index + 1 < len(old) else None
        weights = weights_of(melody, chord.start, chord.duration)
        ranked = []
        for harmony in _candidates(key, chord, following, colour):
            value = fit(weights, harmony) if any(weights) else 0.0
            same = set(chord_pitch_classes(chord)) & set(harmony.pitch_classes)
            value += 0.12 * len(same) + 0.5 * rng.random()
            if following is not None and (pitch_class(following.root) - harmony.root) % 12 in (
                5,
                11,
            ):
                value += 0.3  # falls by a fifth, or by a half step, into the next
            ranked.append((round(value, 9), harmony.root, harmony.quality, harmony))
        if ranked:
            best = max(ranked, key=lambda entry: entry[:3])[3]
            new[index] = _chord(task, chord, best, key)
    return new


def _candidates(
    key: KeyChange, chord: Chord, following: Chord | None, colour: bool
) -> list[Harmony]:
    tonic = pitch_class(key.tonic)
    found = list(diatonic_harmonies(key))
    borrowed = (
        ((5, "m"), (10, ""), (8, "")) if key.mode not in MINOR_MODES else ((5, ""), (2, "m7b5"))
    )
    found += [
        Harmony((tonic + s) % 12, q, roman_of((tonic + s) % 12, q, tonic, key.mode))
        for s, q in borrowed
    ]
    if following is not None:
        target = pitch_class(following.root)
        fifth = (target + 7) % 12
        of = roman_of(
            target, "m" if 3 in chord_intervals(following.quality) else "", tonic, key.mode
        )
        found.append(Harmony(fifth, "7", f"V7/{of.rstrip('0123456789')}"))
        if colour:
            tritone = (target + 1) % 12
            found.append(Harmony(tritone, "7", roman_of(tritone, "7", tonic, key.mode)))
    if colour:
        richer = {"": "maj7", "m": "m7", "dim": "m7b5"}
        found = [
            replace(
                h,
                quality=richer[h.quality],
                roman=roman_of(h.root, richer[h.quality], tonic, key.mode),
            )
            if h.quality in richer and not (h.quality == "" and (h.root - tonic) % 12 == 7)
            else h
            for h in found
        ]
    present = (pitch_class(chord.root), chord.quality)
    return [h for h in found if (h.root, h.quality) != present]


def follow(task: Task, score: Score, old: list[Chord], new: list[Chord]) -> Score:
    """Put new chords in the place of old ones and let the accompaniment follow."""
    gone = {chord.id for chord in old}
    kept = [chord for chord in score.chords if chord.id not in gone]
    before, after = sorted(score.chords, key=lambda c: c.start), sorted(
        [*kept, *new], key=lambda c: c.start
    )  # fmt: skip
    tracks = []
    for track in score.tracks:
        follows = not track.percussion and role_of(track) not in MELODIC
        if not follows or not task.region.free_track(track):
            tracks.append(track)
            continue
        notes = []
        for note in track.notes:
            one, other = chord_at(before, note.start), chord_at(after, note.start)
            if one is None or other is None:
                notes.append(note)
                continue
            changed = (one.root, one.quality, one.bass) != (
                other.root, other.quality, other.bass)  # fmt: skip
            if changed and task.region.free_note(note):
                key = key_at(score, note.start)
                pitch = _moved(note.pitch, one, other, key, role_of(track) is TrackRole.BASS)
                note = replace(note, pitch=pitch)
            notes.append(note)
        tracks.append(track.with_notes(_no_doubles(notes, task)))
    return replace(score, chords=tuple(after), tracks=tuple(tracks))


def chord_at(chords: list[Chord], tick: int) -> Chord | None:
    """Return the chord that a note at a tick belongs to, None where there is none."""
    # A note played a little early already belongs to the next chord.
    return next((c for c in chords if c.start - 30 <= tick < c.end - 30), None)


def _moved(pitch: int, old: Chord, new: Chord, key: KeyChange, bass: bool) -> int:
    """Return the pitch nearest to the old one with the same function in the new chord."""
    tones = chord_pitch_classes(old)
    value = pitch % 12
    if bass and value == chord_bass(old):
        wanted = {chord_bass(new)}
    elif value in tones:
        goal = chord_pitch_classes(new)
        place = tones.index(value)
        wanted = {goal[place]} if bass and place < len(goal) else set(goal)
    else:
        scale = set(scale_pitch_classes(key.tonic, key.mode))
        wanted = (scale | set(chord_pitch_classes(new))) - {
            (tone + 1) % 12 for tone in chord_pitch_classes(new)
        }
        wanted = wanted or set(chord_pitch_classes(new))
    return min(
        (p for p in range(max(0, pitch - 7), min(127, pitch + 7) + 1) if p % 12 in wanted),
        key=lambda p: (abs(p - pitch), p),
        default=pitch,
    )


def _no_doubles(notes: list[Note], task: Task) -> list[Note]:
    """Of two notes that have become one pitch at one time, move the later listed up a voice."""
    seen: set[tuple[int, int]] = set()
    out = []
    for note in sorted(notes, key=lambda n: (n.start, n.pitch, n.id)):
        pitch = note.pitch
        above = (note.start, pitch + 12)
        double = (note.start, pitch) in seen and not note.locked
        if double and pitch + 12 <= 127 and above not in seen and task.region.holds(note.start):
            pitch += 12
        seen.add((note.start, pitch))
        out.append(note if pitch == note.pitch else replace(note, pitch=pitch))
    return out


# -- Chords and voices for a tune -----------------------------------------------------------


def write_chords(task: Task, score: Score) -> Score:
    """Return the score with chords where it has none: heard from all parts, or for a tune.

    With nothing but a tune the chords are those of the key that carry it best.
    """
    if score.chords:
        return score
    new: list[Chord] = []
    for stretch in stretches(score, task.seed % 2**31):
        key = key_at(score, stretch.origin)
        pitched = [t for t in score.tracks if not t.percussion and t.notes]
        alone = all(role_of(track) in MELODIC for track in pitched)
        slots = [(s.start, s.duration, s.harmony) for s in stretch.changes.slots]
        if alone:
            candidates = diatonic_harmonies(key)
            notes = [note for track in pitched for note in track.notes]
            tonic = pitch_class(key.tonic)
            rows = []
            for index, (start, duration, _) in enumerate(slots):
                weights = weights_of(notes, stretch.origin + start, duration)
                ends = index in (0, len(slots) - 1)
                rows.append(
                    [
                        round(fit(weights, h) + 0.3 * (ends and h.root == tonic), 9)
                        for h in candidates
                    ]
                )
            slots = [
                (start, duration, candidates[choice])
                for (start, duration, _), choice in zip(
                    slots, best_path(rows, candidates), strict=True
                )
            ]
        for start, duration, harmony in slots:
            begin = stretch.origin + start
            length = min(duration, stretch.end - begin)
            if length > 0 and task.region.holds(begin):
                blank = Chord(task.fresh_id(), begin, length, "C")
                new.append(_chord(task, blank, harmony, key))
    return replace(score, chords=tuple(new))


# -- Another style --------------------------------------------------------------------------


@operation("change_style", "Play it in another style; tune and chords stay", style=readers.text)
def change_style(task: Task, style: str = "") -> Score:
    """Write the accompaniment of the scope anew as another style would play it."""
    name = style if style in styles() else find_genre(style)
    if name is None:
        raise OperationError(f"The composer knows no style {style!r:.60}.")
    score = task.score
    tracks = [
        track
        for track in task.region.free_tracks()
        if task.scope.tracks or role_of(track) not in (*MELODIC, TrackRole.HARMONY)
    ]
    if tracks:
        score = rewrite(
            task, score, tracks, task.region.finite, style=styles()[name], name=f"style:{name}"
        )
    if task.scope.is_everything:
        metadata = {**score.metadata, "genre": name, "mix": dict(styles()[name].mix)}
        score = replace(score, metadata=metadata)
        low, high = styles()[name].tempo
        bpm = score.tempos[0].bpm if score.tempos else 120.0
        if not low <= bpm <= high:
            task.remark(
                f"{styles()[name].title} is usually played at {low:g} to {high:g} beats per "
                f"minute; the song is at {bpm:g}."
            )
    return score
