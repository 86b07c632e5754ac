"""Writes one export: a file of one format, or a ZIP of several."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from ariaforge.files import clean_filename
from ariaforge.jobs.registry import JobError
from compositions.documents import load_score
from compositions.exporting.choices import cut_of, for_format
from compositions.exporting.formats import FACTS
from compositions.exporting.tags import artist_of, cover_of, song_tags
from compositions.models import Composition, Export
from compositions.score.chordpro import write_chordpro
from compositions.score.document import Score
from compositions.score.lrc import write_lrc
from compositions.score.midi import write_midi
from compositions.score.musicxml import write_musicxml
from compositions.sound import Tags, encode
from compositions.sound.encoding import AudioFormat

Progress = Callable[[float, str], None]
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
"""The same files give the same ZIP, whenever it is made."""
_STORED = frozenset({".mp3", ".m4a", ".ogg", ".opus", ".flac"})
"""What is compressed already."""


class Writer:
    """Writes the formats of one song into a folder; what several need is read once.

    ``remarks`` gathers what the files do not say.
    """

    def __init__(self, export: Export, folder: Path) -> None:
        self._export = export
        self._folder = folder
        self.composition: Composition = export.composition
        self.remarks: list[str] = []

    @cached_property
    def score(self) -> Score:
        """The song's document as it is now."""
        return load_score(self.composition)

    @cached_property
    def tags(self) -> Tags:
        """What sound files say about the song."""
        return song_tags(self.composition, self.score)

    @cached_property
    def cover(self) -> bytes | None:
        """The project's cover."""
        return cover_of(self.composition.project)

    @cached_property
    def mix(self) -> Path:
        """A copy of the mix in the folder. Raises ``JobError`` when the mix is gone."""
        render = self._export.render
        if render is None or render.mix is None:
            raise JobError("mix_is_gone", "The mix of this song is gone; render it again first.")
        local = self._folder / "mix.source.wav"
        with render.mix.file.open("rb") as stored, local.open("wb") as copy:
            for chunk in stored.chunks():
                copy.write(chunk)
        return local

    def write(self, name: str, settings: Mapping[str, Any], progress: Progress) -> Path:
        """Write the format ``name`` and return the file.

        Raises ``ValueError`` (a song without words, a stretch outside it) and what the writers of
        the formats raise.
        """
        facts = FACTS[name]
        stem = Path(clean_filename(f"{self.composition.name}.{facts.ending}")).stem
        destination = self._folder / f"{stem}.{facts.ending}"
        chosen = for_format(name, settings)
        if facts.needs_mix:
            self._encode(name, chosen, destination, progress)
            return destination
        progress(0.1, f"Writing {facts.label}")
        destination.write_bytes(self._notes(name, chosen))
        return destination

    def _encode(
        self, name: str, chosen: dict[str, Any], destination: Path, progress: Progress
    ) -> None:
        audio_format: AudioFormat = name  # type: ignore[assignment]
        encode(
            self.mix,
            destination,
            format=audio_format,
            tags=self.tags,
            cover=self.cover,
            bitrate_kbps=chosen.get("bitrate_kbps"),
            sample_rate=chosen.get("sample_rate"),
            bit_depth=chosen.get("bit_depth"),
            cut=cut_of(self.score, chosen),
            on_progress=lambda part: progress(part, f"Encoding {FACTS[name].label}"),
        )

    def _notes(self, name: str, chosen: dict[str, Any]) -> bytes:
        if name == Export.Format.MIDI:
            return write_midi(self.score, file_type=chosen.get("midi_type", 1))
        if name == Export.Format.MUSICXML:
            written = write_musicxml(self.score)
            self.remarks += written.remarks
            return written.content
        artist = artist_of(self.composition.project)
        if name == Export.Format.CHORDPRO:
            return write_chordpro(self.score, artist=artist).encode("utf-8")
        words = chosen.get("words", True)
        return write_lrc(self.score, words=words, artist=artist).encode("utf-8")


def write_note(lines: Iterable[str], folder: Path) -> Path:
    """Write what a ZIP does not hold and why."""
    path = folder / "left out.txt"
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def write_zip(files: Iterable[Path], destination: Path) -> Path:
    """Pack the files, each read in blocks; the same files give the same bytes."""
    with zipfile.ZipFile(destination, "w") as archive:
        for path in files:
            entry = zipfile.ZipInfo(path.name, _ZIP_TIME)
            packed = path.suffix in _STORED
            entry.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            with path.open("rb") as source, archive.open(entry, "w", force_zip64=True) as target:
                while block := source.read(1 << 20):
                    target.write(block)
    return destination
