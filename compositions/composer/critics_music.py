"""Critics of the music: what the notes are like, whatever was asked.

Each returns a value 0..1 and its reason in words. :mod:`compositions.composer.calibration`
weighs the values into the chance that a song is unspoilt.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from compositions.composer.calibration import bits_band
from compositions.composer.measures.melody import (
    ChordAt,
    chord_lookup,
    mean,
    melody_bits,
    melody_track,
    skyline,
)
from compositions.composer.measures.voices import parallels, voices_of
from compositions.score.document import Note, Score, Track
from compositions.score.harmony import pitch_class, scale_pitch_classes
from compositions.score.timeline import Timeline

Measured = tuple[float | None, str]
_SHOCK_BITS = 7.0
_STEP = 120


@dataclass(frozen=True)
class Heard:
    """A score as the critics hear it, with what several of them need."""

    score: Score

    @cached_property
    def track(self) -> Track | None:
        """The track of the melody."""
        return melody_track(self.score)

    @cached_property
    def melody(self) -> list[Note]:
        """The notes of the melody, one at a time."""
        return skyline(self.track.notes) if self.track else []

    @cached_property
    def pitched(self) -> list[Track]:
        """Tracks with pitched notes."""
        return [track for track in self.score.tracks if track.notes and not track.percussion]

    @cached_property
    def chord_at(self) -> ChordAt:
        """The pitch classes of the chord at a tick."""
        return chord_lookup(self.score.chords)

    @cached_property
    def timeline(self) -> Timeline:
        """The bars of the song."""
        return Timeline(self.score)

    def place(self, tick: int) -> tuple[int, int]:
        """Return the bar, from 1, that holds a tick, and the ticks from its beginning."""
        bar = self.timeline.position(tick).bar
        return bar, tick - self.timeline.bar_start(bar)

    @cached_property
    def bar(self) -> int:
        """Ticks of a bar."""
        return self.score.meters[0].ticks_per_bar if self.score.meters else 1920


def likelihood(heard: Heard) -> Measured:
    """How likely the melody model finds the melody; tunes of the corpus set the band."""
    bits, band = melody_bits(heard.score, heard.melody), bits_band()
    average = mean(bits) if bits else None
    if average is None or band is None or bits is None:
        return None, "no melody that the melody model can judge"
    low, high = band
    shocks = sum(1 for value in bits if value > _SHOCK_BITS) / len(bits)
    words = f"{average:.2f} bits a note, tunes have {low:.1f} to {high:.1f}; {shocks:.0%} surprise"
    outside = max(0.0, average - high) + 0.5 * max(0.0, low - average)
    return math.exp(-outside) * (1.0 - min(1.0, 4.0 * shocks)), words


def foreign_notes(heard: Heard) -> Measured:
    """How few pitched notes are neither in the scale nor in the chord."""
    if not heard.score.keys:
        return None, "no key"
    keys = [(key.tick, scale_pitch_classes(key.tonic, key.mode)) for key in heard.score.keys]
    foreign = total = 0
    for track in heard.pitched:
        for note in track.notes:
            total += 1
            value = note.pitch % 12
            scale = next((s for tick, s in reversed(keys) if tick <= note.start), keys[0][1])
            if value not in scale and value not in (
                heard.chord_at(note.start + note.duration // 2) or ()
            ):
                foreign += 1
    if not total:
        return None, "no pitched notes"
    share = foreign / total
    return math.exp(-share / 0.03), f"{share:.1%} of the notes are in neither scale nor chord"


def clashes(heard: Heard) -> Measured:
    """How few notes begin a semitone beside another that sounds."""
    events = sorted(
        (note.start, note.end, note.pitch) for track in heard.pitched for note in track.notes
    )
    if len(events) < 16:
        return None, "too few notes"
    active: list[tuple[int, int]] = []
    hard = 0
    for start, end, pitch in events:
        # What stops within a thirty-second of this onset is let go, not held against it.
        active = [entry for entry in active if entry[0] > start + 60]
        hard += any(abs(other - pitch) % 12 in (1, 11) for _, other in active)
        active.append((end, pitch))
    share = hard / len(events)
    return math.exp(-share / 0.08), f"{share:.1%} of the notes rub against a semitone"


def scale(heard: Heard) -> Measured:
    """Sounding time inside the scale or the chord."""
    if not heard.score.keys:
        return None, "no key"
    key = heard.score.keys[0]
    allowed = set(scale_pitch_classes(key.tonic, key.mode))
    inside = total = 0
    for track in heard.pitched:
        for note in track.notes:
            total += note.duration
            if note.pitch % 12 in allowed or note.pitch % 12 in (
                heard.chord_at(note.start + note.duration // 2) or ()
            ):
                inside += note.duration
    if not total:
        return None, "no pitched notes"
    share = inside / total
    return (share - 0.6) / 0.4, f"{share:.0%} of the sounding time is in the scale or the chord"


def melody_over_chords(heard: Heard) -> Measured:
    """Melody time on chord tones or on tones that resolve by step."""
    notes = heard.melody
    if not notes or not heard.score.chords:
        return None, "no melody or no chords"
    good = total = 0.0
    for index, note in enumerate(notes):
        total += note.duration
        if note.pitch % 12 in (heard.chord_at(note.start + note.duration // 2) or ()):
            good += note.duration
        elif index + 1 < len(notes) and abs(notes[index + 1].pitch - note.pitch) <= 2:
            good += note.duration * 0.9  # a passing or neighbour note, resolved by step
    share = good / total
    return (share - 0.5) / 0.5, f"{share:.0%} of the melody is chord tones or resolves by step"


def accompaniment(heard: Heard) -> Measured:
    """Accompaniment time on the notes of the chords."""
    if not heard.score.chords:
        return None, "no chords"
    good = total = 0.0
    for track in heard.pitched:
        if track is heard.track or track.role.value in ("lead", "vocal"):
            continue
        for note in track.notes:
            total += note.duration
            if note.pitch % 12 in (heard.chord_at(note.start + note.duration // 2) or ()):
                good += note.duration
    if not total:
        return None, "no accompaniment"
    share = good / total
    return (share - 0.35) / 0.65, f"{share:.0%} of the accompaniment belongs to the chords"


def voice_leading(heard: Heard) -> Measured:
    """Parallels in songs written in voices; else how near the bass stays to the chords."""
    if voices := voices_of(heard.score):
        found = parallels(voices)
        each = found.fifths_per_100 + found.octaves_per_100
        return math.exp(-each / 8.0), f"{each:.2f} parallel fifths and octaves in 100 moves"
    basses = [track for track in heard.pitched if track.role.value == "bass"]
    if not basses or not heard.score.chords:
        return None, "neither voices nor a bass under chords"
    starts = {chord.start for chord in heard.score.chords}
    classes = {chord.start: pitch_class(chord.bass or chord.root) for chord in heard.score.chords}
    good = total = 0
    for track in basses:
        for note in track.notes:
            nearest = min((s for s in (note.start // _STEP * _STEP,
                                       (note.start // _STEP + 1) * _STEP) if s in starts),
                          key=lambda s: abs(s - note.start), default=None)  # fmt: skip
            if nearest is not None:
                total += 1
                good += note.pitch % 12 == classes[nearest]
    if not total:
        return None, "the bass does not play on the changes"
    return good / total, f"the bass gives the root on {good / total:.0%} of the changes it plays"


def groove(heard: Heard) -> Measured:
    """How alike the rhythms of neighbouring bars are, over all tracks."""
    shares, steps = [], heard.bar // _STEP
    one_meter = len(heard.score.meters) < 2
    for track in heard.score.tracks:
        bars: dict[int, set[int]] = defaultdict(set)
        for note in track.notes:
            if one_meter:
                index, place = divmod(round(note.start / _STEP), steps)
            else:
                index, inside = heard.place(note.start)
                place = round(inside / _STEP)
            bars[index].add(place)
        for index, places in bars.items():
            others = [bars[other] for other in (index - 1, index + 1, index + 2) if other in bars]
            if others:
                shares.append(max(len(places & other) / len(places | other) for other in others))
    if len(shares) < 4:
        return None, "too few bars to find a groove"
    share = sum(shares) / len(shares)
    return (share - 0.2) / 0.8, f"neighbouring bars share {share:.0%} of their rhythm"


def structure(heard: Heard) -> Measured:
    """How far a section that returns brings its music back."""
    material: dict[tuple[str, int], list[Counter[tuple[int, int, int]]]] = defaultdict(list)
    for section in heard.score.sections:
        first = heard.place(section.start)[0]
        bars = heard.place(max(section.start, section.end - 1))[0] - first + 1
        contents: list[Counter[tuple[int, int, int]]] = [Counter() for _ in range(bars)]
        for number, track in enumerate(heard.score.tracks):
            for note in track.notes:
                if section.start <= note.start < section.end:
                    at, inside = heard.place(note.start)
                    contents[at - first][(number, round(inside / _STEP), note.pitch)] += 1
        for at, content in enumerate(contents):
            material[(section.kind, at)].append(content)
    shares = [
        (one & other).total() / max(1, min(one.total(), other.total()))
        for versions in material.values()
        for one, other in pairwise(versions)
        if one and other
    ]
    if len(shares) < 2:
        return None, "no section returns"
    share = sum(shares) / len(shares)
    return share / 0.8, f"sections that return bring {share:.0%} of their notes back"


def motion(heard: Heard) -> Measured:
    """Mostly small moves within a range that can be sung or played."""
    notes = heard.melody
    if len(notes) < 8:
        return None, "no melody to measure"
    moves = [abs(after.pitch - before.pitch) for before, after in pairwise(notes)]
    steps = sum(1 for move in moves if move <= 4) / len(moves)
    span = max(note.pitch for note in notes) - min(note.pitch for note in notes)
    width = 1.0 if 5 <= span <= 24 else 0.5 if span <= 31 else 0.0
    value = 0.7 * min(1.0, max(0.0, (steps - 0.3) / 0.6)) + 0.3 * width
    return value, f"{steps:.0%} of the moves are small, the range is {span} semitones"


def motifs(heard: Heard) -> Measured:
    """Turns of the melody that come back, though not all of them."""
    notes = heard.melody
    if len(notes) < 16:
        return None, "too little melody to look for motifs"
    turns = [
        (_width(after.pitch - before.pitch), round((after.start - before.start) / _STEP))
        for before, after in pairwise(notes)
    ]
    grams = [tuple(turns[i : i + 4]) for i in range(len(turns) - 3)]
    counts = Counter(grams)
    share = sum(count for count in counts.values() if count > 1) / len(grams)
    if share > 0.97:
        return 0.7, f"{share:.0%} of the melody is repetition"
    return share / 0.6, f"{share:.0%} of the melody's turns come back"


def _width(move: int) -> int:
    """A move as its direction and size: 0, step 1, third 2, more 3."""
    size = min(3, (abs(move) + 1) // 2)
    return size if move > 0 else -size


MUSIC: Mapping[str, Callable[[Heard], Measured]] = {
    "likelihood": likelihood,
    "foreign notes": foreign_notes,
    "clashes": clashes,
    "scale": scale,
    "melody over chords": melody_over_chords,
    "accompaniment over chords": accompaniment,
    "voice leading": voice_leading,
    "groove": groove,
    "structure": structure,
    "melodic motion": motion,
    "motifs": motifs,
}
"""Critics of the music, in the order in which they are told."""
