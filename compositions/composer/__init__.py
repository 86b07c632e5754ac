"""The composer: from a prompt to a musical score, deterministic and without Django.

``parse_prompt`` reads plain English and explicit fields into a :class:`MusicSpec`;
``compose`` turns a specification and a seed into a :class:`Composition`.
"""

from compositions.composer.critics import Confidence, ConfidencePart, measure
from compositions.composer.engine import ENGINE_VERSION, Composition, compose
from compositions.composer.prompt_parser import parse_prompt
from compositions.composer.spec import MusicSpec, Source, SpecField

__all__ = [
    "ENGINE_VERSION",
    "Composition",
    "Confidence",
    "ConfidencePart",
    "MusicSpec",
    "Source",
    "SpecField",
    "compose",
    "measure",
    "parse_prompt",
]
