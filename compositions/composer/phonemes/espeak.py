"""Asks espeak-ng how a word sounds, through the shared library of the wheel espeakng-loader.

The library keeps one state for the whole process, so a lock stands before it and the voice is
set before every word; what it answers depends on nothing but the word and the voice. Without
the library (another platform, a damaged installation) every answer is None.
"""

from __future__ import annotations

import ctypes
import os
import re
import threading
from functools import lru_cache

_SYNCHRONOUS = 2
_DO_NOT_EXIT = 0x8000
"""Report missing data instead of ending the process."""
_UTF8 = 1
_IPA_SPLIT = 0x02 | ord("_") << 8
"""IPA, with a low line between phonemes."""
_PORTUGUESE_VOWELS = "aeiouæɐɔɛɪʊəyɨ"
_SWITCH = re.compile(r"\([a-z-]+\)")
_VOICES = {
    "en": "en-us", "pt": "pt-br", "zh": "cmn", "yue": "yue", "no": "nb", "iw": "he", "in": "id",
    "fil": "id", "tl": "id",
}  # fmt: skip
_lock = threading.Lock()


def _after_fork() -> None:
    """A child process must not wait for a lock that a thread of its parent held."""
    global _lock
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


@lru_cache(maxsize=1)
def _library() -> ctypes.CDLL | None:
    """Load and start the library, once in a process; None where that is not possible."""
    try:
        import espeakng_loader

        library = ctypes.CDLL(espeakng_loader.get_library_path())
        library.espeak_Initialize.argtypes = [
            ctypes.c_int, ctypes.c_int, ctypes.c_char_p, ctypes.c_int,
        ]  # fmt: skip
        library.espeak_SetVoiceByName.argtypes = [ctypes.c_char_p]
        library.espeak_TextToPhonemes.argtypes = [
            ctypes.POINTER(ctypes.c_void_p), ctypes.c_int, ctypes.c_int,
        ]  # fmt: skip
        library.espeak_TextToPhonemes.restype = ctypes.c_char_p
        data = str(espeakng_loader.get_data_path()).encode()
    except (ImportError, OSError, AttributeError, RuntimeError):
        return None
    rate = library.espeak_Initialize(_SYNCHRONOUS, 0, data, _DO_NOT_EXIT)
    return library if rate > 0 else None


def available() -> bool:
    """Whether espeak-ng can be asked in this process."""
    with _lock:
        return _library() is not None


def phonemes_of(word: str, language: str) -> tuple[str, ...] | None:
    """Return the phonemes of a word in IPA with stress marks ("ˈ", "ˌ") before vowels.

    ``language`` is a BCP 47 tag. None where espeak-ng is not there, does not know the
    language or cannot read the word in it (it then spells or names what it sees).
    """
    with _lock:
        library = _library()
        if library is None or "\0" in word or not _set_voice(library, language):
            return None
        buffer = ctypes.create_string_buffer(word.encode("utf-8"))
        place = ctypes.c_void_p(ctypes.addressof(buffer))
        clauses: list[str] = []
        while place.value:
            found = library.espeak_TextToPhonemes(ctypes.byref(place), _UTF8, _IPA_SPLIT)
            clauses.append(found.decode("utf-8"))
    text = "_".join(clauses)
    if _SWITCH.search(text):
        return None
    # A hyphen marks a word that leans on the next one: nothing to sing.
    sounds = (sound.rstrip("-") for sound in re.split(r"[_\s]+", text))
    found = [sound for sound in sounds if sound.strip("ˈˌ")]
    if language.lower().startswith("pt"):
        found = _as_sung_in_portuguese(found)
    return tuple(found) or None


def _as_sung_in_portuguese(sounds: list[str]) -> list[str]:
    """Leave out what speech adds: the vowel behind the r of "arde"."""
    found: list[str] = []
    for place, sound in enumerate(sounds):
        following = sounds[place + 1 : place + 2]
        consonant = following and not set(following[0].strip("ˈˌ")[:1]) & set(_PORTUGUESE_VOWELS)
        if sound == "ə" and found and found[-1] == "ɾ" and consonant:
            continue
        found.append(sound)
    return found


def _set_voice(library: ctypes.CDLL, language: str) -> bool:
    tag = language.lower().replace("_", "-")
    short = tag.split("-")[0]
    for name in dict.fromkeys((tag, _VOICES.get(short, short), short)):
        if name in _VOICES and name != _VOICES[name]:
            continue  # "en" is the British voice; ours is the American one
        if library.espeak_SetVoiceByName(name.encode()) == 0:
            return True
    return False
