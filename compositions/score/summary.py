"""Facts about a score that pages show: ranges, density, form, length."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Any

from compositions.score.document import Chord, KeyChange, Score, Section, Track
from compositions.score.harmony import spell_pitch
from compositions.score.timeline import Timeline


@dataclass(frozen=True, slots=True)
class TrackSummary:
    """Facts about one track.

    ``lowest`` and ``highest`` are pitches 0-127 with their names as the first key spells
    them, None and "" without notes. ``notes_per_second`` counts over the time from the
    first note's start to the last note's end.
    """

    track_id: str
    note_count: int
    lowest: int | None
    highest: int | None
    lowest_name: str
    highest_name: str
    notes_per_second: float


@dataclass(frozen=True, slots=True)
class SectionBars:
    """A section with the bars it covers, both counted from 1 and included."""

    section: Section
    first_bar: int
    last_bar: int

    @property
    def bars(self) -> int:
        """How many bars the section reaches into."""
        return self.last_bar - self.first_bar + 1


def summarise_track(score: Score, track: Track) -> TrackSummary:
    """Return pitch range and note density of ``track``, which belongs to ``score``."""
    if not track.notes:
        return TrackSummary(track.id, 0, None, None, "", "", 0.0)
    pitches = [note.pitch for note in track.notes]
    lowest, highest = min(pitches), max(pitches)
    key = key_at(score, 0)
    named = (key.tonic, key.mode) if key else ()
    timeline = Timeline(score)
    seconds = timeline.seconds(max(note.end for note in track.notes)) - timeline.seconds(
        min(note.start for note in track.notes)
    )
    return TrackSummary(
        track.id,
        len(pitches),
        lowest,
        highest,
        spell_pitch(lowest, *named),
        spell_pitch(highest, *named),
        len(pitches) / seconds,
    )


def chord_at(score: Score, tick: int) -> Chord | None:
    """Return the chord sounding at ``tick``, None where there is none.

    O(number of chords); for many questions sort once and use :func:`chords_at`.
    """
    return next((chord for chord in score.chords if chord.start <= tick < chord.end), None)


def chords_at(score: Score, ticks: list[int]) -> list[Chord | None]:
    """Return the chord sounding at each of ``ticks``; O(log chords) for each."""
    chords = sorted(score.chords, key=lambda chord: chord.start)
    starts = [chord.start for chord in chords]
    found: list[Chord | None] = []
    for tick in ticks:
        place = bisect_right(starts, tick) - 1
        found.append(chords[place] if place >= 0 and tick < chords[place].end else None)
    return found


def section_at(score: Score, tick: int) -> Section | None:
    """Return the section that ``tick`` lies in, None between sections."""
    return next((entry for entry in score.sections if entry.start <= tick < entry.end), None)


def key_at(score: Score, tick: int) -> KeyChange | None:
    """Return the key in force at ``tick``, None before the first."""
    past = [change for change in score.keys if change.tick <= tick]
    return max(past, key=lambda change: change.tick, default=None)


def sections_with_bars(score: Score) -> list[SectionBars]:
    """Return the sections in time order, each with its first and last bar."""
    timeline = Timeline(score)
    return [
        SectionBars(
            section,
            timeline.position(section.start).bar,
            timeline.position(section.end - 1).bar,
        )
        for section in sorted(score.sections, key=lambda section: section.start)
    ]


def describe(score: Score) -> dict[str, Any]:
    """Return the facts of a score as plain data.

    Keys: ``bars``, ``seconds``, ``tempo`` (bpm at the start), ``tempo_changes`` and
    ``meter_changes`` (how many follow), ``meter`` ("6/8"), ``key`` ("D dorian", "" when the
    score names none), ``form`` (section labels in order), ``tracks``, ``notes``.
    """
    timeline = Timeline(score)
    meter = timeline.meter_at(0)
    key = key_at(score, 0)
    return {
        "bars": timeline.bar_count,
        "seconds": timeline.length_seconds,
        "tempo": timeline.tempo_at(0),
        "tempo_changes": max(0, len(score.tempos) - 1),
        "meter": f"{meter.numerator}/{meter.denominator}",
        "meter_changes": max(0, len(score.meters) - 1),
        "key": f"{key.tonic} {key.mode.value.replace('_', ' ')}" if key else "",
        "form": [entry.section.label for entry in sections_with_bars(score)],
        "tracks": len(score.tracks),
        "notes": score.note_count,
    }
