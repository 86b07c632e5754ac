"""From what was read to values: settle contradictions, weigh words, tell how sure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from compositions.composer.prompt_directions import one_meter
from compositions.composer.prompt_key import KeyMention
from compositions.composer.prompt_notes import settle
from compositions.composer.prompt_reference import Reference
from compositions.composer.prompt_tempo import TEMPO_HIGH, TEMPO_LOW, TempoMention
from compositions.composer.prompt_vocabulary import Vocabulary, Word
from compositions.composer.prompt_words import find_genre, moods, substitutes
from compositions.composer.spec import InstrumentRequest, KeyRequest
from compositions.composer.styles import instruments, styles

_OPPOSED = 0.5
MAX_SECONDS, MAX_BARS = 900.0, 1000
_CHANGE = re.compile(
    r"(?:modulat\w*|chang\w*|shift\w*|mov\w+|switch\w*|goes|go|transition\w*|ends?|ending|finish\w*"
    r"|key\s+change|up|raise\w*)\s+(?:\w+\s+){0,3}(?:to|into|in)\s*(?:the\s+key\s+of\s+)?$",
    re.IGNORECASE,
)
_LATER_PART = re.compile(
    r"\b(?:chorus|bridge|outro|ending|solo|middle|second\s+half|last\s+part|coda)\b[^,.;]{0,20}$",
    re.IGNORECASE,
)
_TAKEN_BACK = re.compile(
    r"\b(?:actually|no\s+wait|wait|instead|rather|scratch\s+that|sorry|i\s+mean|on\s+second\s+thought"
    r"|make\s+(?:it|that)|correction|better|nope)\b|\bno,",
    re.IGNORECASE,
)
_CORRECTED = re.compile(
    r"[\s,.;:!?–—-]*(?:(?:oh|ah|hm+|well|or|no|but)[\s,.-]+)?(?:actually|no[\s,]+wait|wait|rather"
    r"|scratch\s+that|sorry|i\s+mean(?:t)?|on\s+second\s+thoughts?|correction|make\s+(?:it|that)|no)"
    r"(?:[\s,:;.!–—-]+(?:no|wait|not|with|use|a|an|the|some|make|it|that|let's|have|rather|better))*"
    r"[\s,:;.!–—-]+",
    re.IGNORECASE,
)
# "jazz-influenced pop" and "with funk elements": the word before colours, it does not decide.
_COLOURS = re.compile(
    r"^[\s-]*(?:y\b|ish\b|influence[ds]?|inspired|tinged|flavou?r(?:ed|s)?|infused|elements?"
    r"|touch(?:es)?|undertones?|overtones?|hints?|accents?|tinge|twist|inflected)",
    re.IGNORECASE,
)
_COLOURED = re.compile(
    r"(?:influence[sd]?\s+(?:of|by|from)|(?:elements?|touch(?:es)?|hints?|a\s+bit|dash|traces?|tinge|flavou?r)"
    r"\s+of|meets|crossed\s+with|mixed\s+with|blend(?:ed|s)?\s+with|inspired\s+by)\s+(?:\w+\s+)?$",
    re.IGNORECASE,
)


_WIDE = frozenset(
    {"electronic", "electronic music", "acoustic", "acoustic music", "dance", "electronica"}
    | {"edm", "soundtrack", "score", "background music", "classical", "latin", "world", "brazilian"}
)


@dataclass(slots=True)
class Findings:
    """Field name -> (value, confidence), with notes and the words that were corrected."""

    values: dict[str, tuple[Any, float]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    corrected: frozenset[str] = frozenset()

    def set(self, name: str, value: Any, confidence: float) -> None:
        """Give a field a value."""
        self.values[name] = (value, round(confidence, 2))

    def get(self, name: str) -> Any:
        """Return the value of a field or None."""
        return self.values.get(name, (None, 0.0))[0]

    def note(self, text: str | None) -> None:
        """Keep a sentence, if there is one."""
        if text:
            self.notes.append(text)

    def sure(self, text: str, confidence: float) -> float:
        """Lower a confidence when the word was a corrected typing error."""
        corrected = any(word in self.corrected for word in re.findall(r"\w+", text.lower()))
        return round(confidence * 0.75, 2) if corrected else confidence


def use_keys(found: Findings, text: str, mentions: list[KeyMention]) -> None:
    """Set tonic and mode: the last key counts, but not one that the song moves to later."""
    home: list[KeyMention] = []
    for mention in mentions:
        before = text[max(0, mention.start - 60) : mention.start]
        before = re.sub(r"\bin\s*$", "in ", before)
        moves = _CHANGE.search(before) or _CHANGE.search(f"{before}in ")
        later = moves or _LATER_PART.search(before)
        if mention.tonic and home and later and not _TAKEN_BACK.search(before):
            after = text[mention.start + len(mention.text) :]
            _move_later(found, mention, before, after)
            continue
        home.append(mention)
    tonics = [mention for mention in home if mention.tonic]
    best = max((mention.confidence for mention in tonics), default=0.0)
    # A note that may be a key by chance does not overrule one that was named as a key.
    tonics = [mention for mention in tonics if mention.confidence >= min(best, 0.8) - 0.001]
    if tonics:
        last = tonics[-1]
        found.set("tonic", last.tonic, last.confidence)
        mode = last.mode or next((m.mode for m in reversed(home) if not m.tonic and m.mode), None)
        if mode:
            found.set("mode", mode.value, last.confidence)
        values = [(mention.tonic, mention.mode) for mention in tonics if mention.mode or not mode]
        if len(values) == len(tonics):
            found.note(settle([mention.text for mention in tonics], values))
    elif home and home[-1].mode:
        found.set("mode", home[-1].mode.value, home[-1].confidence)


def _move_later(found: Findings, mention: KeyMention, before: str, after: str) -> None:
    """ "A bridge in B minor" and "ends in D major": a change of key, not the key of the song."""
    part = r"(chorus|bridge|outro|solo|drop|middle)"
    place = re.search(rf"\b{part}\b[^,.;]*$", before, re.IGNORECASE) or re.match(
        rf"\s+(?:in|at|for|during|on|over)\s+the\s+{part}\b", after, re.IGNORECASE
    )
    section = place[1].lower() if place else "last chorus"
    mode = f" {mention.mode.value.replace('_', ' ')}" if mention.mode else ""
    change = KeyRequest("bridge" if section == "middle" else section, f"{mention.tonic}{mode}")
    found.set("key_changes", (*(found.get("key_changes") or ()), change), 0.7)


def use_length(
    found: Findings, bars: list[tuple[int, int]], seconds: list[tuple[int, float]]
) -> None:
    """Set bars and seconds; when the form has its own bars they rule."""
    if bars:
        asked = [count for _, count in bars]
        counts = [min(MAX_BARS, max(1, count)) for count in asked]
        if asked[-1] != counts[-1]:
            found.note(f"A song of {asked[-1]} bars is not possible; it has {counts[-1]}.")
        found.set("bars", counts[-1], 1.0)
        found.note(settle([f"{count} bars" for count in counts], counts))
    if seconds:
        lengths = [min(MAX_SECONDS, max(5.0, length)) for _, length in seconds]
        if seconds[-1][1] != lengths[-1]:
            found.note(
                f"A song lasts 5 seconds to {MAX_SECONDS / 60:g} minutes; {lengths[-1]:g} seconds"
                " are used."
            )
        found.set("seconds", lengths[-1], 1.0)
        found.note(settle([f"{length:g} seconds" for length in lengths], lengths))


def use_meters(
    found: Findings, mentions: list[tuple[int, tuple[int, int], float, str]], text: str
) -> None:
    """Set the meter: the last one named, but the first where sections have their own."""
    if not mentions:
        return
    if note := one_meter(text, mentions):
        found.note(note)
        mentions = mentions[:1]
    _, meter, sure, text = mentions[-1]
    found.set("meter", meter, found.sure(text, sure))
    found.note(settle([entry[3] for entry in mentions], [entry[1] for entry in mentions]))


def use_tempos(found: Findings, mentions: list[TempoMention]) -> None:
    """Set the tempo: a number beats a word, later beats earlier, Italian beats "slow"."""
    exact = [mention for mention in mentions if mention.exact]
    sure = [mention for mention in exact if mention.confidence >= 0.85] or exact
    words = [mention for mention in mentions if not mention.exact]
    if sure:
        last = sure[-1]
        found.set("tempo", last.bpm, found.sure(last.text, last.confidence))
        if last.low != last.high:
            found.set("tempo_range", (last.low, last.high), last.confidence)
        found.note(settle([m.text for m in sure], [m.bpm for m in sure], f"{last.bpm:g}"))
        number = re.search(r"\d+(?:\.\d+)?", last.text)
        if number and not TEMPO_LOW <= float(number[0]) <= TEMPO_HIGH:
            found.note(f"{number[0]} bpm is out of reach; {last.bpm:g} bpm is used.")
        for word in words:
            if not word.low * 0.85 <= last.bpm <= word.high * 1.15:
                found.note(
                    f'You asked for "{word.text}" and for {last.bpm:g} bpm; {last.bpm:g} is used.'
                )
        return
    if not words:
        return
    named = [mention for mention in words if mention.confidence >= 0.9] or words
    last = named[-1]
    if any(m.high < last.low or m.low > last.high for m in named):
        found.note(settle([m.text for m in named], [m.bpm for m in named]))
    bpm = _tempo_in((last.bpm, last.low, last.high), found.get("genre"))
    found.set("tempo", bpm, found.sure(last.text, min(0.75, last.confidence)))
    found.set("tempo_range", (last.low, last.high), last.confidence)


def _tempo_in(bounds: tuple[float, float, float], genre: str | None) -> float:
    """A tempo word within a style's own range where the two meet."""
    typical, low, high = bounds
    if genre is None:
        return typical
    style_low, style_high = styles()[genre].tempo
    return float(min(high, max(low, min(style_high, max(style_low, typical)))))


def use_vocabulary(found: Findings, text: str, words: Vocabulary, blues: bool) -> None:
    """Set genre, blend, instruments, unwanted and moods."""
    if blues and not words.genres:
        words.genres.append(Word(0, 0, "blues", find_genre("blues") or "blues"))
    if not words.genres:  # "ragtime piano" and "jazz guitar" name a style by the way
        for word, _ in words.instruments:
            first = re.match(r"[\w&-]+(?=\s)", word.text)
            if first and (name := find_genre(first[0])):
                words.genres.append(Word(word.start, word.start + first.end(), first[0], name))
    _use_genres(found, text, words.genres)
    _without_corrected(found, text, words)
    _use_instruments(found, words)
    if words.not_moods and not words.moods:  # "nothing sad" is happy, "not too dark" is not dark
        denied = sum(moods()[word.name].valence for word in words.not_moods)
        word = words.not_moods[-1]
        words.moods.append(
            Word(word.start, word.end, word.text, "hopeful" if denied < 0 else "calm")
        )
        found.note(f'"{word.text}" was ruled out: the song is {words.moods[0].name} instead.')
    if words.moods:
        names = tuple(dict.fromkeys(word.name for word in words.moods))
        bright = max(names, key=lambda name: (moods()[name].valence, name))
        dark = min(names, key=lambda name: (moods()[name].valence, name))
        if moods()[bright].valence >= _OPPOSED and moods()[dark].valence <= -_OPPOSED:
            found.note(f"You asked for {bright} and {dark}: the song lies between them.")
        found.set("mood", names, min(found.sure(word.text, 0.9) for word in words.moods))
        arousal = sum(moods()[name].arousal for name in names) / len(names)
        if found.get("energy") is None:
            found.set("energy", round(arousal, 2), 0.6)


def use_references(found: Findings, references: list[Reference]) -> None:
    """Let names of artists, films and games decide what the words leave open."""
    if not references:
        return
    first = references[0]
    named = [*(style for r in references for style in (r.style, *r.blend))]
    genre = found.get("genre")
    if genre is None:
        genre = first.style
        found.set("genre", genre, 0.8)
    others = [*(found.get("blend") or ()), *named]
    if blend := tuple(dict.fromkeys(name for name in others if name != genre))[:2]:
        found.set("blend", blend, 0.6)
    if first.tempo and genre == first.style and found.get("tempo") is None:
        found.set("tempo", round(sum(first.tempo) / 2), 0.5)
        found.set("tempo_range", first.tempo, 0.5)
    if first.moods and found.get("mood") is None:
        found.set("mood", first.moods, 0.5)
    for reference in references:
        found.note(reference.said)


def _use_genres(found: Findings, text: str, genres: list[Word]) -> None:
    if not genres:
        return
    main = [w for w in genres if not _colours(text, w)] or genres
    # Where words stand side by side the last is the noun: "folk rock" is rock.
    groups: list[list[Word]] = []
    for word in main:
        gap = text[groups[-1][-1].end : word.start] if groups else ","
        if groups and re.fullmatch(r"[\s/&-]*|\s+and\s+", gap):
            groups[-1].append(word)
        else:
            groups.append([word])
    chosen = groups[0]
    for group in groups[1:]:  # "rock ... no, make it jazz"
        if _TAKEN_BACK.search(text[chosen[-1].end : group[0].start]):
            found.note(settle([chosen[-1].text, group[-1].text], [chosen[-1].name, group[-1].name]))
            genres = [word for word in genres if word.start >= group[0].start]
            chosen = group
    # "ambient electronic" is ambient: a word for half of all music steps back.
    chosen = [word for word in chosen if word.text.lower() not in _WIDE] or chosen
    names = [word.name for word in chosen]
    others = [word for word in genres if word not in chosen]
    lone_waltz = all(word.name == "waltz" for word in genres)
    if "waltz" in (word.name for word in genres):
        found.set("meter", (3, 4), 0.9)
    if not lone_waltz and names[-1] == "waltz":
        # "jazz waltz": the word that is a meter steps back.
        rest = [word.name for word in [*chosen, *others] if word.name != "waltz"]
        name = rest[0]
    else:
        name = names[-1] if re.search(r"\band\b", _between(text, chosen)) is None else names[0]
    blend = [word.name for word in genres if word.name not in (name, "waltz")]
    sure = 0.95 if not blend else 0.75
    text_of = next(word.text for word in genres if word.name == name)
    found.set("genre", name, found.sure(text_of, sure))
    if blend:
        found.set("blend", tuple(dict.fromkeys(blend))[:2], 0.7)


def _between(text: str, words: list[Word]) -> str:
    return text[words[0].end : words[-1].start] if len(words) > 1 else ""


def _colours(text: str, word: Word) -> bool:
    return bool(_COLOURS.match(text[word.end :]) or _COLOURED.search(text[: word.start]))


def _without_corrected(found: Findings, text: str, words: Vocabulary) -> None:
    """Drop "a clarinet" of "a clarinet - no wait, a flute"."""
    ordered = sorted(words.instruments, key=lambda entry: entry[0].start)
    for (word, request), (later, other) in pairwise(ordered):
        if request.name != other.name and _CORRECTED.fullmatch(text[word.end : later.start]):
            words.instruments.remove((word, request))
            words.unwanted.append(
                (Word(word.start, later.start, word.text, request.name), request.name)
            )
            found.note(settle([word.text, later.text], [request.name, other.name]))


def _use_instruments(found: Findings, words: Vocabulary) -> None:
    wanted: dict[str, tuple[Word, InstrumentRequest]] = {}
    for word, request in words.instruments:
        before = wanted.get(request.name)
        if before is None or before[1].generic:
            wanted[request.name] = (word, request)
    unwanted: dict[str, Word] = {name: word for word, name in words.unwanted}
    for name, (word, request) in list(wanted.items()):
        for banned, place in list(unwanted.items()):
            if place.start == word.start or not _rules_out(banned, request):
                continue
            if place.start > word.start:
                del wanted[name]
                found.note(f"You asked for {word.text} and later for none; none is used.")
                break
            if request.name == banned or request.roles[:1] == (banned,):
                del unwanted[banned]
                found.note(f"You asked for no {banned} and later for {word.text}; it plays.")
    for name, (word, _) in wanted.items():
        written = re.sub(r"\s+", " ", word.text.lower())
        if written in substitutes() and instruments()[name].family not in ("drums", "percussion"):
            found.note(f"There is no {written}; {name} plays instead.")
    if wanted:
        sure = min(found.sure(word.text, 1.0) for word, _ in wanted.values())
        found.set("instruments", tuple(request for _, request in wanted.values()), sure)
        if words.closed:
            found.set("instruments_only", True, words.closed)
    if unwanted:
        found.set("unwanted", tuple(unwanted), 1.0)


def _rules_out(banned: str, request: InstrumentRequest) -> bool:
    if request.name == banned:
        return True
    if request.percussion:
        return banned in request.roles or banned == "drums"
    plain = {"bass": "bass", "vocal": "vocal"}
    if banned in plain:
        return request.roles[:1] == (plain[banned],)
    known = instruments().get(request.name)
    return known is not None and known.family == banned
