"""Songs in every state, made without composer or renderer, for the tests of pages."""

from __future__ import annotations

import io
import math
import random
import uuid
import wave
from datetime import timedelta
from typing import Any

import numpy as np
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from ariaforge.models import Job
from compositions.composer.spec import InstrumentRequest, MusicSpec, Source
from compositions.history.versions import set_document
from compositions.models import Composition, Render, Version
from compositions.score.document import (
    Chord,
    KeyChange,
    MeterChange,
    Mode,
    Note,
    Score,
    Section,
    TempoChange,
    Track,
    TrackRole,
    mint_id,
)
from compositions.score.serialisation import to_dict
from compositions.services import composition_topic, default_project
from compositions.sound.peaks import PeaksBuilder
from media.models import Asset
from media.services import store_file
from projects.models import Project

PROMPT = "a wistful lo-fi tune in D minor, 82 bpm, Rhodes, upright bass and brushed drums"
BAR = 1920
FORM = (
    ("Intro", "intro", 2, 0.25),
    ("Verse 1", "verse", 4, 0.45),
    ("Chorus", "chorus", 4, 0.8),
    ("Verse 2", "verse", 4, 0.5),
    ("Chorus 2", "chorus", 4, 0.9),
    ("Outro", "outro", 2, 0.3),
)
LOOP = (("D", "m9", 50), ("G", "m7", 55), ("Bb", "maj7", 58), ("A", "7", 57))
SAMPLE_RATE = 8000
STATES = ("composing", "rendering", "ready", "composed", "failed", "cancelled")


def example_score(title: str = "Rain on the Tape", seed: int = 1) -> Score:
    """Twenty bars of lo-fi: a melody, chords, bass and drums, with form and harmony."""
    rng = random.Random(seed)

    def note(start: int, duration: int, pitch: int, velocity: int) -> Note:
        return Note(mint_id(rng), start, duration, pitch, max(1, min(127, velocity)))

    sections, bar = [], 0
    for label, kind, bars, energy in FORM:
        sections.append(Section(mint_id(rng), bar * BAR, bars * BAR, label, kind, energy))
        bar += bars
    chords, lead, comping, low, drums = [], [], [], [], []
    for index in range(bar):
        root, quality, pitch = LOOP[index % len(LOOP)]
        start = index * BAR
        chords.append(Chord(mint_id(rng), start, BAR, root, quality))
        for beat, length in ((0, 840), (3, 700)):
            comping += [
                note(start + beat * 480, length, pitch + step, 58 + rng.randrange(20))
                for step in (12, 15, 19, 22)
            ]
        low += [note(start, 900, pitch - 12, 88), note(start + 1200, 600, pitch - 5, 76)]
        drums += [
            note(start + eighth * 240, 60, 42, 50 + 24 * (eighth % 2 == 0)) for eighth in range(8)
        ]
        drums += [note(start, 60, 36, 104), note(start + 960, 60, 38, 92)]
        if 2 <= index < bar - 1:
            place = 0
            while place < BAR:
                length = rng.choice((240, 240, 480, 480, 960))
                pitch_now = 74 + rng.choice((-5, -2, 0, 3, 5, 7, 8))
                lead.append(
                    note(
                        start + place,
                        min(length, BAR - place) - 20,
                        pitch_now,
                        rng.randrange(52, 112),
                    )
                )
                place += length
    tracks = (
        Track(mint_id(rng), "Rhodes", TrackRole.CHORDS, 4, pan=-0.2).with_notes(comping),
        Track(mint_id(rng), "Lead melody", TrackRole.LEAD, 11, pan=0.2).with_notes(lead),
        Track(mint_id(rng), "Upright Bass", TrackRole.BASS, 32).with_notes(low),
        Track(mint_id(rng), "Brushed Drums", TrackRole.DRUMS, 40, percussion=True).with_notes(
            drums
        ),
    )
    return Score(
        title=title,
        tempos=(TempoChange(mint_id(rng), 0, 82.0),),
        meters=(MeterChange(mint_id(rng), 0, 4, 4),),
        keys=(KeyChange(mint_id(rng), 0, "D", Mode.MINOR),),
        sections=tuple(sections),
        chords=tuple(chords),
        tracks=tracks,
    )


def example_spec() -> dict[str, Any]:
    """What a prompt parser makes of :data:`PROMPT`, in its serialised form."""
    spec = MusicSpec(prompt=PROMPT, not_understood=("wobbly",))
    asked = {
        "genre": "lo-fi",
        "mood": ("wistful",),
        "tonic": "D",
        "mode": "minor",
        "tempo": 82.0,
        "instruments": (
            InstrumentRequest("Rhodes", 4),
            InstrumentRequest("Upright Bass", 32),
            InstrumentRequest("Brushed Drums", 40, percussion=True),
        ),
    }
    for name, value in asked.items():
        spec = spec.with_value(name, value, Source.PROMPT, 0.5 if name == "mood" else 0.95)
    spec = spec.with_value("meter", (4, 4), Source.STYLE, 0.5)
    spec = spec.with_value("swing", 0.58, Source.STYLE, 0.5)
    return spec.with_value("energy", 0.4, Source.DEFAULT, 0.3).to_dict()


def sound(seconds: float) -> tuple[bytes, dict[str, Any]]:
    """A WAV file that swells and fades, and its stored peaks."""
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    swell = 0.25 + 0.6 * np.abs(np.sin(time * 0.31)) * np.exp(-((time * 1.37) % 1.0))
    samples = swell * np.sin(2 * math.pi * 220 * time)
    builder = PeaksBuilder(SAMPLE_RATE)
    builder.add(samples.reshape(-1, 1))
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    return buffer.getvalue(), builder.result().to_dict()


@transaction.atomic
def make_song(
    user: User, state: str = "ready", *, project: Project | None = None, title: str = ""
) -> Composition:
    """Return a song of ``user`` in one of :data:`STATES`.

    "failed" and "cancelled" stopped while the mix was made, so their notes are there.
    """
    project = project or default_project(user)
    song = Composition.objects.create(
        project=project, name=title or PROMPT[:40], ai_prompt=PROMPT, seed=1234, created_by=user
    )
    song.compose_job = make_job(song, "compose")
    if state == "composing":
        advance(song.compose_job, "running", progress=0.4, step="Composing")
        song.save()
        return fresh(song)
    advance(song.compose_job, "succeeded")
    song.engine_version = "composer 1"
    song.spec = example_spec()
    song.confidence_score = 0.82
    song.confidence = [
        {"name": "prompt", "value": 0.9, "reason": "All words but one were understood."},
        {"name": "harmony", "value": 0.75, "reason": "Every chord fits the key."},
    ]
    song.midi = store_file(
        owner=user,
        project=project,
        content=b"MThd" + bytes(2000),
        filename="song.mid",
        kind=Asset.Kind.MIDI,
    )
    song.save()
    score = example_score(title or "Rain on the Tape")
    set_document(
        composition=song,
        data=to_dict(score),
        user=user,
        name="Compose",
        source=Version.Source.COMPOSER,
        message=f"Composed “{score.title}”",
        provenance={"prompt": PROMPT, "seed": song.seed, "engine_version": song.engine_version},
    )
    if state == "composed":
        return fresh(song)
    render = Render.objects.create(
        composition=song, content_hash=song.content_hash, created_by=user, seed=song.seed
    )
    render.job = make_job(song, "render")
    if state == "rendering":
        advance(render.job, "running", progress=0.35, step="Rendering")
    elif state == "ready":
        seconds = song.duration_seconds + 2.5
        audio, render.peaks = sound(seconds)
        render.mix = store_file(
            owner=user,
            project=project,
            content=audio,
            filename="song.wav",
            kind=Asset.Kind.AUDIO,
            duration_seconds=seconds,
        )
        render.duration_seconds = seconds
        render.measurements = {"integrated_lufs": -14.02, "true_peak_dbtp": -1.31}
        render.engine_version = "sound 1"
        advance(render.job, "succeeded")
    else:
        advance(render.job, "running", progress=0.35, step="Mixing")
        advance(render.job, state, error="The disk is full." if state == "failed" else "")
    render.save()
    if state == "ready":
        song.current_render = render
    else:
        song.pending_render = render
    song.save()
    return fresh(song)


def make_job(song: Composition, kind: str) -> Job:
    """A waiting job of the song's maker."""
    return Job.objects.create(
        owner=song.created_by, kind=kind, queue=kind, topic=composition_topic(song.pk)
    )


def advance(
    job: Job, state: str, *, progress: float | None = None, step: str = "", error: str = ""
) -> None:
    """Take the job to another state through the states that the database asks for."""
    now = timezone.now()
    if job.state == "queued" and state in ("running", "succeeded", "failed"):
        taken = Job.objects.filter(owner=job.owner, state="running").count()
        Job.objects.filter(pk=job.pk).update(
            state="running",
            attempts=1,
            lease_token=uuid.uuid4(),
            lease_expires_at=now + timedelta(days=1),
            slot=taken + 1,
            started_at=now,
        )
    if state != "running":
        Job.objects.filter(pk=job.pk).update(
            state=state,
            lease_token=None,
            lease_expires_at=None,
            slot=None,
            finished_at=now,
            progress=1.0 if state == "succeeded" else job.progress,
            error_code="no_space" if error else "",
            error_message=error,
        )
    elif progress is not None:
        Job.objects.filter(pk=job.pk).update(progress=progress, step=step)
    job.refresh_from_db()


def fresh(song: Composition) -> Composition:
    """The song as it is now, with its work."""
    found: Composition = Composition.objects.with_work().get(pk=song.pk)
    return found
