"""Writes one export: a file of one format, or a ZIP of several."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from ariaforge.files import clean_filename
from compositions.documents import load_score, music_hash
from compositions.exporting.archive_writing import write_archive
from compositions.exporting.bundle import STEMS_FOLDER, write_bundle
from compositions.exporting.choices import cut_of, for_format
from compositions.exporting.formats import FACTS
from compositions.exporting.progress import Progress, part_of
from compositions.exporting.sheet_music import BOOKS, DEFAULT_PAPER, write_sheet_music
from compositions.exporting.stems import PROMISE_DB, StemChoices, WrittenStems, write_stem_folder
from compositions.exporting.studio import Studio
from compositions.exporting.tags import artist_of, cover_of, picture_of, song_tags
from compositions.exporting.time_map import chapters
from compositions.models import Composition, Export
from compositions.score.chordpro import write_chordpro
from compositions.score.document import Score
from compositions.score.lrc import write_lrc
from compositions.score.midi import write_midi
from compositions.score.musicxml import write_musicxml
from compositions.sound import Tags, encode
from compositions.sound.encoding import AudioFormat

_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
"""The same files give the same ZIP, whenever it is made."""
_STORED = frozenset(
    {".mp3", ".m4a", ".ogg", ".opus", ".flac", ".mp4", ".zip", ".dawproject", ".ariaforge"}
)
"""What is compressed already."""
_MIX_SHARE = 0.7


class Writer:
    """Writes formats of one song, ``names``, into a folder; what several need is made once.

    ``remarks`` gathers what the files do not say.
    """

    def __init__(self, export: Export, folder: Path, names: Sequence[str]) -> None:
        self._export = export
        self._folder = folder
        self._names = names
        self.composition: Composition = export.composition
        self.remarks: list[str] = []

    @cached_property
    def score(self) -> Score:
        """The song's document as it is now."""
        return load_score(self.composition)

    @cached_property
    def content_hash(self) -> str:
        """The hash of the music that is in the files."""
        return music_hash(self.score)

    @cached_property
    def studio(self) -> Studio:
        """Where the song's sound comes from."""
        with_stems = any(FACTS[name].needs_stems for name in self._names)
        return Studio(self._export, self.score, self._folder, with_stems=with_stems)

    @cached_property
    def tags(self) -> Tags:
        """What sound files say about the song."""
        return song_tags(self.composition, self.score)

    @cached_property
    def cover(self) -> bytes:
        """The project's cover, or one that is drawn for the song."""
        return cover_of(self.composition, self.tags)

    def write(self, name: str, settings: Mapping[str, Any], progress: Progress) -> Path:
        """Write the format ``name`` and return the file, or the folder that is to be packed.

        Raises ``ValueError`` (a song without words, a stretch outside it) and what the writers of
        the formats raise.
        """
        facts = FACTS[name]
        stem = Path(clean_filename(f"{self.composition.name}.{facts.ending}")).stem
        chosen = for_format(name, settings)
        if facts.folder:
            return self._folder_of(name, chosen, f"{stem} {facts.label.lower()}", progress)
        destination = self._folder / f"{stem}{facts.file_suffix}.{facts.ending}"
        if name in BOOKS:
            self._print(name, chosen, destination, progress)
            return destination
        if name == Export.Format.VIDEO:
            self._film(chosen, destination, progress)
            return destination
        if facts.needs_mix:
            self._encode(name, chosen, destination, progress)
            return destination
        if name == Export.Format.ARCHIVE:
            song = self.composition
            return write_archive(
                destination, song.project, [song], whole_project=False, progress=progress
            )
        progress(0.1, f"Writing {facts.label}")
        destination.write_bytes(self._notes(name, chosen))
        return destination

    def _folder_of(self, name: str, chosen: dict[str, Any], title: str, progress: Progress) -> Path:
        destination = self._folder / title
        if name == Export.Format.STEMS:
            return self._stems(chosen, destination, progress).folder
        destination.mkdir()
        stems = self._stems(chosen, destination / STEMS_FOLDER, part_of(progress, 0.0, 0.9))
        stem = Path(clean_filename(f"{self.composition.name}.mid")).stem
        encode(
            self.studio.rendered(progress).mix,
            destination / f"{stem} (mix).wav",
            format="wav",
            tags=self.tags,
            sample_rate=chosen.get("sample_rate"),
            bit_depth=chosen.get("bit_depth"),
        )
        progress(0.95, "Writing project files")
        tags = self.tags
        fields = {
            "Title": tags.title,
            "Artist": tags.artist,
            "Album": tags.album,
            "Year": tags.year,
            "Genre": tags.genre,
            "Comment": tags.comment,
        }
        return write_bundle(
            self.score,
            destination,
            name=stem,
            stems=stems,
            fields=fields,
            remarks=self.remarks,
        )

    def _stems(self, chosen: dict[str, Any], destination: Path, progress: Progress) -> WrittenStems:
        cut = cut_of(self.score, chosen)
        rendered = self.studio.rendered(part_of(progress, 0.0, _MIX_SHARE))
        written = write_stem_folder(
            self.score,
            rendered,
            destination,
            StemChoices.of(chosen),
            cut=cut,
            tags=self.tags,
            about={
                "title": self.composition.name,
                "artist": self.tags.artist,
                "song": str(self.composition.pk),
                "content_hash": self.content_hash,
            },
            progress=part_of(progress, _MIX_SHARE, 1.0),
        )
        if written.sum_error_db is not None and written.sum_error_db > PROMISE_DB:
            self.remarks.append(
                f"The stems add up to the mix before mastering within {written.sum_error_db:.0f} "
                "dB only; choose more bits."
            )
        return written

    def _encode(
        self, name: str, chosen: dict[str, Any], destination: Path, progress: Progress
    ) -> None:
        audio_format: AudioFormat = name  # type: ignore[assignment]
        cut = cut_of(self.score, chosen)
        begin = _MIX_SHARE if self.studio.is_stale else 0.0
        mix = self.studio.mix(part_of(progress, 0.0, begin))
        encoding = part_of(progress, begin, 1.0)
        encode(
            mix,
            destination,
            format=audio_format,
            tags=replace(self.tags, chapters=chapters(self.score, cut)),
            cover=self.cover,
            bitrate_kbps=chosen.get("bitrate_kbps"),
            sample_rate=chosen.get("sample_rate"),
            bit_depth=chosen.get("bit_depth"),
            cut=cut,
            on_progress=lambda part: encoding(part, f"Encoding {FACTS[name].label}"),
        )

    def _film(self, chosen: dict[str, Any], destination: Path, progress: Progress) -> None:
        # Brings the encoders of pictures, which no other format needs.
        from compositions.exporting.video import write_share_video

        begin = _MIX_SHARE / 2 if self.studio.is_stale else 0.0
        self.remarks += write_share_video(
            self.score,
            self.studio.mix(part_of(progress, 0.0, begin)),
            destination,
            settings=chosen,
            cut=cut_of(self.score, chosen),
            cover=picture_of(self.composition, self.tags),
            tags=self.tags,
            progress=part_of(progress, begin, 1.0),
        )

    def _print(
        self, name: str, chosen: dict[str, Any], destination: Path, progress: Progress
    ) -> None:
        printed = write_sheet_music(
            name,
            self.score,
            destination,
            title=self.composition.name,
            artist=artist_of(self.composition.project),
            paper=chosen.get("paper", DEFAULT_PAPER),
            progress=progress,
        )
        self.remarks += printed

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
    """Pack files, and folders with all in them; the same files give the same bytes."""
    with zipfile.ZipFile(destination, "w") as archive:
        for path in files:
            inside = sorted(path.rglob("*")) if path.is_dir() else [path]
            for file in inside:
                if file.is_file():
                    _pack(archive, file, file.relative_to(path.parent).as_posix())
    return destination


def _pack(archive: zipfile.ZipFile, file: Path, name: str) -> None:
    """Add a file, read in blocks."""
    entry = zipfile.ZipInfo(name, _ZIP_TIME)
    packed = file.suffix in _STORED
    entry.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    with file.open("rb") as source, archive.open(entry, "w", force_zip64=True) as target:
        while block := source.read(1 << 20):
            target.write(block)
