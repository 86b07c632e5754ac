"""How well the words sit on the notes: stressed syllables on beats, one note a syllable."""

from __future__ import annotations

from compositions.composer.lyrics_lines import language_of, sung_word, syllables_of_line
from compositions.score.document import ELISION, Score, Syllable
from compositions.score.timeline import Timeline

Measured = tuple[float | None, str]
_TOUCH = 60
"""Ticks that a performer may be off a beat and still be on it."""


def words_of(score: Score) -> list[list[Syllable]]:
    """Return the sung words as lists of their syllables."""
    words: list[list[Syllable]] = []
    goes_on = False
    for syllable in score.syllables:
        if goes_on and words:
            words[-1].append(syllable)
        else:
            words.append([syllable])
        goes_on = syllable.continues
    return words


def word_counts(score: Score) -> tuple[int, int, int, int]:
    """Return (words, words on as many syllables as they have, stressed ones, on a beat)."""
    starts = {note.id: note.start for track in score.tracks for note in track.notes}
    timeline = Timeline(score)
    words = words_of(score)
    texts = ["".join(syllable.text for syllable in word) for word in words]
    language = language_of(" ".join(texts))
    exact = stressed = strong = 0
    for word, text, following in zip(words, texts, [*texts[1:], ""], strict=True):
        # Where lines end is not heard, and a mute e is sung inside a line only.
        ways = [sung_word(text, language, after) for after in dict.fromkeys((following, ""))]
        if ELISION in text:  # words that share a note
            ways = [list(syllables_of_line(text.replace(ELISION, " "), language))]
        expected = next((way for way in ways if len(way) == len(word)), ways[0])
        exact += len(expected) == len(word)
        for wanted, sung in zip(expected, word, strict=False):
            if wanted.stressed and sung.note_id in starts:
                stressed += 1
                tick = starts[sung.note_id]
                meter = timeline.meter_at(tick)
                compound = meter.denominator == 8 and meter.numerator % 3 == 0
                beat = meter.ticks_per_beat * (3 if compound else 1)
                inside = (tick - meter.tick) % meter.ticks_per_bar % beat
                strong += min(inside, beat - inside) <= _TOUCH
    return len(words), exact, stressed, strong


def lyric_fit(score: Score) -> Measured:
    """Return the share of words and stresses that fit; None for songs without words."""
    if not score.syllables:
        return None, "there are no words"
    words, exact, stressed, strong = word_counts(score)
    share = strong / stressed if stressed else 1.0
    return 0.5 * exact / words + 0.5 * share, (
        f"{exact / words:.0%} of the words have their syllables, "
        f"{share:.0%} of the stressed ones begin on a beat"
    )
