"""Drafts by a language model for places of lines, behind the verifier of all writers.

The model comes as a function, so that this module knows none. A grammar forces the last
word to one that rhymes and the number of words to what the syllables need; of several
drafts those that the verifier passes are ranked by how likely the model finds them. Where
none passes the line by rules stands.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from compositions.composer.lyric_writing.bank import GENERAL, topics
from compositions.composer.lyric_writing.lines import printed
from compositions.composer.lyric_writing.prosody import forms, prosody, rhyme_of, words_of
from compositions.composer.lyric_writing.rewriting import LinePlace
from compositions.composer.lyric_writing.theme import Theme, read_theme
from compositions.composer.lyric_writing.verify import LineSlot, check_line
from compositions.composer.lyric_writing.writer import RULES
from compositions.composer.seeds import sub_seed

MODEL = "model"
"""Name of the language model on the lines it wrote."""
DRAFTS = 8
"""Drafts of each line, of which the best is taken."""
LEAST_LIKELY = -3.6
"""Mean log probability of a token under which a draft is taken for nonsense."""
LEAST_LIKELY_END = -8.0
"""Log probability of the last word under which a line is taken to end at random."""
_ENDS = 14


@dataclass(frozen=True, slots=True)
class Ask:
    """One request to the model: its prompt, a GBNF grammar, a seed and a token limit."""

    prompt: str
    grammar: str
    seed: int
    max_tokens: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model wrote, the mean log probability of its tokens, and that of its last word."""

    text: str
    likelihood: float
    ending: float = 0.0


Generate = Callable[[Ask], Answer]


@dataclass(frozen=True, slots=True)
class Draft:
    """The line for a place, who wrote it, and why drafts by the model were left out."""

    text: str
    writer: str
    refused: tuple[str, ...] = ()


def draft_lines(
    theme: str,
    places: Sequence[LinePlace],
    by_rules: Sequence[str | None],
    generate: Generate,
    *,
    seed: int,
    drafts: int = DRAFTS,
    on_line: Callable[[int, int], None] | None = None,
) -> list[Draft | None]:
    """Return a line for each place that the rule-based writer has one for.

    Lines that are the same by rules stay the same. ``on_line(done, all)`` is called before
    each new line. What ``generate`` raises is raised.
    """
    read = read_theme(theme)
    found: list[Draft | None] = []
    known: dict[str, Draft] = {}
    lines = [line for line in by_rules if line]
    ends = {words_of(line)[-1] for line in lines}
    new = list(dict.fromkeys(lines))
    for place, line in zip(places, by_rules, strict=True):
        if line is None:
            found.append(None)
            continue
        if lines.count(line) > 1 and line not in known:
            known[line] = Draft(line, RULES)  # the hook: chosen by rules, sung as it is
        if line not in known:
            if on_line is not None:
                on_line(len(known), len(new))
            rhymes = _rhymes_of(line, new, ends)
            earlier = [draft.text for draft in known.values()]
            known[line] = _draft(
                theme, read, place, line, rhymes, earlier, generate, seed + len(known), drafts
            )
            ends.add(words_of(known[line].text)[-1])
        found.append(known[line])
    return found


def _rhymes_of(line: str, lines: Sequence[str], taken: set[str]) -> list[str]:
    """Return the words that a line may end on: its own, and others that rhyme with it."""
    own = rhyme_of(words_of(line)[-1])
    partners = [rhyme_of(words_of(other)[-1]) for other in lines if other != line]
    partners = [other for other in partners if other.rhymes_with(own)]
    others = [
        word
        for word in _endings().get(own.sounds, ())
        if word not in taken and all(rhyme_of(word).rhymes_with(other) for other in partners)
    ]
    return [own.word, *others[: _ENDS - 1]]


def _endings() -> dict[tuple[str, ...], tuple[str, ...]]:
    """Return the words that lines of the bank end on, by their rhyme."""
    found: dict[tuple[str, ...], dict[str, None]] = {}
    for topic in topics("en").values():
        for chunk in topic.chunks:
            if chunk.kind in ("d", "p", "c", "h"):
                end = rhyme_of(words_of(chunk.text)[-1])
                if end.sounds:
                    found.setdefault(end.sounds, {})[end.word] = None
    return {sound: tuple(words) for sound, words in found.items()}


def _draft(
    theme: str, read: Theme, place: LinePlace, line: str, rhymes: Sequence[str],
    earlier: Sequence[str], generate: Generate, seed: int, drafts: int,
) -> Draft:  # fmt: skip
    best: tuple[float, str] | None = None
    refused: dict[str, None] = {}
    for number in range(drafts):
        ask = Ask(
            prompt_for(theme, read, place, line, earlier),
            grammar_for(place.slot, rhymes),
            sub_seed(seed, "song", "lyrics", f"draft:{number}") % 2**31,
            place.slot.syllables * 3 + 8,
        )
        answer = generate(ask)
        text = printed(" ".join(answer.text.split()).strip(" .,;:!?\"'"))
        faults = draft_faults(text, place, rhymes, earlier)
        if answer.likelihood < LEAST_LIKELY or answer.ending < LEAST_LIKELY_END:
            faults.append("The model itself finds it unlikely.")
        if faults:
            refused[f"“{text[:60]}”: {faults[0]}"] = None
        elif best is None or answer.likelihood > best[0]:
            best = (answer.likelihood, text)
    if best is None:
        return Draft(line, RULES, tuple(refused))
    return Draft(best[1], MODEL, tuple(refused))


def draft_faults(
    text: str, place: LinePlace, rhymes: Sequence[str], earlier: Sequence[str]
) -> list[str]:
    """Return what is wrong with a draft in its place, in words."""
    words = words_of(text)
    if not words:
        return ["There are no words."]
    starts = [words_of(line)[0] for line in earlier[-4:]]
    faults = check_line(text, place.slot, earlier=earlier)
    if words[-1] not in rhymes:
        faults = [*faults, f"It does not end on a word that rhymes with “{rhymes[0]}”."]
    if starts.count(words[0]) > 1:
        faults = [*faults, f"It begins with “{words[0]}”, as the lines before it do."]
    weak = frozenset(forms("en")["weak"])
    content = [word for word in words if word not in weak]
    if len(set(content)) < len(content):
        faults = [*faults, "It says a word twice."]
    if len(words) > 1 and words[-2] in _DANGLING and words[-1] in weak:
        faults = [*faults, "It breaks off."]
    return faults


_SHORT = frozenset({"i'm", "i'll", "don't", "can't", "it's", "won't", "i've"})
_DANGLING = frozenset({"the", "a", "an", "of", "and"})


def grammar_for(slot: LineSlot, rhymes: Sequence[str]) -> str:
    """Return a GBNF grammar of all lines for a slot: its syllables, stresses and rhymes.

    Words come from the bank of the rule-based writer; each rule "at<n>" says how a line may
    go on behind n syllables. Words are written as tries, which keeps the sampler fast.
    """
    rules: dict[str, str] = {}
    for at in range(slot.syllables):
        ways = []
        for length in (1, 2, 3):
            rest = slot.meter[at : at + length]
            if at + length < slot.syllables and _lexicon().get(rest):
                name = "w" + rest.replace("+", "s").replace("-", "u")
                ways.append(f'{name} " " at{at + length}')
                rules.setdefault(name, "")
        ends = [word for word in rhymes if _fits(word, slot.meter[at:])]
        if ends:
            ways.append(f"end{at}")
            rules[f"end{at}"] = _trie(ends) + ' "\\n"'
        rules[f"at{at}"] = " | ".join(ways)
    for name in [name for name, body in rules.items() if name.startswith("w")]:
        places = name[1:].replace("s", "+").replace("u", "-")
        rules[name] = _trie(_lexicon()[places])
    # A way that leads nowhere is no way.
    for at in reversed(range(slot.syllables)):
        ways = [way for way in rules[f"at{at}"].split(" | ") if way and _leads(way, rules)]
        rules[f"at{at}"] = " | ".join(ways)
    lines = [f"{name} ::= {body}" for name, body in rules.items() if body]
    return "\n".join(["root ::= at0", *lines]) + "\n"


def _leads(way: str, rules: dict[str, str]) -> bool:
    return way.startswith("end") or bool(rules[way.rsplit(" ", 1)[1]])


def _fits(word: str, places: str) -> bool:
    """Whether a word fills places exactly, with its stress on a strong one."""
    stresses = prosody(word).stresses
    return len(stresses) == len(places) and all(
        place == "+" for stress, place in zip(stresses, places, strict=True) if stress == 2
    )


@lru_cache(maxsize=1)
def _lexicon() -> dict[str, tuple[str, ...]]:
    """Return the words of the bank by the places that they fill ("+", "-+", "+-+" ...)."""
    words: dict[str, None] = {}
    for topic in topics("en").values():
        for chunk in topic.chunks:
            words.update(dict.fromkeys(words_of(f"{chunk.subject} {chunk.text}")))
    words.update(dict.fromkeys(forms("en")["weak"]))
    found: dict[str, list[str]] = {}
    for word in words:
        sung = prosody(word)
        odd = len(word) < 2 and word not in ("a", "i")
        if not sung.sure or odd or ("'" in word and word not in _SHORT):
            continue
        for places in ("+", "-", "+-", "-+", "+-+", "-+-"):
            # A long word wants its stress on the strong place, so that lines do not limp.
            if _fits(word, places) and (len(places) == 1 or 2 in sung.stresses):
                found.setdefault(places, []).append("I" + word[1:] if word[0] == "i" and (
                    word == "i" or word[1:2] == "'") else word)  # fmt: skip
    return {places: tuple(own) for places, own in found.items()}


def _trie(words: Sequence[str]) -> str:
    """Return words as nested groups of GBNF, common beginnings written once."""
    heads: dict[str, list[str]] = {}
    for word in sorted(set(words)):
        heads.setdefault(word[:1], []).append(word[1:])
    ways = []
    for head, tails in heads.items():
        if not head:
            ways.append('""')
        elif len(tails) == 1:
            ways.append(f'"{head}{tails[0]}"')
        else:
            ways.append(f'"{head}" {_trie(tails)}')
    return f"({' | '.join(ways)})"


def prompt_for(theme: str, read: Theme, place: LinePlace, line: str, earlier: Sequence[str]) -> str:
    """Return the prompt for one line: what it is about, an image, and the lines so far."""
    images = [
        chunk.subject or chunk.text
        for name in read.topics
        for chunk in topics("en")[name].chunks
        if chunk.kind in ("s", "n") and name != GENERAL
    ]
    image = images[(len(earlier) * 7 + 3) % len(images)] if images else theme
    kind = place.kind.replace("_", "-")
    before = "\n".join([*earlier[-3:]])
    return (
        "<|im_start|>system\nYou write song lyrics: short, simple, complete lines in good English."
        "<|im_end|>\n<|im_start|>user\n"
        f"Write the next lines of the {kind} of a song about {theme or 'love'}. "
        f"Mention {image}.<|im_end|>\n<|im_start|>assistant\n"
        + (before + "\n" if before else f"{line}\n")
    )
