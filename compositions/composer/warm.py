"""Load once what composing needs, so that a process forked from this one starts at once.

A cold process reads vocabulary, styles, melody weights and pronunciations and builds its
patterns while it composes the first song; that costs more than the song. :func:`warm`
composes short ones instead and keeps nothing of them: what stays are caches of pure functions,
so that the songs composed after it are the same as without it.
"""

from __future__ import annotations

from collections.abc import Iterator

from compositions.composer.engine import compose
from compositions.composer.originality import known_hashes
from compositions.composer.prompt_parser import parse_prompt

# With words and without, with a style and with a scene that asks for one.
_SONGS = (
    "a folk pop song about leaving home in the rain, in G major at 96 bpm, four bars, with"
    " piano and guitar, no drums",
    "astronauts drift past the rings of Saturn, four bars",
)
# Their languages take other ways through the parser.
_OTHER_LANGUAGES = (
    "una canción triste en la menor con guitarra y sin batería, cuatro compases",
    "ein ruhiges Lied in h-Moll mit Geige und ohne Schlagzeug, vier Takte",
)


def warm() -> None:
    """Compose a few bars and drop them: about two seconds in a cold process, little later."""
    known_hashes()  # which a few bars may not need
    for _ in warm_by_pieces():
        pass


def warm_by_pieces() -> Iterator[None]:
    """Do what :func:`warm` does in pieces of some tenths of a second."""
    for prompt in _SONGS:
        spec = parse_prompt(prompt)
        yield
        compose(spec, seed=1)
        yield
    for prompt in _OTHER_LANGUAGES:
        parse_prompt(prompt)
        yield
