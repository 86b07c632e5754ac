"""A song with every kind of entity in it."""

from __future__ import annotations

import random

from django.db import transaction

from accounts.models import User
from compositions.history.versions import set_document
from compositions.models import Composition, Version
from compositions.score.document import (
    AutomationPoint,
    Chord,
    KeyChange,
    LyricLine,
    MeterChange,
    Mode,
    Note,
    Score,
    Section,
    Syllable,
    TempoChange,
    Track,
    TrackRole,
)
from compositions.score.serialisation import to_dict
from compositions.services import default_project
from projects.models import Project
from tests.editing.edits import BAR


def full_score(notes: int = 12, tracks: int = 3, seed: int = 5) -> Score:
    """A valid score with every kind of entity; ``notes`` in each track."""
    rng = random.Random(seed)

    def in_track(place: int) -> list[Note]:
        return [
            Note(
                f"n{place}-{number}",
                number * 240,
                200,
                48 + rng.randrange(36),
                rng.randrange(40, 110),
                origin="composer",
            )
            for number in range(notes)
        ]

    roles = (TrackRole.VOCAL, TrackRole.CHORDS, TrackRole.BASS)
    return Score(
        title="Everything",
        tempos=(TempoChange("tempo0", 0, 96.0), TempoChange("tempo1", 2 * BAR, 100.0)),
        meters=(MeterChange("meter0", 0, 4, 4),),
        keys=(KeyChange("key0", 0, "D", Mode.MINOR),),
        sections=(
            Section("verse", 0, 2 * BAR, "Verse", "verse"),
            Section("chorus", 2 * BAR, 2 * BAR, "Chorus", "chorus"),
        ),
        chords=tuple(Chord(f"chord{bar}", bar * BAR, BAR, "D", "m7") for bar in range(4)),
        tracks=tuple(
            Track(
                f"track{place}",
                f"Track {place}",
                roles[place % len(roles)],
                automation=(AutomationPoint(f"point{place}", 0, "cc64", 127.0),),
                position=place + 1.0,
            ).with_notes(in_track(place))
            for place in range(tracks)
        ),
        lines=(
            LyricLine("line0", "Rain on the", "verse", "en", 1.0),
            LyricLine("line1", "Tape", "chorus", "en", 2.0),
        ),
        syllables=(
            Syllable("syllable0", "n0-0", "Rain", line_id="line0"),
            Syllable("syllable1", "n0-1", "on", line_id="line0"),
            Syllable("syllable2", "n0-2", "Tape", line_id="line1"),
        ),
    )


@transaction.atomic
def full_song(
    user: User, score: Score | None = None, *, project: Project | None = None
) -> Composition:
    """A composed song of ``user`` with that score, its history begun."""
    song = Composition.objects.create(
        project=project or default_project(user), name="Everything", seed=1, created_by=user
    )
    set_document(
        composition=song,
        data=to_dict(score or full_score()),
        user=user,
        name="Compose",
        source=Version.Source.COMPOSER,
        message="Composed",
    )
    found: Composition = Composition.objects.get(pk=song.pk)
    return found
