"""Packs the CMU Pronouncing Dictionary for the composer.

    npm pack cmu-pronouncing-dictionary@3.0.0
    python script/build_pronunciations.py cmu-pronouncing-dictionary-3.0.0.tgz

The same archive gives the same bytes. Another archive is refused by its hash.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import tarfile
import zlib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from compositions.composer.phonemes.arpabet import LETTERS
from compositions.composer.phonemes.dictionary import MAGIC, PATH

SHA256 = "ca16ac157e95277ffe1ca105a5ca2c833a15626024f15711c2a425da367b68ce"
WORDS_PER_BLOCK = 512
_ENTRY = re.compile(r'^\s+("(?:[^"\\]|\\.)+"|[a-z]+): ("[^"]*"),?$', re.MULTILINE)
_VARIANT = re.compile(r"\(\d+\)$")


def read(archive: Path) -> dict[str, list[str]]:
    """Return the packed pronunciations of each word, in the order of the dictionary."""
    if hashlib.sha256(archive.read_bytes()).hexdigest() != SHA256:
        raise SystemExit(f"{archive} is not the archive that this was made for.")
    with tarfile.open(archive) as tar:
        member = tar.extractfile("package/index.js")
        if member is None:
            raise SystemExit("The archive has no index.js.")
        source = member.read().decode("utf-8")
    words: dict[str, list[str]] = {}
    for key, value in _ENTRY.findall(source):
        word = _VARIANT.sub("", json.loads(key) if key.startswith('"') else key)
        sounds = json.loads(value).split("#")[0].split()  # "# name": a remark
        packed = "".join(LETTERS[sound] for sound in sounds)
        if packed and packed not in words.setdefault(word, []):
            words[word].append(packed)
    return words


def pack(words: dict[str, list[str]]) -> bytes:
    """Return the file: magic, length of the index, index, blocks."""
    names = sorted(words)
    blocks, index = [], []
    for first in range(0, len(names), WORDS_PER_BLOCK):
        lines = ["\t".join((word, *words[word])) for word in names[first : first + WORDS_PER_BLOCK]]
        block = zlib.compress("\n".join(lines).encode("ascii"), 9)
        blocks.append(block)
        index.append(f"{names[first]}\t{len(block)}")
    head = zlib.compress("\n".join(index).encode("ascii"), 9)
    return MAGIC + f"{len(head)}\n".encode("ascii") + head + b"".join(blocks)


def main() -> None:
    """Write the file and say what is in it."""
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    words = read(Path(sys.argv[1]))
    data = pack(words)
    PATH.parent.mkdir(exist_ok=True)
    PATH.write_bytes(data)
    print(f"{len(words)} words, {sum(map(len, words.values()))} pronunciations, {len(data)} bytes")
    print("sha256", hashlib.sha256(data).hexdigest())


if __name__ == "__main__":
    main()
