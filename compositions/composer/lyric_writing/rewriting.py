"""New words for places that are sung already, or that wait for words: notes stay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from compositions.composer.lyric_writing.bank import frames, languages
from compositions.composer.lyric_writing.lines import LineFinder
from compositions.composer.lyric_writing.prosody import meter_for, words_of
from compositions.composer.lyric_writing.theme import read_theme
from compositions.composer.lyric_writing.verify import LineSlot, rhyme_fault
from compositions.composer.lyric_writing.writer import LyricsError, rhyme_letters
from compositions.composer.seeds import stream

FEWEST_SYLLABLES = 3
MOST_SYLLABLES = 14
_OWN_METERS = 3
_FUNCTIONS = frozenset({"verse", "pre_chorus", "chorus", "bridge"})


@dataclass(frozen=True, slots=True)
class LinePlace:
    """A place for one line: its section and the kind of it, its slot, what is sung there.

    ``meters`` are other meters that would do. ``stays`` marks a line that is kept, which
    new lines of the section may have to rhyme with.
    """

    section: str
    kind: str
    slot: LineSlot
    text: str = ""
    meters: tuple[str, ...] = ()
    stays: bool = False


def write_places(
    theme: str, places: Sequence[LinePlace], *, seed: int, language: str = "en"
) -> list[str | None]:
    """Return a line for every place, None for one that stays or that no line fits.

    Lines rhyme as the old ones did. Lines that were the same stay the same.
    Raises :class:`LyricsError` for a language without words.
    """
    code = language.split("-")[0].lower()
    if code not in languages():
        raise LyricsError(f"Words can be written in {', '.join(languages())}, not in “{code}”.")
    rng = stream(seed, "song", "lyrics", f"rewrite:{theme}:{code}")
    kept = [place.text for place in places if place.stays]
    finder = LineFinder(
        read_theme(theme, code), code, rng, [place.text for place in places if place.text]
    )
    finder.frames = list(frames(code))
    found: dict[int, str] = {}
    known: dict[tuple[str, int], str] = {}
    for section in dict.fromkeys(place.section for place in places):
        here = [index for index, place in enumerate(places) if place.section == section]
        letters = _letters([places[index] for index in here], code)
        for letter in dict.fromkeys(letters):
            group = [i for i, own in zip(here, letters, strict=True) if own == letter]
            open_ = [i for i in group if not places[i].stays]
            for index in open_:
                place = places[index]
                if known_text := known.get(_key(place)):
                    found[index] = known_text
            first: dict[tuple[str, int], int] = {}
            for index in open_:
                if index not in found:
                    first.setdefault(_key(places[index]), index)
            new = list(first.values())
            fixed = [places[i].text for i in group if places[i].stays] + [
                found[i] for i in group if i in found
            ]
            texts = _write(finder, [places[i] for i in new], fixed if letter else [], bool(letter))
            for index, text in zip(new, texts, strict=True):
                if text is not None:
                    found[index] = text
                    known[_key(places[index])] = text
            for index in open_:
                if index not in found and (text := known.get(_key(places[index]))) is not None:
                    found[index] = text
    return [
        found.get(index) if text not in kept or not place.stays else None
        for index, (place, text) in enumerate((place, place.text) for place in places)
    ]


def _key(place: LinePlace) -> tuple[str, int]:
    """What lines must share to be the same line again; places without words never do."""
    text = " ".join(words_of(place.text))
    return (text or f"{place.section}:{id(place)}", place.slot.syllables)


def _letters(places: Sequence[LinePlace], language: str) -> list[str]:
    """Return the rhymes of a section: those of its words, a scheme where it has none."""
    if not all(place.text for place in places):
        return rhyme_letters("ABAB" if len(places) % 4 == 0 else "AABB", len(places))
    ends = [words_of(place.text)[-1] for place in places]
    letters: list[str] = []
    for index, end in enumerate(ends):
        partner = next(
            (
                before
                for before in range(index)
                if ends[before] == end or not rhyme_fault(end, ends[before], language)
            ),
            None,
        )
        letters.append(f"R{index}" if partner is None else letters[partner])
    return [
        letter if letters.count(letter) > 1 else "" if len(letters) > 1 else letter
        for letter in letters
    ]


def _write(
    finder: LineFinder, places: Sequence[LinePlace], fixed: Sequence[str], rhymed: bool
) -> list[str | None]:
    if not places:
        return []
    if not rhymed or (len(places) == 1 and not fixed):
        return [_single(finder, place) for place in places]
    # A word that ends a line further away may end one again before a line stays unwritten.
    for beside in dict.fromkeys((tuple(fixed), tuple(fixed[:1]))):
        for meter in range(_OWN_METERS + 2):
            slots = [_slot(place, meter) for place in places]
            kind = places[0].kind if places[0].kind in _FUNCTIONS else "verse"
            texts = finder.rhymed(kind, slots, beside)
            if texts is not None:
                return list(texts)
    return [None] * len(places)


def _single(finder: LineFinder, place: LinePlace) -> str | None:
    kind = place.kind if place.kind in _FUNCTIONS else "verse"
    for meter in range(_OWN_METERS + 2):
        line = finder.line(kind, _slot(place, meter), None, set())
        if line is not None:
            return finder.take(line)
    return None


def _slot(place: LinePlace, number: int) -> LineSlot:
    """Return the slot with one of the meters that would do, at last a plain one."""
    own = (place.slot.meter, *place.meters)
    meters = [own[min(place_of, len(own) - 1)] for place_of in range(_OWN_METERS)]
    meters += [meter_for(place.slot.syllables, rising=rising) for rising in (True, False)]
    return replace(place.slot, meter=meters[number])
