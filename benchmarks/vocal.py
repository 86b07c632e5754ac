"""Measures the guide vocal: pitch, words, joins, rests, level, speed and memory.

    .venv/bin/python benchmarks/vocal.py [--prompt "..."]... [--wav FOLDER]

Pitch is that of WORLD's Harvest on the finished stem, the median over each note. Words are heard
by pocketsphinx (requirements-dev.txt): 13 words of one sung verse, each cut out by its times and
chosen from 10 words of the same length in syllables; by chance it is 1.3. The same is done with
the words of the composed songs, against 9 other words that are sung in them. It is a machine's
ear, in a closed test: it says that the consonants and vowels are there, not that it is beautiful.
Joins are looked for as jumps that the samples before and after do not explain; a planted click
must be found. The backing voice is off except for level and speed.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray
from scipy.signal import resample_poly

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ariaforge.settings")

from compositions.composer import compose, parse_prompt  # noqa: E402
from compositions.composer.phonemes import pronounce  # noqa: E402
from compositions.score.document import LyricLine, Score, Syllable, TrackRole  # noqa: E402
from compositions.score.timeline import Timeline  # noqa: E402
from compositions.sound.samplefile import SampleFile  # noqa: E402
from compositions.sound.vocal import Singing, VocalPreset, prepare, sings  # noqa: E402
from compositions.sound.vocal.presets import preset_for  # noqa: E402
from tests.sound import scores  # noqa: E402
from tests.sound.clicks import largest_jump  # noqa: E402

RATE = 44_100
PROMPTS = (
    "pop song about the morning sea, sung, with lyrics",
    "slow rock ballad with vocals about leaving home, in Spanish",
    "gospel song with lyrics about hope",
)
VERSE = (
    "we fol-low the riv-er home to-night",
    "and sing to the sil-ver morn-ing light",
)
TUNE = (60, 62, 64, 62, 65, 64, 62, 60, 67, 64, 67, 69, 67, 65, 64, 62, 64, 62, 60)
CANDIDATES = {
    "we": "me he she they you my no go day",
    "follow": "hollow borrow fellow yellow swallow finger father over river",
    "the": "a my no she to you be go they",
    "river": "liver never over silver giver winter lower summer water",
    "home": "hole stone hum foam whole hope phone room comb",
    "tonight": "today delight polite tomorrow alone again before between around",
    "and": "end in on hand sand ant an at under",
    "sing": "thing sin sink wing king song seen ring sang",
    "to": "do two true you through blue so tea toe",
    "silver": "river never sister sorrow summer softer solar filter deliver",
    "morning": "warning evening mourning nothing moving longing burning money moment",
    "light": "right night like line might white late lie fight",
}

COMMON = """
you me my go day night love heart sky sea rain sun moon star road home time life dream hand
eye light fire wind song word voice name year man girl boy world soul mind face way door
street town train bird tree stone gold blue green red white black cold warm old young long
high deep free true lost last first fall rise run walk fly stay leave hold break call cry
laugh smile sleep wake wait burn shine sing dance play give take make know see hear feel
think and but the when where who what with from then now here there
river water silver winter summer morning evening shadow window mountain ocean heaven angel
follow wonder remember flower thunder lonely broken golden open never ever always only
maybe baby people city story memory moment sorrow tonight today tomorrow again alone away
believe begin become between without inside outside forget forgive goodbye
"""
"""Words of songs, of which the easier test draws what else could have been sung."""

Mono = NDArray[np.float64]


def verse(octaves: int = 0) -> Score:
    """The verse of the word test at 100 beats a minute, in eighths and quarters."""
    beat, events, rows, lines = 2.0, [], [], []
    for number, text in enumerate(VERSE):
        line = f"line-{number}"
        lines.append(LyricLine(line, text.replace("-", ""), language="en"))
        for word in text.split():
            pieces = word.split("-")
            sounds = pronounce(word.replace("-", "")).syllables
            for place, piece in enumerate(pieces):
                # Small words and second syllables are short, as in most songs.
                short = place > 0 or word in ("we", "the", "and", "to")
                length = 0.5 if short else 1.0
                events.append((beat, length, TUNE[len(events) % len(TUNE)] + 12 * octaves, 90))
                phonemes = sounds[place].phonemes if len(sounds) == len(pieces) else ()
                rows.append((piece, place + 1 < len(pieces), phonemes, line))
                beat += length
        beat += 1.0
    track = scores.track(TrackRole.VOCAL, events, program=53)
    syllables = tuple(
        Syllable(f"syllable-{number}", note.id, text, more, phonemes, line)
        for number, (note, (text, more, phonemes, line)) in enumerate(
            zip(track.notes, rows, strict=True)
        )
    )
    return replace(scores.score(track, bpm=100.0), syllables=syllables, lines=tuple(lines))


def sung(score: Score, folder: Path, preset: VocalPreset | None = None) -> tuple[Mono, Singing]:
    """The first sung track of a score as stereo samples."""
    track = next(track for track in score.tracks if sings(track, score))
    timeline = Timeline(score)
    frames = round((timeline.length_seconds + 2.0) * RATE)
    path = folder / "stem.f32"
    known = prepare(track, score, timeline, preset=preset)
    with SampleFile(path, frames, create=True) as stem:
        known.sing(stem, RATE, lambda part: None)
    return np.fromfile(path, "<f4").reshape(-1, 2).astype(np.float64), known


def alone(score: Score) -> VocalPreset:
    """The voice of the score's sung track, without a backing voice."""
    track = next(track for track in score.tracks if sings(track, score))
    median = float(np.median([note.pitch for note in track.notes]))
    return replace(preset_for(track.preset, median), harmony_db=None)


def pitch_errors(audio: Mono, known: Singing) -> tuple[Mono, int]:
    """Median error of each note in cents, and how many notes had no pitch."""
    import pyworld

    pitch, times = pyworld.harvest(
        np.ascontiguousarray(resample_poly(audio, 1, 2)), RATE // 2, f0_floor=60.0, f0_ceil=1100.0
    )
    errors, silent = [], 0
    for piece in known.pieces:
        for note in piece.notes:
            heard = pitch[(times >= note.start) & (times < note.end) & (pitch > 0)]
            if len(heard) < 4:
                silent += 1
                continue
            wanted = 440.0 * 2.0 ** ((note.pitch - 69.0) / 12.0)
            errors.append(float(np.median(1200.0 * np.log2(heard / wanted))))
    return np.array(errors), silent


def spans(known: Singing) -> list[tuple[int, float, float]]:
    """Each sung word: its number, when it begins and ends."""
    found: list[tuple[int, float, float]] = []
    for piece in known.pieces:
        if found and found[-1][0] == piece.word and piece.syllable.place:
            found[-1] = (piece.word, found[-1][1], piece.end)
        else:
            found.append((piece.word, piece.start, piece.end))
    return found


def word_alone(audio: Mono, start: float, end: float) -> Mono:
    """What is sung from ``start`` to ``end``, without the sounds of the words around it."""
    cut = audio[max(0, round(start * RATE)) : round(end * RATE)].copy()
    fade = np.linspace(0.0, 1.0, 220)
    cut[: len(fade)] *= fade[: len(cut)]
    cut[-len(fade) :] *= fade[::-1][-len(cut) :]
    return cut


class Ear:
    """pocketsphinx, choosing one of a few words."""

    def __init__(self) -> None:
        from pocketsphinx import Decoder

        self.decoder = Decoder(lm=None, loglevel="FATAL")

    def knows(self, word: str) -> bool:
        """Whether the word is in its dictionary."""
        return self.decoder.lookup_word(word) is not None

    def choose(self, audio: Mono, words: list[str]) -> str:
        """The word that a piece of sound is most like."""
        wave = resample_poly(audio, 160, 441)
        wave = np.concatenate([np.zeros(3200), wave, np.zeros(3200)])
        wave = wave / max(1e-6, float(np.abs(wave).max())) * 0.6
        wave += np.random.default_rng(0).standard_normal(len(wave)) * 3e-4
        grammar = "#JSGF V1.0; grammar g; public <s> = " + " | ".join(sorted(words)) + " ;"
        self.decoder.add_jsgf_string("g", grammar)
        self.decoder.activate_search("g")
        self.decoder.start_utt()
        self.decoder.process_raw((wave * 32767).astype("<i2").tobytes(), full_utt=True)
        self.decoder.end_utt()
        heard = self.decoder.hyp()
        return heard.hypstr if heard else ""


def hear_verse(ear: Ear, audio: Mono, known: Singing) -> None:
    """Print how many of the 13 words are heard, among common words and among their likes."""
    words = [word.replace("-", "") for line in VERSE for word in line.split()]
    counts = [word.count("-") + 1 for line in VERSE for word in line.split()]
    length = {word: len(pronounce(word).syllables) for word in COMMON.split()}
    for label, alike in (("common words", False), ("words much alike", True)):
        rng, right, wrong = random.Random(0), 0, []
        for word, count, (_, start, end) in zip(words, counts, spans(known), strict=True):
            others = [w for w in COMMON.split() if length[w] == count and w != word]
            chosen = CANDIDATES[word].split() if alike else rng.sample(others, 9)
            cut = word_alone(audio, start, end)
            heard = ear.choose(cut, [word, *chosen])
            right += heard == word
            if heard != word:
                wrong.append(f"{word} as {heard or 'nothing'}")
        print(f"  words      {right}/{len(words)} among {label}  {', '.join(wrong)}")


def hear_song(ear: Ear, score: Score, audio: Mono, known: Singing) -> None:
    """Print how many words of an English song are heard among others of the same length."""
    track = next(track for track in score.tracks if sings(track, score))
    carried = {note.id for note in track.notes}
    words, lengths = [], []
    opened = False
    for row in score.syllables:
        if row.note_id not in carried:
            continue
        text = row.text.strip('.,!?;:"').lower()
        if opened:
            words[-1] += text
            lengths[-1] += 1
        else:
            words.append(text)
            lengths.append(1)
        opened = row.continues
    rng, right, asked = random.Random(0), 0, 0
    at = {number: (start, end) for number, start, end in reversed(spans(known))}
    for number, (word, length) in enumerate(zip(words, lengths, strict=True)):
        if number not in at or not ear.knows(word):
            continue
        others = sorted({w for w, n in zip(words, lengths, strict=True)
                         if n == length and w != word and ear.knows(w)})  # fmt: skip
        if len(others) < 5:
            continue
        start, end = at[number]
        cut = word_alone(audio, start, end)
        right += ear.choose(cut, [word, *rng.sample(others, min(9, len(others)))]) == word
        asked += 1
    print(f"  words      {right}/{asked} ({right / max(1, asked):.0%}) among others of the song")


def figures(score: Score, folder: Path, ear: Ear | None, wav: Path | None) -> None:
    """Print all figures of one song; memory first, before measuring takes more."""
    begin, usage = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF).ru_utime
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    whole, known = sung(score, folder)
    cpu = resource.getrusage(resource.RUSAGE_SELF).ru_utime - usage
    cpu += resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - child
    seconds = Timeline(score).length_seconds
    print(
        f"  speed      {cpu:.1f} s CPU, {time.perf_counter() - begin:.1f} s, for {seconds:.0f} s "
        f"of song ({cpu * 180 / seconds:.1f} s CPU for 3 minutes); peak "
        f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:.0f} MB of this program"
    )
    print(f"  voice      {known.preset.name}; {' '.join(known.notes) or 'nothing to remark'}")
    audio, known = sung(score, folder, alone(score))
    mono = audio.mean(axis=1)
    errors, silent = pitch_errors(mono, known)
    size = np.abs(errors)
    print(
        f"  pitch      {len(errors)} notes, {silent} without; median {np.median(size):.1f} cents, "
        f"90 % {np.percentile(size, 90):.1f}, worst {size.max():.1f}"
    )
    planted = mono.copy()
    middle = round((known.pieces[0].notes[0].start + 0.15) * RATE)
    planted[middle:] += 0.3 * float(np.abs(mono).max())
    print(
        f"  joins      largest jump {largest_jump(mono):.1f}, with a planted click "
        f"{largest_jump(planted):.1f}"
    )
    quiet = np.ones(len(mono), dtype=bool)
    for piece in known.pieces:
        quiet[max(0, round((piece.start - 0.4) * RATE)) : round((piece.end + 0.08) * RATE)] = False
    rests = float(np.abs(mono[quiet]).max()) if quiet.any() else 0.0
    print(f"  rests      {20 * np.log10(rests / np.abs(mono).max() + 1e-9):.0f} dB at the loudest")
    if ear is not None:
        hear_song(ear, score, mono, known)
    if wav is not None:
        wav.mkdir(parents=True, exist_ok=True)
        soundfile.write(wav / f"{score.title or 'song'}.wav", whole, RATE, subtype="PCM_16")


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prompt", action="append", help="of a song with lyrics, to be sung")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--wav", type=Path, help="write the stems here")
    arguments = parser.parse_args()
    try:
        ear = Ear()
    except ImportError:
        ear = None
        print("pocketsphinx is not installed: no test of the words")
    with tempfile.TemporaryDirectory() as name:
        for octaves in (0, -1):
            score = replace(verse(octaves), title=f"Verse {octaves}")
            print(f"the verse of the word test, {'low' if octaves else 'high'}")
            if ear is not None:
                audio, known = sung(score, Path(name), alone(score))
                hear_verse(ear, audio.mean(axis=1), known)
            figures(score, Path(name), None, arguments.wav)
        for prompt in arguments.prompt or PROMPTS:
            composed = compose(parse_prompt(prompt), seed=arguments.seed)
            if not any(sings(track, composed.score) for track in composed.score.tracks):
                print(f"{prompt}: nothing is sung")
                continue
            print(f"{prompt}: {composed.title}")
            english = all(line.language in ("", "en") for line in composed.score.lines)
            figures(composed.score, Path(name), ear if english else None, arguments.wav)


if __name__ == "__main__":
    main()
