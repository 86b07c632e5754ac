"""The formats that a song can be exported in, and what can be chosen for each."""

from __future__ import annotations

from dataclasses import dataclass, field

from compositions.models import Export
from compositions.sound.encoding import BIT_DEPTHS, FORMAT_RATES, FORMATS, SAMPLE_RATES
from media.models import Asset

STRETCH_CHOICES = ("from_bar", "to_bar", "from_seconds", "to_seconds")
RANGE_CHOICES = (*STRETCH_CHOICES, "loop", "count_in_bars")
"""The choices of a stretch; every sound format has them."""
STEM_CHOICES = ("stem_effects", "stem_per", "stem_format")
_WITH_BIT_RATE = ("mp3", "m4a")


@dataclass(frozen=True, slots=True)
class FormatFacts:
    """What is known of one format.

    ``ending`` is that of the file; ``settings`` the names of what can be chosen for it;
    ``needs_mix`` tells sound from what is written from the document, ``needs_stems`` what is
    rendered anew for its tracks. A ``folder`` is packed as a ZIP. ``file_suffix`` tells files of
    the same ending apart.
    """

    value: str
    ending: str
    kind: str
    settings: tuple[str, ...] = ()
    needs_mix: bool = False
    needs_stems: bool = False
    folder: bool = False
    sample_rates: tuple[int, ...] = ()
    bit_depths: tuple[int, ...] = ()
    file_suffix: str = ""
    about: str = field(default="")

    @property
    def label(self) -> str:
        """The format as people know it."""
        return str(Export.Format(self.value).label)


_ABOUT = {
    "wav": "For mixing and mastering elsewhere",
    "aiff": "The same for Apple's programs",
    "flac": "Lossless, half the size",
    "mp3": "Plays everywhere",
    "m4a": "AAC, for phones and tablets",
    "ogg": "Vorbis, free of patents",
    "opus": "The smallest that sounds good",
}


def _sound(name: str) -> FormatFacts:
    depths = BIT_DEPTHS.get(name, ())
    settings = ["sample_rate", *RANGE_CHOICES]
    settings += ["bit_depth"] if depths else []
    settings += ["bitrate_kbps"] if name in _WITH_BIT_RATE else []
    return FormatFacts(
        value=name,
        ending=name,
        kind=Asset.Kind.AUDIO,
        settings=tuple(sorted(settings)),
        needs_mix=True,
        sample_rates=FORMAT_RATES[name],
        bit_depths=depths,
        about=_ABOUT[name],
    )


def _sheet_music(name: str, suffix: str, about: str) -> FormatFacts:
    return FormatFacts(
        name, "pdf", Asset.Kind.DOCUMENT, settings=("paper",), file_suffix=f" ({suffix})",
        about=about,
    )  # fmt: skip


FACTS: dict[str, FormatFacts] = {
    facts.value: facts
    for facts in (
        *(_sound(name) for name in ("wav", "aiff", "flac", "mp3", "m4a", "ogg", "opus")),
        FormatFacts(
            "stems",
            "zip",
            Asset.Kind.ARCHIVE,
            settings=tuple(sorted(("sample_rate", "bit_depth", *STEM_CHOICES, *RANGE_CHOICES))),
            needs_mix=True,
            needs_stems=True,
            folder=True,
            sample_rates=SAMPLE_RATES,
            bit_depths=BIT_DEPTHS["wav"],
            about="A file for each track or group, to mix elsewhere",
        ),
        FormatFacts(
            "daw",
            "zip",
            Asset.Kind.ARCHIVE,
            settings=("bit_depth", "sample_rate", "stem_effects"),
            needs_mix=True,
            needs_stems=True,
            folder=True,
            sample_rates=SAMPLE_RATES,
            bit_depths=BIT_DEPTHS["wav"],
            about="Stems, notes, tempo and markers with DAWproject and REAPER files",
        ),
        FormatFacts(
            "archive",
            "ariaforge",
            Asset.Kind.ARCHIVE,
            about="The song with all its history, for another AriaForge",
        ),
        FormatFacts(
            "video",
            "mp4",
            Asset.Kind.VIDEO,
            settings=tuple(sorted(("shape", "picture", *STRETCH_CHOICES))),
            needs_mix=True,
            about="With cover and words in time, for sharing",
        ),
        FormatFacts(
            "midi",
            "mid",
            Asset.Kind.MIDI,
            settings=("midi_type",),
            about="The notes as they are played, for any studio program",
        ),
        FormatFacts(
            "musicxml",
            "musicxml",
            Asset.Kind.DOCUMENT,
            about="The notes as they are written, for notation programs",
        ),
        FormatFacts(
            "chordpro",
            "cho",
            Asset.Kind.DOCUMENT,
            about="Chords over the words, for singing along",
        ),
        FormatFacts(
            "lrc",
            "lrc",
            Asset.Kind.DOCUMENT,
            settings=("words",),
            about="The words with their times, for karaoke",
        ),
        _sheet_music("pdf_score", "score", "Sheet music of all instruments, to print"),
        _sheet_music("pdf_parts", "parts", "Sheet music for each player"),
        _sheet_music("lead_sheet", "lead sheet", "Melody, words and chords on one staff"),
    )
}
"""Every single format by its name, in the order in which they are offered. ``zip`` is none of
them: it holds several."""

SETTINGS: tuple[str, ...] = tuple(
    sorted({name for facts in FACTS.values() for name in facts.settings})
)

assert set(FORMATS) <= set(FACTS)  # noqa: S101 - what the encoder can, the studio offers
