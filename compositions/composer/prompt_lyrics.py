"""Lyrics inside a prompt: lines under section tags, told from what describes the music."""

from __future__ import annotations

import re

from compositions.composer.prompt_form import KINDS
from compositions.composer.prompt_harmony import is_chord

_TAG = re.compile(rf"^\s*\[\s*(?:{KINDS})\b[^\]]*\]", re.IGNORECASE)
_PLAIN_TAG = re.compile(rf"^\s*\(?(?:{KINDS})\s*\d?\)?\s*:\s*(.*)$", re.IGNORECASE)
_BARE_TAG = re.compile(rf"^\s*(?:\(\s*(?:{KINDS})\s*\d?\s*\)|(?:{KINDS})\s*\d?)\s*$", re.IGNORECASE)
_HEADING = re.compile(
    r"^\s*(?:lyrics|words|letra|paroles|text|testo|songtext)\s*:\s*(.*)$", re.IGNORECASE
)
_INLINE = re.compile(rf"\[\s*(?:{KINDS})\b[^\]]*\]", re.IGNORECASE)
_DIRECTIONS = re.compile(
    r"\b(?:bpm|tempo|key of|major|minor|drums?|bars?|chords?|instrumental|strings?|guitars?|piano"
    r"|synths?|bass|energy|soft|quiet|loud|dynamic|build)\b",
    re.IGNORECASE,
)


def split_lyrics(prompt: str) -> tuple[str, str | None]:
    """Return (what describes the music, the lyrics with their tags or None).

    A line belongs to the lyrics when it stands under a section tag or behind "Lyrics:"
    and is neither chords nor a direction; the tags stay in both. An empty line ends the
    lyrics only before a line that is clearly a direction.
    """
    lines = _one_tag_a_line(prompt).splitlines()
    if len(lines) < 2:
        return prompt, None
    music: list[str] = []
    sung: list[str] = []
    inside = False
    words = False
    bare = sum(_BARE_TAG.match(line) is not None for line in lines) > 1
    for line in lines:
        if bare and _BARE_TAG.match(line):  # "(Verse 1)" in a line of its own
            line = f"[{line.strip(' ()')}]"
        plain = _PLAIN_TAG.match(line)
        heading = _HEADING.match(line)
        if heading:
            inside = True
            if heading[1].strip():
                sung.append(heading[1])
                words = True
        elif (tag := _TAG.match(line)) and not _INLINE.search(line, tag.end()):
            inside = True
            music.append(tag[0])
            sung.append(tag[0])
            rest = line[tag.end() :].strip()
            if rest and _is_words(rest):
                sung.append(rest)
                words = True
            elif rest:
                music.append(rest)
        elif plain and len(lines) > 1 and (not plain[1].strip() or _is_words(plain[1])):
            inside = True
            name = line.split(":", 1)[0].strip(" ()")
            music.append(f"[{name}]")
            sung.append(f"[{name}]")
            if plain[1].strip():
                sung.append(plain[1].strip())
                words = True
        elif inside and line.strip() and _is_words(line):
            sung.append(line.strip())
            words = True
        elif inside and not line.strip():
            sung.append("")
        else:
            music.append(line)
    if not words:
        return prompt, None
    return "\n".join(music), "\n".join(sung).strip()


def _one_tag_a_line(prompt: str) -> str:
    """Put tags that are followed by words in the same line on lines of their own."""
    if "\n" in prompt.strip() and not re.search(r"\S[^\n]*\[", prompt):
        return prompt
    tags = list(_INLINE.finditer(prompt))
    if not tags:
        return prompt
    ends = [tag.end() for tag in tags]
    starts = [tag.start() for tag in tags[1:]] + [len(prompt)]
    between = [prompt[a:b].strip() for a, b in zip(ends, starts, strict=True)]
    sung = [len(text.split()) for text in between if _is_words(text)]
    if sum(count >= 3 for count in sung) < 2 and sum(sung) < 9:
        return prompt
    return _INLINE.sub(lambda match: f"\n{match[0]}\n", prompt)


def _is_words(line: str) -> bool:
    """Tell a line to sing from chords, a stage direction or a wish about the music."""
    text = line.strip()
    if not re.search(r"[^\W\d_]{2}", text) or re.fullmatch(r"\(.*\)|\[.*\]", text):
        return False
    tokens = [token for token in re.split(r"[\s|,–—-]+", text) if token]
    if tokens and sum(is_chord(token) for token in tokens) >= 0.6 * len(tokens):
        return False
    return len(_DIRECTIONS.findall(text)) < 2 and not re.search(
        r"\d\s*bpm|^\s*\d+\s*bars|(?:key|tempo|style|genre|chords)\s*[:=]", text, re.IGNORECASE
    )
