"""Prompt to files without a database: what the command line and the jobs both do."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings

from compositions.composer import Composition as Composed
from compositions.composer import compose, parse_prompt
from compositions.composer.filling import CONFIDENCE, fill_open
from compositions.composer.spec import Source
from compositions.documents import music_hash
from compositions.score.midi import write_midi
from compositions.score.serialisation import to_dict
from compositions.sound import SoundError, SoundFont, Tags, find_default_soundfont
from compositions.sound.instruments.cache import own_soundfont
from compositions.sound.stem_cache import StemCache
from compositions.sound.synthesis import engine_identity

Progress = Callable[[float, str], None]


def compose_from_prompt(
    prompt: str,
    *,
    seed: int,
    lyrics: str = "",
    overrides: dict[str, Any] | None = None,
    filled: Mapping[str, Any] | None = None,
    on_progress: Progress | None = None,
) -> Composed:
    """Read the prompt and compose. ``overrides`` are fields that beat the prompt.

    ``filled`` holds an ``answer`` to what the prompt leaves open
    (:func:`compositions.composer.filling.fill_open`), ``notes`` about it, and perhaps
    ``lyrics``: words to sing in the places of those that the composer writes by rules.

    Raises ``ValueError`` for an empty prompt and for what the composer refuses.
    """
    if not prompt.strip():
        raise ValueError("The prompt is empty; say in a few words what you want to hear.")
    spec = parse_prompt(prompt, overrides=overrides)
    if filled:
        spec = fill_open(spec, filled["answer"]).spec.with_note(*filled["notes"])
    composed = compose(spec, seed=seed, lyrics=lyrics or None, on_progress=on_progress)
    words = (filled or {}).get("lyrics")
    if not words or not written_by_rules(composed):
        return composed
    # Everything else as it was decided, the title with its hook included.
    decided = composed.spec.with_value("lyrics", words, Source.LLM, CONFIDENCE)
    if decided.title.value is None:
        decided = decided.with_value("title", composed.title, Source.STYLE, CONFIDENCE)
    return compose(decided, seed=seed)


def written_by_rules(composed: Composed) -> str:
    """Return the words that the composer wrote for the song itself, empty for others and none."""
    lyrics = composed.spec.lyrics
    return str(lyrics.value or "") if lyrics.source is Source.DEFAULT else ""


def describe_composed(composed: Composed) -> dict[str, Any]:
    """All that is known of a composed song as plain JSON, the score included."""
    return {
        "title": composed.title,
        "seed": composed.seed,
        "engine_version": composed.engine_version,
        "spec": composed.spec.to_dict(),
        "theory": composed.theory,
        "explanation": composed.explanation,
        "confidence": composed.confidence.to_dict(),
        "content_hash": music_hash(composed.score),
        "score": to_dict(composed.score),
    }


def write_composed(composed: Composed, *, midi: Path | None, json_path: Path | None) -> None:
    """Write the song as MIDI and as JSON; folders are made as needed."""
    if midi is not None:
        midi.parent.mkdir(parents=True, exist_ok=True)
        midi.write_bytes(write_midi(composed.score))
    if json_path is not None:
        json_path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(describe_composed(composed), ensure_ascii=False, indent=1)
        json_path.write_text(text + "\n", encoding="utf-8")


def soundfont_paths() -> tuple[Path, ...]:
    """The SoundFonts in use: the General MIDI one, then the studio's own, built when needed.

    Raises ``SoundError`` that says what to do when one is missing.
    """
    general = Path(settings.SOUNDFONT_PATH) if settings.SOUNDFONT_PATH else None
    first = general or find_default_soundfont(settings.BASE_DIR)
    try:
        return first, own_soundfont(settings.VAR_DIR / "soundfonts")
    except OSError as error:
        raise SoundError(
            f"The studio's own instruments could not be written to {settings.VAR_DIR}: "
            f"{error.strerror or error}."
        ) from error


def stem_cache() -> StemCache | None:
    """Where the stems of earlier renders are kept; None when none are."""
    if settings.STEM_CACHE_MB <= 0:
        return None
    return StemCache(settings.VAR_DIR / "stems", settings.STEM_CACHE_MB * 1_000_000)


def made_with(fonts: Sequence[Path]) -> dict[str, Any]:
    """All that a render's bytes depend on besides song and parameters, as plain JSON.

    The programs of the synthesis, and the SHA-256 of each SoundFont under its file's name.
    """
    return {
        "engine": engine_identity(),
        "soundfonts": {path.name: SoundFont(path).sha256 for path in fonts},
    }


def tags_for(*, title: str, theory: dict[str, Any] | None = None) -> Tags:
    """The tags that every audio file of a song carries: title, tempo, key."""
    theory = theory or {}
    tempo = theory.get("tempo")
    return Tags(
        title=title,
        comment="Made with AriaForge",
        bpm=float(tempo) if isinstance(tempo, int | float) else None,
        key=str(theory.get("key") or ""),
    )
