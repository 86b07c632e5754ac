"""Figures of sung words, read from the lyric events of the MIDI file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from compositions.composer.critics_lyrics import words_of
from compositions.composer.lyrics_lines import language_of
from compositions.composer.phonemes import dictionary
from compositions.score.document import Score, Syllable
from compositions.score.timeline import Timeline

_TOUCH = 60
"""Ticks that a performer may be off a beat and still be on it."""


def lyric_figures(score: Score, asked: Mapping[str, Any]) -> dict[str, float]:
    """Return the figures of a song with words; {"lyrics sung": 0} when asked words are missing.

    "lyrics sung" is the share of asked lines that are sung word for word. The others count
    against the CMU dictionary itself, whatever the composer thinks of a word: "syllables
    exact" is the share of its words that are sung on as many syllables as one of their
    pronunciations has, "stress on beats" the share of stressed syllables of words of two or
    more that begin on a beat, "stress on strong beats" on the first beat or the middle of the
    bar. Words that the dictionary does not have are not counted, nor are songs in another
    language, some of whose words it has with an English sound ("amour").
    """
    found: dict[str, float] = {}
    sung = _squeezed("".join(syllable.text for syllable in score.syllables))
    if lines := [_squeezed(line) for line in asked.get("lyrics") or ()]:
        found["lyrics sung"] = sum(line in sung for line in lines) / len(lines)
    words = words_of(score)
    text = " ".join("".join(syllable.text for syllable in word) for word in words)
    words = words if language_of(text).startswith("en") else []
    known = [(word, ways) for word in words if (ways := _pronunciations(word))]
    if known:
        counts = [{len(way) for way in ways} for _, ways in known]
        exact = sum(len(word) in count for (word, _), count in zip(known, counts, strict=True))
        found["syllables exact"] = exact / len(known)
    stressed = [starts for word, ways in known if (starts := _stressed(score, word, ways))]
    if stressed:
        beats = [max(_beat(score, tick) for tick in ticks) for ticks in stressed]
        found["stress on beats"] = sum(beat > 0 for beat in beats) / len(beats)
        found["stress on strong beats"] = sum(beat == 2 for beat in beats) / len(beats)
    return found


def _pronunciations(word: list[Syllable]) -> list[str]:
    """Return the stress digits of each pronunciation that the dictionary has for a word."""
    text = "".join(syllable.text for syllable in word).lower().replace("’", "'")
    plain = re.sub(r"^[^\w']+|[^\w']+$", "", text)
    return [
        "".join(sound[-1] for sound in sounds if sound[-1] in "012")
        for sounds in dictionary.look_up(plain)
    ]


def _stressed(score: Score, word: list[Syllable], ways: list[str]) -> list[int]:
    """Return where the main stress may begin, by the pronunciations of so many syllables."""
    starts = {note.id: note.start for track in score.tracks for note in track.notes}
    places = {way.index("1") for way in ways if len(way) == len(word) > 1 and "1" in way}
    return [starts[word[place].note_id] for place in sorted(places)]


def _beat(score: Score, tick: int) -> int:
    """2 on the first beat or the middle of a bar, 1 on another beat, 0 off the beat."""
    meter = Timeline(score).meter_at(tick)
    compound = meter.denominator == 8 and meter.numerator % 3 == 0
    beat = meter.ticks_per_beat * (3 if compound else 1)
    inside = (tick + _TOUCH - meter.tick) % meter.ticks_per_bar
    if inside % beat > 2 * _TOUCH:
        return 0
    middle = meter.ticks_per_bar // 2
    halves = meter.ticks_per_bar % (2 * beat) == 0
    return 2 if inside <= 2 * _TOUCH or (halves and inside - inside % beat == middle) else 1


def _squeezed(text: str) -> str:
    return re.sub(r"[\W_]", "", text.lower())
