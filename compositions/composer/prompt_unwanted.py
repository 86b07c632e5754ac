"""What shall not play: "no drums", "it shouldn't have any vocals", "everything but the banjo"."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from compositions.composer.prompt_vocabulary import Vocabulary, Word, choice
from compositions.composer.prompt_words import ROLE_WORDS, find_instrument, lexicon
from compositions.composer.text_reader import TextReader

_NOT = (
    r"(?:(?:do|does|did|should|would|could|must|can|may|might|will|shall|is|are|was|have|need)\s+not"
    r"|(?:do|does|did|should|would|could|must|ca|wo|is|are|was|have|need)n['’]?t|can['’]?t|cannot"
    r"|never|not)"
)
_VERB = (
    r"(?:wants?|needs?|uses?|using|includ(?:e|es|ing)|adds?|adding|ha(?:ve|s|ving)|plays?|playing|likes?"
    r"|puts?|contains?|features?|featuring|involves?|hears?|hearing|brings?|gives?(?:\s+me)?|be|there"
    r"|stands?|bear|care\s+for|make\s+it\s+with|go\s+with|even|with)"
)
_NEGATION = (
    rf"(?:no|without|w/o|minus|sans|zero|neither|nor|hates?|lacks?|nix|free\s+of"
    rf"|{_NOT}(?:\s+(?:to\s+)?{_VERB})+|not(?=\s+(?:any|a\s+single|one)\b)"
    r"|skip(?:ping)?|ditch(?:ing)?|lose(?=\s+(?:the|all|any)\b)|omit(?:ting)?|remov(?:e|ing)"
    r"|leav(?:e|ing)\s+out|exclud(?:e|ing)|avoid(?:ing)?|get(?:ting)?\s+rid\s+of|hold(?=\s+the\b)"
    r"|mute(?=\s+the\b)|drop(?=\s+the\b)|cut(?=\s+the\b)|kill(?=\s+the\b)|take\s+out|absolutely\s+no"
    r"|(?:everything|anything|anyone|all|whatever)(?:\s+you\s+(?:like|want))?,?\s+(?:but|except|save)"
    r"(?:\s+for)?|nothing\s+with|except(?:\s+for)?|apart\s+from|other\s+than|(?:no|any)\s+need\s+for"
    rf"|{_NOT}\s+(?:looking\s+for|keen\s+on|into)(?:\s+(?:anything|something)\s+with)?|no\s+more"
    rf"|{_NOT}\s+(?:want|need|like)\s+(?:anything|something)\s+with"
    r"|(?:instead|in\s+place)\s+of|rather\s+than|allergic\s+to|not\s+a\s+fan\s+of"
    r"|(?:replace|substitute|swap(?:\s+out)?)(?=\s+[\w\s]+?\s+(?:with|by|for)\b))"
)
_OF = (
    r"(?:(?:any|the|a|an|my|your|that|those|these|single|more|further|extra|additional|use\s+of"
    r"|(?:kind|sort|type|sound|sounds|trace|hint|form)s?\s+of|using|having)\s+)*"
)
_KIND_OF = (
    r"(?:(?:live|real|acoustic|electronic|heavy|loud|other|big|programmed|lead|backing|rhythm|solo)"
    r"\s+){0,2}"
)
_NO = rf"\b{_NEGATION}(?:\s*:)?\s+{_OF}"
_ALL = (
    r"\b(?:without|w/o|sans|neither|minus|avoid(?:ing)?|exclud(?:e|ing)|leav(?:e|ing)\s+out"
    rf"|(?:everything|anything)\s+(?:but|except)(?:\s+for)?|except(?:\s+for)?|{_NOT}\s+{_VERB}"
    rf")\s+{_OF}"
)
# "Exclude: drums, bass."
_LIST = rf"\b(?:no|without|exclude|excluding|unwanted|leave\s+out|avoid)\s*:\s*{_OF}"
_TAIL = r"\s+(?:at\s+all|whatsoever|please|either|parts?|sounds?|instruments?)"
_SECTIONS = r"\b(?!\s+(?:break|solo|section|bridge|intro|interlude|passage|part|outro|hook))"


@lru_cache(maxsize=1)
def _player() -> str:
    words = {word for word, (kind, _) in lexicon().items() if kind == "instrument"}
    return choice(sorted(words | set(ROLE_WORDS)))


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], ...]:
    # "No guitar solo" does not send the guitar away.
    item = (
        rf"{_KIND_OF}(?:{_player()})s?\b(?:{_TAIL}\b)?"
        r"(?!\s+(?:solo|riff|fill|break|intro|outro|bridge)s?\b)"
    )
    more = rf"(?:\s*,?\s*(?:or|nor|and\s+no|and\s+without|,\s*no|no)\s+{_OF}{item})*"
    every = rf"(?:\s*,\s*{_OF}{item})*\s*,?\s*(?:or|nor)\s+{_OF}{item}"
    joined = rf"(?:\s*,\s*{_OF}{item})*\s*(?:,?\s*and|&|\+)\s+{_OF}{item}"
    listed = rf"(?:\s*,\s*{_OF}{item})+(?=\s*(?:[.;\n]|$))"
    pairs = ((_NO, every), (_ALL, joined), (_LIST, listed), (_NO, more))
    found = [f"{lead}({item}{tail})" for lead, tail in pairs]
    found.append(rf"\b(?:leave|keep|cut|take|turn|get)\s+(?:the\s+)?({item})\s+(?:out|off|away)\b")
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in found)


def read_unwanted(reader: TextReader, found: Vocabulary) -> None:
    """Take what shall not play: role, family or instrument names.

    "No A, B and C" speaks of A alone, "without A, B and C" and "no A, B or C" of all.
    """

    def add(match: re.Match[str], name: str) -> None:
        word = Word(match.start(), match.end(), match[0].strip(), name)
        found.unwanted.append((word, name))

    for match in reader.take_all(r"\b(?:drum|beat|percussion)-?\s?(?:less|free)\b"):
        add(match, "drums")
    for match in reader.take_all(r"\b(bass|vocal|guitar|synth)-?(?:less|free)\b"):
        add(match, match[1].lower())
    for match in reader.take_all(
        rf"\b(?:purely\s+|fully\s+|all\s+)?instrumental{_SECTIONS}(?:\s+only)?"
        r"|\bnon-vocal\b|\bwordless\b|\bno\s+words\b"
    ):
        add(match, "vocal")
    for pattern in _patterns():
        for match in list(pattern.finditer(reader.left)):
            reader.mark(match.start(), match.end())
            _split(match, add)


def _split(match: re.Match[str], add: Callable[[re.Match[str], str], None]) -> None:
    pieces = re.split(r"\s*,\s*|\s+(?:and|or|nor|no)\s+|\s*[&+]\s*", match[1], flags=re.IGNORECASE)
    for piece in pieces:
        word = re.sub(rf"^(?:(?:or|nor|and|no|without)\s+)?{_OF}", "", piece.strip(" ,").lower())
        word = re.sub(rf"{_TAIL}$", "", word)
        name = unwanted_name(word) or unwanted_name(re.sub(rf"^{_KIND_OF}", "", word))
        if name:
            add(match, name)


def unwanted_name(word: str) -> str | None:
    """Return the role, family or instrument that a word rules out, or None."""
    for text in (word, word.removesuffix("s"), word.removesuffix("es")):
        if text in ROLE_WORDS:
            return ROLE_WORDS[text]
    instrument = find_instrument(word)
    if instrument is None:
        return None
    if instrument.percussion and instrument.name == "Drums":
        return "drums"
    return instrument.name
