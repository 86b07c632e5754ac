"""The spoken sound of words, from espeak-ng, with the time of every phoneme in it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from compositions.sound.vocal.errors import VocalError

SPOKEN_PITCH_HZ = 125
"""All words are spoken on this one pitch: low, so that harmonics show the formants closely."""
_WORDS_A_MINUTE = 135
_LONGEST_SECONDS = 120.0
_CHILD = Path(__file__).with_name("espeak_child.py")
_STRESS = "ˈˌ"
_VOICES = {
    "en": "en-us", "pt": "pt-br", "zh": "cmn", "no": "nb", "iw": "he", "in": "id", "fil": "id",
    "tl": "id",
}  # fmt: skip
DEFAULT_VOICE = "en-us"


@dataclass(frozen=True, slots=True)
class Phone:
    """A phoneme in IPA without stress marks, from ``start`` to ``end`` in frames of the word."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Spoken:
    """A spoken word: mono samples within -1..1 and its phonemes in order, pauses left out."""

    samples: NDArray[np.float64]
    sample_rate: int
    phones: tuple[Phone, ...]


Utterance = tuple[tuple[str, ...], str]
"""Names of voices, the best first, and what to say."""


def voice_names(language: str) -> tuple[str, ...]:
    """espeak-ng's names for the voice of a BCP 47 tag, the best first, English at last."""
    tag = language.lower().replace("_", "-")
    short = tag.split("-")[0]
    names = (tag, _VOICES.get(short, short), short)
    known = [name for name in names if name and name not in _VOICES]
    return tuple(dict.fromkeys((*known, DEFAULT_VOICE)))


def speak(words: Sequence[Utterance]) -> list[Spoken | None]:
    """Speak each text in the first of its voices that there is; None where nothing is said.

    A text in double square brackets is phonemes in espeak-ng's own letters. The same list gives
    the same samples. Raises :class:`VocalError` when espeak-ng is not installed or fails.
    """
    try:
        import espeakng_loader

        paths = [str(espeakng_loader.get_library_path()), str(espeakng_loader.get_data_path())]
    except (ImportError, OSError, RuntimeError) as error:
        raise VocalError("espeak-ng is not installed; run `pip install -r requirements.txt`") from (
            error
        )
    request = {"pitch": SPOKEN_PITCH_HZ, "rate": _WORDS_A_MINUTE, "words": list(words)}
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(_CHILD), *paths],
            input=json.dumps(request).encode(),
            capture_output=True,
            timeout=_LONGEST_SECONDS,
            check=True,
        )
        header, _, data = done.stdout.partition(b"\n")
        answer = json.loads(header)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise VocalError("espeak-ng cannot speak on this machine") from error
    found: list[Spoken | None] = []
    place = 0
    for word in answer["words"]:
        if word is None:
            found.append(None)
            continue
        size = 2 * word["frames"]
        samples = np.frombuffer(data[place : place + size], dtype="<i2") / 32768.0
        place += size
        found.append(_spoken(samples, answer["sample_rate"], word["phonemes"]))
    return found


def _spoken(
    samples: NDArray[np.float64], sample_rate: int, phonemes: list[tuple[str, int]]
) -> Spoken | None:
    ends = [start for _, start in phonemes[1:]] + [len(samples)]
    phones = [
        Phone(name.strip(_STRESS), start, min(end, len(samples)))
        for (name, start), end in zip(phonemes, ends, strict=True)
        if end > start
    ]
    # A low line is a pause, brackets are a change of language.
    phones = [phone for phone in phones if phone.name and phone.name[0] not in "_("]
    if not phones or not samples.size:
        return None
    return Spoken(samples, sample_rate, tuple(phones))
