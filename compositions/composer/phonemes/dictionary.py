"""Looks English words up in the packed CMU Pronouncing Dictionary.

The file holds the words in order in blocks that are compressed one by one, behind an index of
the first word of each block: a look-up reads one block and never the other 134,000 words.
``script/build_pronunciations.py`` makes it; ``data/NOTICE.md`` says from what.
"""

from __future__ import annotations

import zlib
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from compositions.composer.phonemes.arpabet import SOUND_OF

PATH = Path(__file__).parent.parent / "data" / "pronunciations" / "english.cmu"
MAGIC = b"CMUD1\n"
"""First bytes of the file, then the length of the index in decimal and a line feed."""


class _Blocks:
    """The open file: its index, and the compressed blocks."""

    def __init__(self, data: bytes) -> None:
        if not data.startswith(MAGIC):
            raise ValueError("not a packed pronouncing dictionary")
        end = data.index(b"\n", len(MAGIC))
        first = end + 1 + int(data[len(MAGIC) : end])
        self.first_words: list[str] = []
        self._spans: list[tuple[int, int]] = []
        self._data = data
        for line in zlib.decompress(data[end + 1 : first]).decode("ascii").splitlines():
            word, length = line.split("\t")
            self.first_words.append(word)
            self._spans.append((first, first + int(length)))
            first += int(length)

    def __len__(self) -> int:
        return len(self._spans)

    def text(self, number: int) -> str:
        """Return a block: lines of a word, a tab, and its pronunciations with tabs between."""
        start, end = self._spans[number]
        return zlib.decompress(self._data[start:end]).decode("ascii")


@lru_cache(maxsize=1)
def _blocks() -> _Blocks:
    return _Blocks(PATH.read_bytes())


@lru_cache(maxsize=64)
def _block(number: int) -> dict[str, str]:
    lines = (line.partition("\t") for line in _blocks().text(number).splitlines())
    return {word: sounds for word, _, sounds in lines}


def _unpack(sounds: str) -> tuple[str, ...]:
    return tuple(SOUND_OF[letter] for letter in sounds)


def look_up(word: str) -> tuple[tuple[str, ...], ...]:
    """Return all pronunciations of a lower-case word in ARPABET, the usual one first.

    Empty when the dictionary does not have the word.
    """
    blocks = _blocks()
    number = bisect_right(blocks.first_words, word) - 1
    found = _block(number).get(word) if number >= 0 else None
    return tuple(_unpack(one) for one in found.split("\t")) if found else ()


def entries() -> Iterator[tuple[str, tuple[tuple[str, ...], ...]]]:
    """Give every word with its pronunciations, in order of the alphabet.

    Reads the whole dictionary (about half a second); meant for building rhyme tables.
    """
    blocks = _blocks()
    for number in range(len(blocks)):
        for line in blocks.text(number).splitlines():
            word, *all_sounds = line.split("\t")
            yield word, tuple(_unpack(sounds) for sounds in all_sounds)
