"""The operation that adds a second voice to a tune."""

from __future__ import annotations

from dataclasses import replace

from compositions.composer.operations import readers
from compositions.composer.operations.base import OperationError, Task, operation
from compositions.composer.operations.harmony import MELODIC, chord_at
from compositions.composer.operations.listening import role_of
from compositions.composer.operations.pitch import key_at
from compositions.score.document import Chord, KeyChange, Mode, Note, Score, Track, TrackRole
from compositions.score.harmony import MINOR_MODES, chord_pitch_classes, scale_pitch_classes
from compositions.score.limits import MAX_TRACKS


@operation(
    "harmonise",
    "Add a second voice to a tune",
    interval=readers.choice("third", "sixth"),
    above=readers.flag,
)
def harmonise(task: Task, interval: str = "third", above: bool = False) -> Score:
    """Add a track that goes along with the tune in thirds or sixths of the scale.

    On strong notes the voice takes the chord tone nearest to that interval, so that it
    never rubs against the harmony.
    """
    score = task.score
    leads = [t for t in task.region.tracks if not t.percussion and t.notes]
    if not task.scope.tracks:
        leads = [t for t in leads if role_of(t) in MELODIC]
    if not leads:
        raise OperationError("There is no tune here to harmonise.")
    if len(score.tracks) >= MAX_TRACKS:
        raise OperationError(f"A song can have {MAX_TRACKS} tracks at most.")
    lead = leads[0]
    notes: list[Note] = []
    chords = sorted(score.chords, key=lambda c: c.start)
    for note in lead.notes:
        if task.region.span_at(note.start) is None or task.is_locked_at(note.start):
            continue
        key = key_at(score, note.start)
        chord = chord_at(chords, note.start)
        pitch = _second(note, key, chord, 2 if interval == "third" else 5, 1 if above else -1)
        if 0 <= pitch <= 127:
            notes.append(task.note(note.start, note.duration, pitch, note.velocity - 12))
    if not notes:
        raise OperationError("There is no tune here to harmonise.")
    last = max(track.position for track in score.tracks)
    names = {track.name for track in score.tracks}
    name, number = f"{lead.name} (harmony)"[:190], 2
    while name in names:
        name, number = f"{lead.name} (harmony {number})"[:195], number + 1
    voice = Track(
        id=task.fresh_id(), name=name, role=TrackRole.HARMONY, program=lead.program,
        bank=lead.bank, preset=lead.preset, gain_db=max(-120.0, lead.gain_db - 3.0),
        pan=max(-1.0, min(1.0, lead.pan + 0.25)), reverb_send=lead.reverb_send,
        position=last + 1.0,
    ).with_notes(notes)  # fmt: skip
    return replace(score, tracks=(*score.tracks, voice))


def _second(note: Note, key: KeyChange, chord: Chord | None, steps: int, side: int) -> int:
    scale = set(scale_pitch_classes(key.tonic, key.mode))
    if len(scale) < 7:
        scale = set(
            scale_pitch_classes(key.tonic, Mode.MINOR if key.mode in MINOR_MODES else Mode.MAJOR)
        )
    pitch, left = note.pitch, steps
    while left and 0 < pitch < 127:
        pitch += side
        left -= pitch % 12 in scale
    if chord is not None and note.duration >= 240:
        tones = chord_pitch_classes(chord)
        near = [p for p in range(pitch - 2, pitch + 3) if p % 12 in tones and p != note.pitch]
        if near and note.pitch % 12 in tones:
            pitch = min(near, key=lambda p: (abs(p - pitch), p))
    return pitch
