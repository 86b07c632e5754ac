"""Presets as they are heard: excerpts, two takes side by side, and what applying one changes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import soundfile
from django.utils import timezone

from accounts.models import User
from ariaforge.exceptions import InvalidInputError
from ariaforge.models import Job
from compositions.documents import load_score
from compositions.presets.applying import apply_preset
from compositions.presets.comparing import compare, request_comparison
from compositions.presets.comparison_files import remove_old_comparisons
from compositions.presets.comparison_jobs import with_state
from compositions.presets.excerpts import excerpt, fullest_bars
from compositions.presets.services import create_preset
from compositions.score.document import TempoChange, TrackRole
from compositions.score.timeline import Timeline
from compositions.sound import measure
from media.models import Asset
from tests.compositions.songs import make_song
from tests.sound import scores

TELEPHONE = {
    "equaliser": [
        {"type": "high_pass", "frequency_hz": 500},
        {"type": "low_pass", "frequency_hz": 2500},
    ],
    "saturation": 0.6,
}


def test_an_excerpt_begins_with_what_sounds_there() -> None:
    held = scores.track(
        TrackRole.PAD,
        [(0, 12, 60, 80), (9, 1, 64, 80)],
        controls=[(0, "cc64", 127), (2, "cc11", 90), (6, "cc64", 0), (9, "cc11", 40)],
    )
    song = scores.score(held, tempos=[(6, 60.0), (9, 90.0)])
    part = excerpt(song, 3, 3)
    assert [(note.start, note.duration, note.pitch) for note in part.tracks[0].notes] == [
        (0, 1920, 60),
        (480, 480, 64),
    ]
    assert [(point.tick, point.parameter, point.value) for point in part.tracks[0].automation] == [
        (0, "cc11", 90),
        (0, "cc64", 0),
        (480, "cc11", 40),
    ]
    assert [(change.tick, change.bpm) for change in part.tempos] == [(0, 60.0), (480, 90.0)]
    assert [change.tick for change in (*part.meters, *part.keys)] == [0, 0]


def test_the_fullest_bars_last_8_to_12_seconds_and_are_those_of_the_track() -> None:
    # Bars of two seconds; the bass plays in bars 6 to 8 only, all play loudest in 15 to 18.
    lead = scores.track(TrackRole.LEAD, [(beat, 1, 70, 60) for beat in range(80)])
    bass = scores.track(TrackRole.BASS, [(beat, 1, 40, 70) for beat in range(20, 32)])
    loud = scores.track(TrackRole.CHORDS, [(beat, 1, 60, 120) for beat in range(56, 72)])
    song = scores.score(lead, bass, loud)
    assert fullest_bars(song) == (15, 18)
    first, last = fullest_bars(song, bass.id)
    assert first <= 6
    assert last >= 8
    timeline = Timeline(song)
    seconds = timeline.seconds(timeline.bar_start(last + 1)) - timeline.seconds(
        timeline.bar_start(first)
    )
    assert 8.0 <= seconds <= 12.0
    slow = replace(song, tempos=(TempoChange("slow", 0, 15.0),))
    assert fullest_bars(slow) == (15, 15)
    assert fullest_bars(scores.score(scores.track(TrackRole.LEAD, [(0, 1, 60, 80)]))) == (1, 1)


@pytest.mark.django_db
def test_two_presets_are_heard_equally_loud_and_applying_sounds_like_its_side(
    musician: User, run_jobs: Callable[..., list[Job]], settings: object
) -> None:
    settings.STEM_CACHE_MB = 0  # type: ignore[attr-defined]
    song = make_song(musician, "composed")
    track = song.tracks.get(name="Rhodes").entity_id
    telephone = create_preset(user=musician, kind="effect", name="Telephone", settings=TELEPHONE)
    with pytest.raises(InvalidInputError, match="Choose bars from 1 to 21"):
        request_comparison(
            composition=song, user=musician, a=None, b=telephone.current, track_id=track, to_bar=22
        )
    job = request_comparison(
        composition=song,
        user=musician,
        a=None,
        b=telephone.current,
        track_id=track,
        from_bar=3,
        to_bar=3,
    )
    (done,) = run_jobs("render")
    assert done.pk == job.pk
    result = done.result
    assert (result["a"]["label"], result["b"]["label"]) == ("As it is now", "Telephone")
    takes = [Asset.objects.get(pk=result[side]["asset"]) for side in ("a", "b")]
    assert [take.role for take in takes] == ["comparison", "comparison"]
    assert takes[0].sha256 != takes[1].sha256
    infos = [soundfile.info(take.file.path) for take in takes]
    assert infos[0].frames == infos[1].frames
    loudness = [measure(takes[0].file.path), measure(takes[1].file.path)]
    assert abs(loudness[0].integrated_lufs - loudness[1].integrated_lufs) < 0.3
    # What is put on the track is what was heard, to the last sample.
    comparison = compare(composition=song, a=None, b=telephone.current, track_id=track)
    heard = with_state(load_score(song), comparison, comparison.b.state)
    apply_preset(preset=telephone, composition=song, user=musician, track_id=track)
    assert load_score(song) == heard
    assert remove_old_comparisons() == 0
    Asset.all_objects.filter(pk=takes[0].pk).update(created_at=timezone.now() - timedelta(days=2))
    assert remove_old_comparisons() == 1
    assert hashlib.sha256(takes[1].file.read()).hexdigest() == takes[1].sha256
