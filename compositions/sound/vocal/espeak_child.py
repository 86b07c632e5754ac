"""Speaks words with espeak-ng in a process of its own; run by :mod:`.speaking`, never imported.

    python espeak_child.py LIBRARY DATA < request.json > answer

The request is ``{"pitch": hertz, "rate": words a minute, "words": [[[voice, ...], text], ...]}``.
The answer is a line of JSON, ``{"sample_rate": n, "words": [{"frames": n, "phonemes": [[ipa,
frame], ...]} or null, ...]}``, and then the samples of all words, 16 bits little-endian. The first
voice that espeak-ng has speaks; null is none.

espeak-ng keeps its state (noise, phases, buffers) from word to word and for the whole process.
Here it always begins fresh, so that the same request gives the same bytes, whoever else in the
studio asks it for phonemes; and a fault of the library ends this process and not the render.
"""

from __future__ import annotations

import ctypes
import json
import sys

SYNCHRONOUS = 2
PHONEME_EVENTS_IN_IPA = 0x01 | 0x02
DO_NOT_EXIT = 0x8000
RATE = 1
UTF8 = 1
PHONEMES_IN_BRACKETS = 0x100
LIST_END, PHONEME = 0, 7


class Event(ctypes.Structure):
    """``espeak_EVENT`` of speak_lib.h; ``sample`` is the frame that it stands at."""

    _fields_ = [
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("string", ctypes.c_char * 8),
    ]


def main() -> None:
    """Answer the request on the standard input."""
    library = ctypes.CDLL(sys.argv[1])
    sample_rate = library.espeak_Initialize(
        SYNCHRONOUS, 0, sys.argv[2].encode(), PHONEME_EVENTS_IN_IPA | DO_NOT_EXIT
    )
    if sample_rate <= 0:
        raise SystemExit("espeak-ng does not start")
    library.espeak_Synth.argtypes = [
        ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint, ctypes.c_int, ctypes.c_uint,
        ctypes.c_uint, ctypes.c_void_p, ctypes.c_void_p,
    ]  # fmt: skip
    samples: list[bytes] = []
    phonemes: list[tuple[str, int]] = []

    def collect(wave: int | None, count: int, events: ctypes.Array[Event]) -> int:
        if wave and count > 0:
            samples.append(ctypes.string_at(wave, count * 2))
        place = 0
        while events[place].type != LIST_END:
            if events[place].type == PHONEME:
                name = events[place].string.decode("utf-8", "replace")
                phonemes.append((name, events[place].sample))
            place += 1
        return 0

    callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.POINTER(Event))(
        collect
    )
    library.espeak_SetSynthCallback(callback)
    request = json.load(sys.stdin)
    answers: list[dict[str, object] | None] = []
    spoken: list[bytes] = []
    for voices, text in request["words"]:
        samples.clear()
        phonemes.clear()
        if all(library.espeak_SetVoiceByName(voice.encode()) != 0 for voice in voices):
            answers.append(None)
            continue
        # It begins with the time of day; its noise and its tremor are drawn from this.
        library.espeak_ng_SetRandSeed(ctypes.c_long(1))
        library.espeak_SetParameter(RATE, request["rate"], 0)
        library.espeak_ng_SetConstF0(request["pitch"])
        data = text.encode("utf-8")
        flags = UTF8 | PHONEMES_IN_BRACKETS
        library.espeak_Synth(data, len(data) + 1, 0, 1, 0, flags, None, None)
        wave = b"".join(samples)
        spoken.append(wave)
        answers.append({"frames": len(wave) // 2, "phonemes": list(phonemes)})
    header = json.dumps({"sample_rate": sample_rate, "words": answers})
    sys.stdout.buffer.write(header.encode() + b"\n" + b"".join(spoken))


if __name__ == "__main__":
    main()
