"""A mix in figures: what its pictures show, and the page that shows them."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from compositions.models import Render
from compositions.presentation.mix_figures import MixFigures, mix_figures
from compositions.presentation.mix_words import loudness_words, peak_words, spectrum_words
from compositions.presentation.plots import decibel_text, time_labels
from compositions.sound.measurements import Measurer
from compositions.sound.mix_presets import mix_preset
from compositions.sound.peaks import PeaksBuilder
from tests.compositions.songs import make_song
from tests.factories import UserFactory

RATE = 8000


def measured(seconds: float = 20.0, **changes: Any) -> SimpleNamespace:
    """A render of noise that is quiet in its first half, as its job stores it."""
    rng = np.random.default_rng(5)
    noise = 0.2 * rng.standard_normal((round(seconds * RATE), 2)).clip(-3, 3) / 3
    noise[: len(noise) // 2] *= 0.25
    measurer, peaks = Measurer(RATE), PeaksBuilder(RATE)
    for start in range(0, len(noise), RATE):
        measurer.add(noise[start : start + RATE])
        peaks.add(noise[start : start + RATE])
    wanted = list(mix_preset("lo-fi").spectrum_db)
    figures = {
        **measurer.result().to_dict(),
        "mix_report": {"preset": "lo-fi", "master": {"wanted_db": wanted}},
        "warnings": ["Flute: played by another instrument."],
    }
    return SimpleNamespace(
        measurements={**figures, **changes},
        peaks=peaks.result().to_dict(),
        parameters={"target_lufs": -14.0, "true_peak_ceiling_dbtp": -1.0},
        duration_seconds=seconds,
    )


@pytest.fixture(scope="module")
def figures() -> MixFigures:
    return mix_figures(measured())


def plot(figures: MixFigures, key: str) -> Any:
    return next(one for one in figures.plots if one.key == key)


def points(data: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", data)]


def test_each_picture_has_its_table_and_stays_inside_its_frame(figures: MixFigures) -> None:
    assert [one.key for one in figures.plots] == ["waveform", "loudness", "spectrum", "stereo"]
    for one in figures.plots:
        assert one.words.endswith(".")
        assert all(len(row) == len(one.table.columns) for row in one.table.rows)
        for curve in one.curves:
            for x, y in points(curve.data):
                assert 0 <= x <= 1000
                assert 0 <= y <= 100


def test_the_waveform_is_as_high_as_the_sound(figures: MixFigures) -> None:
    shape = points(plot(figures, "waveform").curves[0].data)
    early = max(50 - y for x, y in shape if x < 490)
    late = max(50 - y for x, y in shape if x > 510)
    assert early == pytest.approx(2.5, abs=0.8)  # of 50, for samples of 0.05
    assert late == pytest.approx(10.0, abs=0.8)


def test_the_louder_half_is_drawn_louder(figures: MixFigures) -> None:
    loudness = plot(figures, "loudness")
    line = points(loudness.curves[0].data)
    # 12 dB of an axis of 40 dB.
    assert line[0][1] - line[-1][1] == pytest.approx(30.0, abs=1.0)
    assert [curve.label for curve in loudness.legend][1] == "Target, −14.0 LUFS"
    assert "asked for" in figures.facts[0].meaning


def test_the_spectrum_lies_beside_the_wanted_one(figures: MixFigures) -> None:
    spectrum = plot(figures, "spectrum")
    assert [curve.kind for curve in spectrum.curves] == ["even", "wanted", "mix"]
    assert len(spectrum.table.rows) == 10
    # White noise has 3 dB more in each octave, where lo-fi wants less and less.
    gaps = [float(row[3].replace("−", "-").split()[0]) for row in spectrum.table.rows[1:7]]
    assert gaps == sorted(gaps)
    assert "less at 63 Hz" in spectrum.words
    assert figures.preset == "Lo-fi"


def test_what_was_not_measured_is_left_out() -> None:
    old = measured(thirds_db=None, correlations=[], short_term_lufs="no", crest_db=None)
    old.peaks = {"levels": {"256": "%%%"}}
    found = mix_figures(old)
    assert [one.key for one in found.plots] == ["spectrum"]
    assert "Crest" not in [fact.label for fact in found.facts]
    empty = SimpleNamespace(measurements={}, peaks={}, parameters={}, duration_seconds=None)
    assert mix_figures(empty) == MixFigures((), (), "", ())


def test_figures_in_words() -> None:
    assert loudness_words(-14.1, -14.0) == "as most streaming services want"
    assert loudness_words(-9.0, -9.0) == "louder than streaming services play it"
    assert loudness_words(-18.0, -14.0) == "4.0 LU under the −14.0 LUFS asked for"
    assert peak_words(-1.0, -1.0).startswith("safe")
    assert peak_words(0.2, -1.0).startswith("over full scale")
    assert spectrum_words([("1 kHz", 0.4)], "jazz").endswith("every octave within 0.4 dB.")
    said = spectrum_words([("63 Hz", 5.0), ("4 kHz", -4.0)], "jazz")
    assert (
        said
        == "Beside what jazz wants: more than wanted at 63 Hz (+5.0 dB), less at 4 kHz (−4.0 dB)."
    )
    assert decibel_text(-0.04) == "0.0 dB"
    assert [label for _, label in time_labels(125)] == ["0:00", "0:30", "1:00", "1:30", "2:00"]


@pytest.mark.django_db
def test_the_page_shows_each_mix_of_the_song(
    client: Client, django_assert_num_queries: Any
) -> None:
    user: User = UserFactory()
    client.force_login(user)
    song = make_song(user, "ready")
    first = song.current_render
    assert first is not None
    later = measured()
    Render.objects.create(
        composition=song, content_hash=song.content_hash, created_by=user,
        measurements=later.measurements, peaks=later.peaks, duration_seconds=20.0,
    )  # fmt: skip
    page = client.get(reverse("song_figures", args=[song.pk])).content.decode()
    assert "−14.0 LUFS" in page
    assert "As most streaming services want" in page
    other = song.renders.order_by("-pk")[0]
    address = reverse("song_mix_figures", args=[song.pk, other.pk])
    assert address in page
    with django_assert_num_queries(5):  # session, user, song, mix, list
        page = client.get(address).content.decode()
    assert "An earlier mix" in page
    assert page.count('role="img"') == 4
    for _ in range(3):
        Render.objects.create(
            composition=song, content_hash="0" * 64, created_by=user, duration_seconds=1.0
        )
    with django_assert_num_queries(5):
        client.get(address)
    strange = make_song(user, "ready").current_render
    assert strange is not None
    assert client.get(reverse("song_mix_figures", args=[song.pk, strange.pk])).status_code == 404
    bare = make_song(user, "composed")
    assert "no finished mix" in client.get(reverse("song_figures", args=[bare.pk])).content.decode()
