"""The rule-based writer: a hook, rhymes chosen first, and lines from frames that agree.

A verse tells, a pre-chorus leans towards the chorus, which claims and returns to the hook
word for word; a bridge turns. Every line has the syllables, the meter and the rhyme of its
slot, by the same verifier that other writers stand before (:mod:`.verify`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from compositions.composer.lyric_writing.bank import frames, languages
from compositions.composer.lyric_writing.lines import LineFinder, printed
from compositions.composer.lyric_writing.prosody import (
    forms,
    meter_for,
    prosody,
    stress_fit,
    words_of,
)
from compositions.composer.lyric_writing.theme import Theme, read_theme, word_stem
from compositions.composer.lyric_writing.verify import LineSlot, least_fit, slot_for
from compositions.composer.seeds import stream
from compositions.composer.word_lists import word_list

RULES = "rules"
"""Name of this writer on the lines it wrote."""
_SCHEMES = {
    "verse": ("ABAB", "AABB", "xAxA", "ABAB"),
    "pre_chorus": ("AABB", "xAxA"),
    "chorus": ("HBHB", "HAHA", "BBAH", "HABH", "BHBH"),
    "bridge": ("ABAB", "AABB", "xAxA"),
}
_SHAPES = ((0, 0, 0, 0), (0, -2, 0, -2), (0, -1, 0, -1), (-1, -1, -1, -1), (0, 0, 0, -2))

_SHAPES_OF_SMALL_BANKS = ((0, 0, 0, 0), (0, 1, 0, 1), (0, 0, 0, 1))


class LyricsError(ValueError):
    """No words can be written for what was asked; the message is meant for the musician."""


@dataclass(frozen=True, slots=True)
class SectionWish:
    """A section to write for: its kind ("verse"), its label, its number of lines."""

    kind: str
    label: str
    lines: int


@dataclass(frozen=True, slots=True)
class WrittenLine:
    """A line, the slot that it fills and who wrote it ("rules", "model")."""

    text: str
    slot: LineSlot
    writer: str = RULES


@dataclass(frozen=True, slots=True)
class WrittenSection:
    """The lines of one section."""

    kind: str
    label: str
    lines: tuple[WrittenLine, ...]


@dataclass(frozen=True, slots=True)
class WrittenLyrics:
    """The words of a song: sections in order, the title (from the hook), the theme as read."""

    sections: tuple[WrittenSection, ...]
    title: str
    theme: Theme
    language: str

    def text(self) -> str:
        """Return the words with section tags, as :func:`parse_lyrics` reads them."""
        blocks = [
            "\n".join([f"[{section.label}]", *(line.text for line in section.lines)])
            for section in self.sections
        ]
        return "\n\n".join(blocks)


def write_lyrics(
    theme: str,
    sections: Sequence[SectionWish],
    *,
    seed: int,
    language: str = "en",
    syllables: int = 8,
    hook: str = "",
    avoid: Sequence[str] = (),
) -> WrittenLyrics:
    """Write the words of a song on a theme; the same arguments give the same words.

    ``syllables`` is the usual length of a line (5 to 10).
    ``hook`` is a line that the choruses shall return to, ``avoid`` lines that are sung
    already. A kind of section that comes again has new words, a chorus the same ones.
    Raises :class:`LyricsError` for a language without words, or where no line is found.
    """
    code = language.split("-")[0].lower()
    if code not in languages():
        raise LyricsError(f"Words can be written in {', '.join(languages())}, not in “{code}”.")
    if not 5 <= syllables <= 10:
        raise LyricsError("A line can have 5 to 10 syllables.")
    return _Writer(theme, seed, code, syllables, hook, avoid).write(sections)


class _Writer(LineFinder):
    """One song at work: what it has used, and its random stream."""

    def __init__(
        self, theme: str, seed: int, language: str, syllables: int, hook: str,
        avoid: Sequence[str],
    ) -> None:  # fmt: skip
        rng = stream(seed, "song", "lyrics", f"write:{theme}:{language}")
        super().__init__(read_theme(theme, language), language, rng, avoid)
        # A small bank has lines of one length, with a word more or less.
        self.syllables = int(forms(language).get("syllables", syllables))
        self.shapes = _SHAPES if language == "en" else _SHAPES_OF_SMALL_BANKS
        self.rising = bool(forms(language).get("rising", True))
        self.hook = self._hook(hook)

    def _hook(self, given: str) -> str:
        if given:
            return given
        wished = min(self.syllables, 8)
        found: list[tuple[float, str]] = []
        for chunk in self.chunks:
            if chunk.kind not in ("h", "c"):
                continue
            sung = prosody(chunk.text, self.language)
            if not sung.sure or not 3 <= sung.syllables <= 9:
                continue
            slot = slot_for(chunk.text, self.language)
            partners = self.palette.options("base", self.singer).by_rhyme.get(
                sung.rhyme.sounds, []
            ) + self.palette.options("p", self.singer).by_rhyme.get(sung.rhyme.sounds, [])
            ends = {option.sung.rhyme.word for option in partners} - {sung.rhyme.word}
            if stress_fit(sung.stresses, slot.meter) < least_fit(self.language) or len(ends) < 2:
                continue
            cost = 0.35 * abs(sung.syllables - wished) + (0.9 if chunk.kind == "c" else 0.0)
            # What names the theme tells what the song is about, so it is the first choice.
            stems = {word_stem(word) for word in words_of(chunk.text)}
            cost -= 1.6 if stems & self.theme.stems else 0.0
            found.append((round(cost + 1.6 * self.rng.random(), 9), chunk.text))
        if not found:
            return ""
        hook = min(found)[1]
        self.used_chunks.add(hook)
        self.lines.add(" ".join(words_of(hook)))
        return printed(hook)

    def write(self, wishes: Sequence[SectionWish]) -> WrittenLyrics:
        """Write all sections; the chorus once, its lines returning."""
        written: list[WrittenSection] = []
        chorus: dict[int, tuple[WrittenLine, ...]] = {}
        scheme = {kind: self.rng.choice(choices) for kind, choices in _SCHEMES.items()}
        shape = {kind: self.rng.choice(self.shapes) for kind in _SCHEMES}
        for wish in wishes:
            kind = wish.kind if wish.kind in _SCHEMES else "verse"
            if kind == "chorus" and wish.lines in chorus:
                lines = chorus[wish.lines]
            else:
                lines = self._any_section(kind, wish.lines, scheme[kind], shape[kind])
                if kind == "chorus":
                    chorus[wish.lines] = lines
            written.append(WrittenSection(wish.kind, wish.label, lines))
        title = _title(self.hook, self.language) if self.hook else self.theme.text
        return WrittenLyrics(tuple(written), title, self.theme, self.language)

    def _any_section(
        self, kind: str, count: int, scheme: str, shape: Sequence[int]
    ) -> tuple[WrittenLine, ...]:
        """Write a section; what stands in the way of it is given up step by step."""
        schemes = [scheme, *dict.fromkeys(s for s in _SCHEMES[kind] if s != scheme)]
        for give_up in (0, 1, 2):
            if give_up == 1:
                self.frames = list(frames(self.language))
            if give_up == 2:
                self.used_chunks.clear()
            for choice in schemes:
                try:
                    return self._section(kind, count, choice, shape)
                except LyricsError:
                    continue
        raise LyricsError("No lines fit here; ask for another theme or another length of line.")

    def _section(
        self, kind: str, count: int, scheme: str, shape: Sequence[int]
    ) -> tuple[WrittenLine, ...]:
        letters = rhyme_letters(scheme, count, has_hook=bool(self.hook))
        hook = slot_for(self.hook or "la", self.language, rhyme="H", hook=True)
        slots: list[LineSlot] = []
        base = self.syllables
        if kind == "chorus" and self.hook:
            base = max(hook.syllables, min(self.syllables, hook.syllables + 2))
        for place, letter in enumerate(letters):
            if letter == "H" and self.hook:
                slots.append(hook)
                continue
            length = max(min(6, base), base + shape[place % len(shape)])
            slots.append(
                LineSlot(length, meter_for(length, rising=self.rising), _group(letter, scheme))
            )
        return self._fill(kind, slots)

    def _fill(self, kind: str, slots: list[LineSlot]) -> tuple[WrittenLine, ...]:
        lines: list[WrittenLine | None] = [None] * len(slots)
        for place, slot in enumerate(slots):
            if slot.hook:
                lines[place] = WrittenLine(self.hook, slot)
        groups = dict.fromkeys(slot.rhyme for slot in slots if slot.rhyme and not slot.hook)
        for group in groups:
            places = [i for i, s in enumerate(slots) if s.rhyme == group and not s.hook]
            fixed = [self.hook] if group == "H" and any(s.hook for s in slots) else []
            texts = self.rhymed(kind, [slots[i] for i in places], fixed)
            if texts is None:
                raise LyricsError("No rhyme fits here; ask for another theme or length of line.")
            for place, text in zip(places, texts, strict=True):
                lines[place] = WrittenLine(text, slots[place])
        for place, slot in enumerate(slots):
            if lines[place] is None:
                line = self.line(kind, slot, None, set())
                if line is None:
                    raise LyricsError("No line fits; ask for other words or another length.")
                lines[place] = WrittenLine(self.take(line), slot)
        return tuple(line for line in lines if line is not None)


def rhyme_letters(scheme: str, count: int, *, has_hook: bool = True) -> list[str]:
    """Return the rhyme of each of ``count`` lines by a scheme of four: "ABAB" and so on.

    Further lines go on with new letters. "x" rhymes with nothing, "H" is the hook. A letter
    that would stand alone at the end rhymes with the one before.
    """
    letters: list[str] = []
    for place in range(count):
        round_, step = divmod(place, len(scheme))
        letter = scheme[step]
        if letter == "H":
            letters.append("H" if has_hook else "A0")
        elif letter == "x":
            letters.append("")
        else:
            letters.append(f"{letter}{round_}")
    if has_hook and "H" in scheme and count and "H" not in letters:
        letters[-1] = "H"
    for place, letter in enumerate(letters):
        alone = letter and letter != "H" and letters.count(letter) == 1
        if alone and not _rhymes_hook(letter, scheme, letters):
            others = [o for o in letters if o and o not in (letter, "H")]
            letters[place] = others[-1] if others and count > 2 else "A0" if "H" in letters else ""
    return letters


def _rhymes_hook(letter: str, scheme: str, letters: Sequence[str]) -> bool:
    return letter.startswith("A") and "H" in letters and "H" in scheme


def _group(letter: str, scheme: str) -> str:
    """Lines marked A in a scheme with the hook rhyme with the hook."""
    if "H" in scheme and letter.startswith("A"):
        return "H"
    return letter


def _title(hook: str, language: str) -> str:
    if language != "en":
        return hook
    words = hook.replace(",", "").split()
    small = word_list("title_small")
    return " ".join(
        word if word in small and place else word[:1].upper() + word[1:]
        for place, word in enumerate(words)
    )
