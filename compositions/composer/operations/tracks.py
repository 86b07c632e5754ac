"""Operations on whole tracks: add, replace, remove, and rest for a while."""

from __future__ import annotations

from dataclasses import replace

from compositions.composer.casting import make_part
from compositions.composer.operations import readers
from compositions.composer.operations.base import OperationError, Task, operation
from compositions.composer.operations.harmony import write_chords
from compositions.composer.operations.infill import rewrite
from compositions.composer.operations.listening import role_of
from compositions.composer.operations.rebuild import style_of
from compositions.composer.operations.regions import without_notes
from compositions.composer.operations.shape import change_notes
from compositions.composer.prompt_words import find_instrument
from compositions.composer.styles import Instrument, StylePart, instruments
from compositions.score.document import Note, Score, Track, TrackRole
from compositions.score.limits import MAX_TRACKS

_USUAL = {
    "bass": "Electric Bass", "drums": "Drums", "percussion": "Percussion", "pad": "Strings",
    "chords": "Piano", "arpeggio": "Harp", "lead": "Flute", "counter_melody": "Cello",
    "vocal": "Voice",
}  # fmt: skip
_ROLES = tuple(_USUAL)


@operation(
    "add_track",
    "Add an instrument that plays along",
    instrument=readers.text,
    role=readers.choice(*_ROLES),
)
def add_track(task: Task, instrument: str = "", role: str = "") -> Score:
    """Add a track for an instrument, written over the chords, in the sections of the scope."""
    if task.scope.tracks:
        raise OperationError(
            "A new track lies in no other track; choose sections or bars, or none."
        )
    player = _player(task, instrument, role)
    score = task.score
    if not role:
        role = _open_role(score, player)
    return new_track(task, score, player, role)


def new_track(task: Task, score: Score, player: Instrument, role: str) -> Score:
    """Return the score with one more track, written in the scope of the task."""
    if len(score.tracks) >= MAX_TRACKS:
        raise OperationError(f"A song can have {MAX_TRACKS} tracks at most.")
    part = _part(score, player, role)
    names = {track.name for track in score.tracks}
    name, number = player.name, 2
    while name in names:
        name, number = f"{player.name} {number}", number + 1
    last = max((track.position for track in score.tracks), default=0.0)
    track = Track(
        id=task.fresh_id(), name=name, role=TrackRole(role), program=player.program,
        bank=player.bank, percussion=player.percussion, gain_db=part.gain_db, pan=part.pan,
        reverb_send=part.reverb_send, position=last + 1.0,
    )  # fmt: skip
    score = replace(score, tracks=(*score.tracks, track))
    score = rewrite(task, score, [track], task.region.finite, name=f"new:{name}")
    if not score.track(track.id).notes:
        raise OperationError(f"There is nothing here for “{player.name}” to play.")
    return score


def _player(task: Task, name: str, role: str) -> Instrument:
    if not name:
        if not role:
            raise OperationError("Say which instrument, or what it shall do.")
        usual = next((p.instruments[0] for p in style_of(task.score).parts if p.role == role), "")
        return instruments()[usual or _USUAL[role]]
    found = find_instrument(name)
    if found is None:
        raise OperationError(f"The composer knows no instrument {name!r:.60}.")
    return found


def _open_role(score: Score, player: Instrument) -> str:
    """Return the first role of an instrument that nobody has; two lead lines would fight."""
    taken = {role_of(track).value for track in score.tracks}
    if {"lead", "vocal"} & taken:
        taken |= {"lead", "vocal"}
    return next((role for role in player.roles if role not in taken), "") or next(
        (role for role in player.roles if role not in ("lead", "vocal", "bass")), player.roles[0]
    )


def _part(score: Score, player: Instrument, role: str) -> StylePart:
    for part in style_of(score).parts:
        if part.role == role and player.name in part.instruments:
            return part
    return make_part(role, player)


@operation("replace_track", "Let another instrument play the track", instrument=readers.text)
def replace_track_by(task: Task, instrument: str = "") -> Score:
    """Give the tracks of the scope another sound; notes out of its reach move by octaves."""
    player = _player(task, instrument, "")
    if not task.scope.tracks:
        raise OperationError("Say which track shall be played by another instrument.")
    if not task.region.whole_time:
        raise OperationError("A whole track changes its instrument; leave out sections and bars.")
    for section in task.score.sections:
        if section.locked:
            raise OperationError(f"“{section.label}” is locked, and the track plays in it.")
    tracks = []
    for track in task.score.tracks:
        if track not in task.region.tracks or not task.region.free_track(track):
            tracks.append(track)
            continue
        if track.percussion != player.percussion:
            raise OperationError(f"“{track.name}” cannot be played by {player.name}.")
        notes = [_within(note, player, task) for note in track.notes]
        tracks.append(
            replace(
                track, name=player.name, program=player.program, bank=player.bank, preset=""
            ).with_notes(notes)
        )
    return replace(task.score, tracks=tuple(tracks))


def _within(note: Note, player: Instrument, task: Task) -> Note:
    if (
        player.percussion
        or player.low <= note.pitch <= player.high
        or not task.region.free_note(note)
    ):
        return note
    pitch = note.pitch
    while pitch < player.low and pitch + 12 <= 127:
        pitch += 12
    while pitch > player.high and pitch - 12 >= 0:
        pitch -= 12
    return replace(note, pitch=pitch)


@operation("remove_track", "Take a track out of the song")
def remove_track(task: Task) -> Score:
    """Remove the tracks of the scope; locked ones, and ones with locked notes, stay."""
    if not task.scope.tracks:
        raise OperationError("Say which track shall go.")
    if not task.region.whole_time:
        return silence(task)
    going = set[str]()
    for track in task.region.free_tracks():
        if all(task.region.free_note(note) for note in track.notes):
            going.add(track.id)
        else:
            task.remark(f"“{track.name}” stays: something in it is locked.")
    if len(going) == len(task.score.tracks):
        raise OperationError("That would leave no track in the song.")
    gone = {n.id for t in task.score.tracks if t.id in going for n in t.notes}
    kept = tuple(track for track in task.score.tracks if track.id not in going)
    return without_notes(replace(task.score, tracks=kept), gone)


@operation("silence", "Let the tracks rest here")
def silence(task: Task) -> Score:
    """Take the notes of the scope out; the tracks stay."""
    return change_notes(task, lambda track, notes: [])


@operation("accompany", "Add a band: bass, chords and drums for the melody or chords there are")
def accompany(task: Task) -> Score:
    """Write the parts that the song has not yet: chords, bass and drums of its style.

    Where no chords are written they are heard from the notes first, and written down.
    """
    if task.scope.tracks:
        raise OperationError("An accompaniment is new; choose sections or bars, or none.")
    score = write_chords(task, task.score)
    taken = {role_of(track) for track in score.tracks}
    added = []
    for role, there in (
        ("chords", {TrackRole.CHORDS, TrackRole.PAD, TrackRole.ARPEGGIO}),
        ("bass", {TrackRole.BASS}),
        ("drums", {TrackRole.DRUMS}),
    ):
        if taken & there:
            continue
        part = next((p for p in style_of(score).parts if p.role == role), None)
        if part is None and role == "drums":
            continue
        player = instruments()[part.instruments[0] if part else _USUAL[role]]
        score = new_track(task, score, player, role)
        added.append(player.name)
    if not added:
        raise OperationError("The song has chords, bass and drums already.")
    task.remark(f"New: {', '.join(added)}.")
    return score
