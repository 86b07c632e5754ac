"""Compose a song: plan, write, arrange, perform, and measure the result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from compositions.composer.arrange import arrange
from compositions.composer.casting import Seat, cast
from compositions.composer.critics import Confidence, measure
from compositions.composer.effects import play_effects
from compositions.composer.events import Event, Part
from compositions.composer.explain import explanation_of, theory_of
from compositions.composer.glides import glides
from compositions.composer.harmony import Changes, ChordSlot, make_changes
from compositions.composer.keyfinder import lead_of, missing_degrees
from compositions.composer.lyric_writing.song import with_written_words, words_on_writing
from compositions.composer.lyrics import parse_lyrics
from compositions.composer.lyrics_score import with_words, words_on_words
from compositions.composer.melody_lines import write_melodies
from compositions.composer.perform import perform
from compositions.composer.plan import SongPlan, make_plan
from compositions.composer.seeds import song_seed, stream
from compositions.composer.shaping import shape
from compositions.composer.spec import MusicSpec
from compositions.composer.titles import make_title
from compositions.score.document import (
    AutomationPoint,
    Chord,
    KeyChange,
    MeterChange,
    Note,
    Score,
    Section,
    TempoChange,
    Track,
    TrackRole,
    mint_id,
    ordered,
)
from compositions.score.harmony import MINOR_MODES, spell

ENGINE_VERSION = "4.1.0"
"""Changes whenever the same specification and seed give other music."""

_ATTEMPTS = 4
_PULL, _MOST_PULL = 0.7, 1.8
_FEWEST_CLASSES = 3
Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class Composition:
    """A composed song: the score and everything that can be said about it.

    ``spec`` is the specification with every open question answered; ``theory`` is JSON
    data (key, form, chords with numerals, cadences); ``confidence`` is measured from the
    score.
    """

    score: Score
    spec: MusicSpec
    title: str
    theory: dict[str, Any]
    explanation: list[str]
    confidence: Confidence
    engine_version: str
    seed: int


def compose(
    spec: MusicSpec,
    *,
    seed: int,
    lyrics: str | None = None,
    on_progress: Progress | None = None,
) -> Composition:
    """Compose a song. The same specification, seed and lyrics give the same song.

    With the same seed, other players, words or lengths leave it the same song; another key,
    mood, tempo, meter or theme makes it another one.

    ``on_progress(fraction, step)`` is called with rising fractions 0..1 and the steps
    "Planning", "Composing", "Arranging" and "Performing". Raises ``ValueError`` when the
    specification cannot be met (an unknown genre or chord, an impossible meter).
    """
    progress = on_progress or (lambda fraction, step: None)
    progress(0.0, "Planning")
    lyrics = lyrics or spec.lyrics.value  # the prompt itself may hold the words
    sheet = parse_lyrics(lyrics, spec.language.value) if lyrics else None
    plan = make_plan(spec, song_seed(seed, _identity(spec)), sheet)
    plan, words = with_written_words(plan)
    plan, changes, parts = _attempts(plan, cast(plan), progress)
    effects = play_effects(plan, parts)
    parts += [effects] if effects is not None else []
    title = make_title(plan) if words is None or spec.title.value else words.title
    score = _score(plan, changes, parts, title, seed)
    spec = plan.spec
    confidence = measure(score, spec)
    theory = theory_of(plan, changes, score)
    explanation = explanation_of(plan, changes, parts) + words_on_words(plan)
    explanation += words_on_writing(words)
    progress(1.0, "Performing")
    return Composition(score, spec, title, theory, explanation, confidence, ENGINE_VERSION, seed)


def _identity(spec: MusicSpec) -> list[object]:
    """What makes it another song and not another version: with other players it stays itself."""
    values = (spec.mood, spec.tonic, spec.mode, spec.tempo, spec.meter, spec.theme, spec.title)
    return [field.value if field.asked else None for field in values]


def _attempts(
    plan: SongPlan, seats: list[Seat], progress: Progress
) -> tuple[SongPlan, Changes, list[Part]]:
    """Write the song; other progressions are tried while its key stays unclear.

    A change of key that nobody asked for is given up first.
    """
    best: tuple[float, SongPlan, Changes, list[Part]] | None = None
    attempts = _ATTEMPTS
    takes: dict[str, int] = {}
    pull: tuple[float, ...] = ()
    minor = plan.mode in MINOR_MODES
    for attempt in range(attempts):
        if attempt and plan.spec.key_changes.value is None:
            plan = plan.at_home()
        start, share = 0.1 + 0.85 * attempt / attempts, 0.85 / attempts
        progress(start, "Composing")
        changes = make_changes(plan, attempt)
        melodies = write_melodies(plan, changes, seats, pull, takes)
        progress(start + 0.5 * share, "Arranging")
        parts = arrange(plan, changes, seats, melodies)
        progress(start + 0.8 * share, "Performing")
        shape(plan, parts)
        perform(plan, changes, parts)
        weights = _sounding(plan, parts)
        clarity = lead_of(weights, plan.tonic_class, minor)
        if best is None or clarity > best[0]:
            best = (clarity, plan, changes, parts)
        if clarity > 0.0 or np.count_nonzero(weights) < _FEWEST_CLASSES:
            break
        # The tune leans on what the band leaves out of the key, a little more each time.
        wanted = missing_degrees(weights, plan.tonic_class, minor)
        before = pull or (0.0,) * len(wanted)
        pull = tuple(
            round(min(_MOST_PULL, max(-_MOST_PULL, old + _PULL * more)), 2)
            for old, more in zip(before, wanted, strict=True)
        )
    if best is None:  # pragma: no cover - there is always a first attempt
        raise RuntimeError("nothing was written")
    return best[1], best[2], best[3]


def _sounding(plan: SongPlan, parts: list[Part]) -> np.ndarray:
    """Return the sounding times of the 12 pitch classes that the parts have written.

    Changes of key that were asked for are taken back: each section counts in its own key.
    """
    asked = bool(plan.spec.key_changes.value)
    weights = np.zeros(12)
    for part in parts:
        if part.instrument.percussion:
            continue
        for event in part.events:
            lift = 0
            if asked:
                lift = plan.lift_of(plan.section_at(plan.bar_at(event.start)))
            weights[(event.pitch - lift) % 12] += event.duration
    return weights


def _score(plan: SongPlan, changes: Changes, parts: list[Part], title: str, seed: int) -> Score:
    """Mint ids and put everything into the document."""
    frame = stream(plan.seed, "song", "frame", "ids")
    tracks: list[Track] = []
    sung: list[tuple[str, Event]] = []
    for number, part in enumerate(parts):
        rng = stream(plan.seed, "song", f"{number}:{part.role}:{part.name}", "ids")
        track_id = mint_id(rng)
        notes: list[Note] = []
        for event in part.events:
            note = Note(
                mint_id(rng), event.start, event.duration, event.pitch, event.velocity,
                origin="composer", timing=event.timing, articulation=event.articulation,
                dynamics=event.dynamics,
            )  # fmt: skip
            notes.append(note)
            if event.syllable is not None:
                sung.append((note.id, event))
        points = tuple(
            AutomationPoint(mint_id(rng), tick, parameter, value)
            for tick, parameter, value in (
                *((tick, "cc64", value) for tick, value in part.pedal),
                *glides(plan, part),
            )
        )
        tracks.append(
            Track(
                id=track_id,
                name=part.name,
                role=TrackRole(part.role),
                program=part.instrument.program,
                bank=part.instrument.bank,
                percussion=part.instrument.percussion,
                gain_db=part.gain_db,
                pan=part.pan,
                reverb_send=part.reverb_send,
                automation=points,
            ).with_notes(notes)
        )
    score = Score(
        title=title,
        tempos=tuple(TempoChange(mint_id(frame), tick, bpm) for tick, bpm in plan.tempo_changes),
        meters=tuple(
            MeterChange(mint_id(frame), tick, grid.numerator, grid.denominator)
            for tick, grid in plan.bar_map.changes(plan.bars)
        ),
        keys=tuple(
            KeyChange(mint_id(frame), tick, key.tonic, key.mode) for tick, key in plan.key_changes
        ),
        sections=tuple(
            Section(
                mint_id(frame),
                plan.bar_start(section.start_bar),
                plan.ticks_of(section)[1] - plan.bar_start(section.start_bar),
                section.label,
                section.kind,
                section.energy,
            )
            for section in plan.sections
        ),
        chords=tuple(_chord(plan, slot, mint_id(frame)) for slot in changes.slots),
        tracks=tuple(tracks),
        metadata={
            "composer": "AriaForge",
            "engine_version": ENGINE_VERSION,
            "seed": seed,
            "genre": plan.style.name,
            "mix": dict(plan.style.mix),
        },
    )
    return ordered(with_words(score, plan, sung, stream(plan.seed, "song", "lyrics", "ids")))


def _chord(plan: SongPlan, slot: ChordSlot, chord_id: str) -> Chord:
    """Return a chord of the document, spelled in the key of its section."""
    key = plan.key_of(plan.section_at(slot.bar))
    harmony = slot.harmony
    return Chord(
        chord_id,
        slot.start,
        slot.duration,
        spell(harmony.root, key.tonic, key.mode),
        harmony.quality,
        "" if harmony.bass is None else spell(harmony.bass, key.tonic, key.mode),
        harmony.roman,
    )
