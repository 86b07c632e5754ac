"""Fits which styles suit which scenes, from data/style_scenes.json and the word vectors.

    python script/fit_scene_styles.py

Run it after a change of style_scenes.json, scene_topics.json, scenes.json, of the styles'
descriptions or of the word vectors. Ridge regression on unit vectors of scenes, of single words of
topics and of descriptions; prints how often the best style of a scene that was left out is one
of those that suit it, by the lexicon, by the vectors and by both (the lexicon was written with
some of these scenes in sight: fresh ones are in benchmarks/prompts/sixth.jsonl).
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from compositions.composer.prompt_scene import lexicon_scores, together
from compositions.composer.scene_similarity import SCALE, WEIGHTS, embed_scene
from compositions.composer.styles import styles
from compositions.composer.text_embedding import table_sha256

DATA = WEIGHTS.parent
RIDGE, PRIOR = 6.0, 0.15
# A scene with several styles, one with a single style, a style's description, a word of a
# topic and a word of a single style.
SEVERAL, SINGLE, DESCRIPTION, TOPIC_WORD, OWN_WORD = 3.0, 1.0, 1.0, 0.75, 0.4
Floats = npt.NDArray[np.float64]


def _unit(text: str) -> Floats | None:
    vector, _ = embed_scene(text)
    length = float(vector @ vector) ** 0.5
    return vector / length if length else None


def _items() -> tuple[Floats, Floats, Floats, list[tuple[str, list[str], int]]]:
    """Return vectors, wanted fits, weights, and (text, styles, row) of the scenes."""
    names = list(styles())
    rows: list[Floats] = []
    wanted: list[Floats] = []
    weights: list[float] = []
    scenes: list[tuple[str, list[str], int]] = []

    def add(text: str, fits: dict[str, float], weight: float) -> bool:
        vector = _unit(text)
        if vector is None:
            return False
        rows.append(np.append(vector, PRIOR))
        wanted.append(np.array([fits.get(name, 0.0) for name in names]) - 1 / len(names))
        weights.append(weight)
        return True

    for scene in json.loads((DATA / "style_scenes.json").read_text(encoding="utf-8")):
        suited = scene["styles"]
        # Between 1 for each and 1 for all together.
        fits = dict.fromkeys(suited, len(suited) ** -0.5)
        if add(scene["text"], fits, SEVERAL if len(suited) > 1 else SINGLE):
            scenes.append((scene["text"], suited, len(rows) - 1))
    for topic in json.loads((DATA / "scene_topics.json").read_text(encoding="utf-8")):
        total = sum(topic["styles"].values())
        fits = {name: value / total for name, value in topic["styles"].items()}
        for word in topic["words"].split():
            add(word, fits, TOPIC_WORD)
    for name, words in json.loads((DATA / "scenes.json").read_text(encoding="utf-8")).items():
        for word in words.split():
            add(word, {name: 1.0}, OWN_WORD)
    for style in styles().values():
        add(style.description, {style.name: 1.0}, DESCRIPTION)
    return np.array(rows), np.array(wanted), np.array(weights), scenes


def main() -> None:
    """Fit, print how well it does, and write data/scene_styles.json."""
    names = list(styles())
    rows, wanted, weights, scenes = _items()
    weighted = rows * weights[:, None]
    inverse = np.linalg.inv(rows.T @ weighted + RIDGE * np.eye(rows.shape[1]))
    lines = inverse @ (weighted.T @ wanted)
    fitted = rows @ lines
    leverage = np.einsum("ij,jk,ik->i", rows, inverse, rows) * weights
    left_out = (fitted - leverage[:, None] * wanted) / (1 - leverage[:, None])
    for title, several in (("scenes with several styles", True), ("scenes of one style", False)):
        chosen = [scene for scene in scenes if (len(scene[1]) > 1) == several]
        right = {"lexicon": 0, "vectors": 0, "both": 0}
        for text, suited, row in chosen:
            fits = {name: float(left_out[row, place]) for place, name in enumerate(names)}
            words = lexicon_scores(text)
            both = together(words, fits, embed_scene(text)[1])
            for way, scores in (("lexicon", words), ("vectors", fits), ("both", both)):
                right[way] += max(scores, key=lambda name: scores[name]) in suited
        shares = ", ".join(f"{way} {100 * hits / len(chosen):.1f} %" for way, hits in right.items())
        print(f"{len(chosen)} {title}: {shares}")
    lines[-1] *= PRIOR
    kept = {
        name: [int(value) for value in np.round(lines[:, place] * SCALE)]
        for place, name in enumerate(names)
    }
    told = {
        "fitted_by": "script/fit_scene_styles.py",
        "word_vectors_sha256": table_sha256(),
        "scenes_sha256": hashlib.sha256((DATA / "style_scenes.json").read_bytes()).hexdigest(),
        "weights": kept,
    }
    text = json.dumps(told, separators=(",", ":")).replace('"weights":{', '"weights":{\n')
    WEIGHTS.write_text(text.replace('],"', '],\n"') + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
