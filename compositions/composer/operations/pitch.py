"""Operations on pitch: transpose, and change the key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from compositions.composer.operations import readers
from compositions.composer.operations.base import OperationError, Task, operation
from compositions.composer.operations.regions import Span, song_length
from compositions.composer.roman import roman_of
from compositions.score.chord_qualities import QUALITY_DEGREES
from compositions.score.document import Chord, KeyChange, Mode, Score
from compositions.score.harmony import (
    MINOR_MODES,
    chord_intervals,
    fifths,
    key_signature_fifths,
    note_name_at_fifths,
    pitch_class,
    scale_pitch_classes,
    spell,
)


def key_at(score: Score, tick: int) -> KeyChange:
    """Return the key in force at a tick; C major before the first."""
    found = KeyChange("", 0, "C", Mode.MAJOR)
    for key in sorted(score.keys, key=lambda change: change.tick):
        if key.tick <= tick:
            found = key
    return found


def nearest_tonic(value: int, mode: Mode) -> str:
    """Return the spelling of a tonic with the fewest accidentals (Db, not C#, major)."""
    names = [note_name_at_fifths(place) for place in range(-8, 12)]
    names = [name for name in names if pitch_class(name) == value % 12]
    return min(names, key=lambda name: (abs(key_signature_fifths(name, mode)), fifths(name)))


@operation(
    "transpose",
    "Move the notes by semitones; with all tracks, chords and keys move along",
    semitones=readers.integer(-48, 48),
)
def transpose(task: Task, semitones: int = 2) -> Score:
    """Move every pitched note of the scope. Raises for notes that would leave MIDI's range."""
    score = _move_notes(task, semitones)
    if task.scope.tracks:
        return score
    chords = tuple(
        _moved_chord(chord, _moved_key(key_at(score, chord.start), semitones)[1])
        if task.region.free_chord(chord)
        else chord
        for chord in score.chords
    )
    return _with_keys(
        task, replace(score, chords=chords), lambda key: _moved_key(key, semitones)[0]
    )


def _move_notes(task: Task, semitones: int) -> Score:
    tracks = []
    for track in task.score.tracks:
        wanted = track in task.region.tracks and not track.percussion
        if not wanted or not task.region.free_track(track):
            tracks.append(track)
            continue
        notes = []
        for note in track.notes:
            if task.region.free_note(note):
                if not 0 <= note.pitch + semitones <= 127:
                    raise OperationError(
                        f"“{track.name}” has notes that would leave the range of MIDI; "
                        "move it by less."
                    )
                note = replace(note, pitch=note.pitch + semitones)
            notes.append(note)
        tracks.append(track.with_notes(notes))
    return replace(task.score, tracks=tuple(tracks))


def _moved_key(key: KeyChange, semitones: int) -> tuple[KeyChange, int]:
    """Return the transposed key and how far its names move on the line of fifths."""
    if semitones % 12 == 0:
        return key, 0
    tonic = nearest_tonic(pitch_class(key.tonic) + semitones, key.mode)
    return replace(key, tonic=tonic), fifths(tonic) - fifths(key.tonic)


def _moved_chord(chord: Chord, shift: int) -> Chord:
    def moved(name: str) -> str:
        return note_name_at_fifths(fifths(name) + shift) if name else ""

    return replace(chord, root=moved(chord.root), bass=moved(chord.bass))


def _with_keys(task: Task, score: Score, change: Callable[[KeyChange], KeyChange]) -> Score:
    """Change the keys inside the scope, and come back to the old one after it."""
    end = song_length(score)
    by_tick = {key.tick: key for key in score.keys}
    for span in task.region.spans:
        for piece in _unlocked(task, span, end):
            before, after = key_at(score, piece.start), key_at(score, piece.end)
            if piece.start not in by_tick:
                by_tick[piece.start] = replace(before, id=task.fresh_id(), tick=piece.start)
            if piece.end < end and piece.end not in by_tick:
                if task.is_locked_at(piece.end):  # no key can be written there
                    task.remark("The locked section keeps its notes under the new key signature.")
                else:
                    by_tick[piece.end] = replace(after, id=task.fresh_id(), tick=piece.end)
            for tick in [tick for tick in by_tick if tick in piece]:
                by_tick[tick] = change(by_tick[tick])
    ticks = sorted(by_tick)
    edges = {edge for span in task.region.spans for edge in (span.start, span.end)}
    kept: list[KeyChange] = []
    for tick in ticks:
        key = by_tick[tick]
        same = kept and (kept[-1].tonic, kept[-1].mode) == (key.tonic, key.mode)
        if same and tick in edges:
            continue  # the scope's edge changes nothing any more
        kept.append(key)
    return replace(score, keys=tuple(kept))


def _unlocked(task: Task, span: Span, end: int) -> list[Span]:
    """Return the stretch without the locked sections in it."""
    pieces, start = [], span.start
    stop = min(span.end, max(end, 1))
    for section in task.score.sections:
        if section.locked and section.end > start and section.start < stop:
            if section.start > start:
                pieces.append(Span(start, section.start))
            start = max(start, section.end)
    if start < stop:
        pieces.append(Span(start, stop))
    return pieces


@operation(
    "change_key",
    "Move everything to another key, and from major to minor or another mode",
    tonic=readers.note_name,
    mode=readers.mode,
)
def change_key(task: Task, tonic: str = "", mode: str = "") -> Score:
    """Transpose to ``tonic`` by the shortest way, and map the scale when ``mode`` differs."""
    if task.scope.tracks:
        raise OperationError("The key belongs to all tracks; choose sections or bars, or none.")
    present = key_at(task.score, task.region.spans[0].start)
    new_mode = Mode(mode) if mode else present.mode
    tonic = tonic or present.tonic
    semitones = (pitch_class(tonic) - pitch_class(present.tonic) + 5) % 12 - 5
    if (tonic, new_mode) == (present.tonic, present.mode):
        raise OperationError(f"This is in {tonic} {new_mode.value.replace('_', ' ')} already.")
    score = _move_notes(task, semitones)
    lookup = _scale_map(tonic, present.mode, new_mode)
    shift = fifths(tonic) - fifths(present.tonic)
    tracks = []
    for track in score.tracks:
        if track.percussion or track.locked or not lookup:
            tracks.append(track)
            continue
        tracks.append(
            track.with_notes(
                [
                    replace(
                        note, pitch=max(0, min(127, note.pitch + lookup.get(note.pitch % 12, 0)))
                    )
                    if task.region.free_note(note)
                    else note
                    for note in track.notes
                ]
            )
        )
    chords = tuple(
        _in_mode(_moved_chord(chord, shift), lookup, tonic, new_mode)
        if task.region.free_chord(chord)
        else chord
        for chord in score.chords
    )
    score = replace(score, tracks=tuple(tracks), chords=chords)

    def changed(key: KeyChange) -> KeyChange:
        if (key.tonic, key.mode) == (present.tonic, present.mode):
            return replace(key, tonic=tonic, mode=new_mode)
        return replace(_moved_key(key, semitones)[0])

    return _with_keys(task, score, changed)


def _scale_map(tonic: str, old: Mode, new: Mode) -> dict[int, int]:
    """Return pitch class -> semitones to move, degree by degree; empty for no change."""
    if old == new:
        return {}
    before, after = scale_pitch_classes(tonic, old), scale_pitch_classes(tonic, new)
    if len(before) != 7:  # the smaller scales are parts of these
        before = scale_pitch_classes(tonic, Mode.MINOR if old in MINOR_MODES else Mode.MAJOR)
    if len(after) != 7:
        after = scale_pitch_classes(tonic, Mode.MINOR if new in MINOR_MODES else Mode.MAJOR)
    return {
        one: (other - one + 6) % 12 - 6
        for one, other in zip(before, after, strict=True)
        if one != other
    }


def _in_mode(chord: Chord, lookup: dict[int, int], tonic: str, mode: Mode) -> Chord:
    """Map a chord tone by tone; where no chord results, its root and triad."""
    if not lookup:
        return chord
    root = pitch_class(chord.root)

    def moved(value: int) -> int:
        return (value + lookup.get(value % 12, 0)) % 12

    new_root = moved(root)
    steps = [(moved(root + step) - new_root) % 12 for step in chord_intervals(chord.quality)]
    # Tensions that make no chord in the new mode are left out from the top.
    quality = next(
        (
            name
            for count in range(len(steps), 2, -1)
            for name in QUALITY_DEGREES
            if {step % 12 for step in chord_intervals(name)} == set(steps[:count])
        ),
        None,
    )
    if quality is None:
        third = (moved(root + (3 if 3 in chord_intervals(chord.quality) else 4)) - new_root) % 12
        quality = "m" if third == 3 else ""
    bass = spell(moved(pitch_class(chord.bass)), tonic, mode) if chord.bass else ""
    roman = roman_of(new_root, quality, pitch_class(tonic), mode)
    return replace(
        chord, root=spell(new_root, tonic, mode), quality=quality, bass=bass, roman=roman
    )
