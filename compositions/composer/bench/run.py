"""Compose every prompt of a file and measure the songs from their MIDI files."""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from compositions.composer.bench.adherence import adherence
from compositions.composer.bench.baselines import NGramMelody, random_walk
from compositions.composer.bench.confidence import FAULTS, auc, calibration_error
from compositions.composer.bench.music import music_figures
from compositions.composer.bench.peers import PeerError, ark_song
from compositions.composer.bench.prompts import BenchPrompt
from compositions.composer.bench.table import average
from compositions.composer.bench.words import lyric_figures
from compositions.composer.calibration import bits_band
from compositions.composer.critics import as_heard, measure
from compositions.composer.engine import Composition, compose
from compositions.composer.measures.melody import gram_overlap, melody_of
from compositions.composer.overlap import cross_song_overlap
from compositions.composer.prompt_parser import parse_prompt
from compositions.score.document import Note, Score
from compositions.score.timeline import Timeline

Progress = Callable[[float, str], None]


@dataclass(slots=True)
class Song:
    """A composed song as it is heard, with its figures."""

    prompt: BenchPrompt
    seed: int
    heard: Score
    genre: str
    figures: dict[str, float]


@dataclass(slots=True)
class BenchRun:
    """All songs, the prompts that failed (with the error) and the confidences measured."""

    songs: list[Song] = field(default_factory=list)
    failures: list[tuple[str, str]] = field(default_factory=list)
    good: list[float] = field(default_factory=list)
    bad: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    chances: list[tuple[float, bool]] = field(default_factory=list)


def run_bench(prompts: Sequence[BenchPrompt], seeds: int, progress: Progress) -> BenchRun:
    """Compose each prompt with seeds 1 to ``seeds`` and measure everything."""
    run = BenchRun()
    compose(parse_prompt("pop"), seed=0)  # load styles and model before the clock starts
    for number, prompt in enumerate(prompts):
        progress(number / len(prompts), prompt.id)
        for seed in range(1, seeds + 1):
            try:
                _one(run, prompt, seed)
            except Exception as error:  # noqa: BLE001 - a failing prompt is a result
                run.failures.append((prompt.id, f"{type(error).__name__}: {error}"))
    progress(1.0, "")
    return run


def _one(run: BenchRun, prompt: BenchPrompt, seed: int) -> None:
    began = time.process_time()
    song = compose(
        parse_prompt(prompt.prompt), seed=seed, lyrics=prompt.expected.get("song_lyrics")
    )
    seconds = time.process_time() - began
    heard = as_heard(song.score)
    if heard is None:
        raise ValueError("the song cannot be written as MIDI")
    figures = _figures(heard, prompt, compress=seed == 1)
    figures["CPU seconds"] = seconds
    cells = Timeline(heard).bar_count * max(1, len(heard.tracks))
    figures["CPU seconds, 32 bars x 6 tracks"] = seconds * 192 / max(192, cells)
    if song.confidence.overall is not None:
        figures["confidence"] = song.confidence.overall
    genre = str(song.theory.get("genre"))
    if accepted := prompt.expected.get("genre"):
        figures["genre"] = float(genre in accepted)
    run.songs.append(Song(prompt, seed, heard, genre, figures))
    if seed == 1:
        _spoil(run, song, prompt)


def _figures(heard: Score, prompt: BenchPrompt, *, compress: bool) -> dict[str, float]:
    figures = adherence(heard, prompt) | music_figures(heard, compress=compress)
    figures |= lyric_figures(heard, prompt.expected)
    band = bits_band()
    if band and "melody bits/note" in figures:
        figures["likelihood in band"] = float(band[0] <= figures["melody bits/note"] <= band[1])
    return figures


def _spoil(run: BenchRun, song: Composition, prompt: BenchPrompt) -> None:
    """Measure the confidence of copies with known faults."""
    good = song.confidence
    if good.overall is None or good.musicality is None:
        return
    run.good.append(good.overall)
    rng = random.Random(f"{prompt.id}:faults")
    chances = []
    for fault, spoil in FAULTS.items():
        found = measure(spoil(song.score, rng), song.spec)
        if found.overall is not None and found.musicality is not None:
            run.bad[fault].append(found.overall)
            chances.append(found.musicality)
    # The unspoilt count as often as all spoilt copies together, as in the fit.
    run.chances += [(good.musicality, True)] * len(chances)
    run.chances += [(chance, False) for chance in chances]


def results_of(run: BenchRun, prompts: int, seeds: int) -> dict[str, float]:
    """Return the figures of the whole run by name."""
    rows = [song.figures for song in run.songs]
    results = average(rows)
    results["composed"] = len(run.songs) / (prompts * seeds)
    transitions = sum(row.get("voice transitions", 0.0) for row in rows)
    if transitions:
        for name, key in (("fifths per 100", "parallel fifths"),
                          ("octaves per 100", "parallel octaves")):  # fmt: skip
            results[name] = 100 * sum(row.get(key, 0.0) for row in rows) / transitions
    if rows:
        results["worst CPU seconds"] = max(row["CPU seconds"] for row in rows)
    if shared := [row["longest shared"] for row in rows if "longest shared" in row]:
        results["worst longest shared"] = max(shared)
    results |= _seed_overlap(run.songs) | _genre_overlap(run.songs)
    for fault, values in run.bad.items():
        if (area := auc(run.good, values)) is not None:
            results[f"confidence AUC {fault}"] = area
    stated, truths = [c for c, _ in run.chances], [t for _, t in run.chances]
    if (error := calibration_error(stated, truths)) is not None:
        results["calibration error"] = error
    return results


def _seed_overlap(songs: Sequence[Song]) -> dict[str, float]:
    by_prompt: dict[str, list[list[Note]]] = defaultdict(list)
    for song in songs:
        by_prompt[song.prompt.id].append(melody_of(song.heard))
    shares = [
        share
        for melodies in by_prompt.values()
        for one, other in combinations(melodies, 2)
        if (share := gram_overlap(one, other)) is not None
    ]
    if not shares:
        return {}
    return {"seed overlap": sum(shares) / len(shares), "worst seed overlap": max(shares)}


def _genre_overlap(songs: Sequence[Song]) -> dict[str, float]:
    by_genre: dict[str, list[Score]] = defaultdict(list)
    for song in songs:
        by_genre[song.genre].append(song.heard)
    found = [cross_song_overlap(scores) for scores in by_genre.values() if len(scores) > 1]
    results = {}
    for name in ("rhythm", "progression"):
        values = [value for row in found if (value := getattr(row, name)) is not None]
        if values:
            results[f"{name} overlap"] = sum(values) / len(values)
    return results


def baselines_of(prompts: Sequence[BenchPrompt], songs: Sequence[Song]) -> dict[str, Any]:
    """Return the figures of the random walk and of an n-gram of our own melodies."""
    ngram = NGramMelody(melody_of(song.heard) for song in songs)
    walk = [_chance(random_walk(prompt.expected, 1), prompt) for prompt in prompts]
    learned = [_chance(ngram.compose(prompt.expected, 1), prompt) for prompt in prompts]
    return {"rnd walk": average(walk), "n-gram": average(learned)}


_MUSIC_ONLY = ("TB", "TBT", "exact BPM", "CK", "CKD", "meter", "CR", "CR in band", "repetition",
               "repetition in band", "repetition, whole song", "melody bits/note",
               "likelihood in band", "longest shared")  # fmt: skip


def _chance(score: Score, prompt: BenchPrompt) -> dict[str, float]:
    heard = as_heard(score)
    figures = _figures(heard, prompt, compress=True) if heard else {}
    return {name: figures[name] for name in _MUSIC_ONLY if name in figures}


def peer_figures(prompts: Sequence[BenchPrompt], python: str, progress: Progress) -> dict[str, Any]:
    """Return the figures of ark-audio-agent on the same prompts."""
    rows: list[dict[str, float]] = []
    for number, prompt in enumerate(prompts):
        progress(number / len(prompts), f"peer: {prompt.id}")
        rows += list(_peer_row(prompt, python))
    found = average(rows)
    found["composed"] = len(rows) / len(prompts)
    return found


def _peer_row(prompt: BenchPrompt, python: str) -> Iterator[dict[str, float]]:
    try:
        yield _figures(ark_song(python, prompt, 1), prompt, compress=True)
    except PeerError:
        return
