"""``manage.py render``: a MIDI file, or a song of the studio, to a mastered audio file.

::

    manage.py render song.mid --out song.flac --lufs -16 --stems stems
    manage.py render 0197… --out song.mp3 --preset Loud --preset "Big hall"
"""

from __future__ import annotations

import shutil
import tempfile
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from accounts.models import User
from compositions.documents import load_score
from compositions.models import Composition
from compositions.presets.by_name import Choice, UnknownPresetError, choose
from compositions.progress_bar import ProgressBar
from compositions.score.document import Score
from compositions.score.midi_guard import MidiError, read_midi_safely
from compositions.sound import FORMATS as FORMAT_NAMES
from compositions.sound import RenderParameters, SoundError, encode, render, song_choices
from compositions.sound.encoding import AudioFormat
from compositions.sound.stem_files import STEMS_NAME
from compositions.workshop import soundfont_paths, stem_cache, tags_for

FORMATS: dict[str, AudioFormat] = {f".{name}": name for name in FORMAT_NAMES}


class Command(BaseCommand):
    """Render a MIDI file without a server or a database; a song needs the studio's database."""

    help = "Render a MIDI file or a song to an audio file at a target loudness."
    requires_system_checks: list[str] = []
    _maker: User | None = None

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("source", help="a MIDI file, or the id of a song")
        parser.add_argument("--out", type=Path, required=True, help="the ending chooses the format")
        parser.add_argument(
            "--preset",
            action="append",
            help="a preset for the render or the mix, by name; may be given several times",
        )
        parser.add_argument(
            "--owner", help="whose presets can be named beside the studio's; of a song, its maker"
        )
        parser.add_argument(
            "--stems", type=Path, help="a folder for the dry and wet stems (32 bit float WAV)"
        )
        parser.add_argument(
            "--lufs", type=float, help="integrated loudness (the preset's, else -14)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, render, encode."""
        destination: Path = options["out"]
        audio_format = FORMATS.get(destination.suffix.lower())
        if audio_format is None:
            raise CommandError(f"--out must end in one of {', '.join(FORMATS)}.")
        score, title, choices, theory = self._source(str(options["source"]))
        chosen = self._presets(options["preset"], options["owner"])
        score = chosen.of(score)
        choices |= {**song_choices(chosen.mix), **chosen.parameters}
        if options["lufs"] is not None:
            choices["target_lufs"] = options["lufs"]
        try:
            parameters = RenderParameters.from_dict(choices)
            destination.parent.mkdir(parents=True, exist_ok=True)
            with (
                ProgressBar() as bar,
                tempfile.TemporaryDirectory(dir=destination.parent) as work_dir,
            ):
                result = render(
                    score,
                    soundfont=soundfont_paths(),
                    parameters=parameters,
                    work_dir=Path(work_dir),
                    on_progress=bar,
                    stem_cache=stem_cache(),
                    with_stems=options["stems"] is not None,
                )
                finished = Path(work_dir) / f"finished{destination.suffix}"
                if audio_format == "wav":
                    finished = result.mix
                else:
                    tags = tags_for(title=title, theory=theory)
                    encode(result.mix, finished, format=audio_format, tags=tags)
                if options["stems"] is not None:
                    shutil.copytree(
                        Path(work_dir) / STEMS_NAME, options["stems"], dirs_exist_ok=True
                    )
                finished.replace(destination)
        except (SoundError, OSError) as error:
            raise CommandError(str(error)) from error
        for warning in result.warnings:
            self.stderr.write(warning)
        self.stdout.write(
            f"{destination}: {result.duration_seconds:.1f} s, "
            f"{result.measurements.integrated_lufs:.1f} LUFS, "
            f"{result.measurements.true_peak_dbtp:.1f} dBTP"
        )

    def _presets(self, names: Sequence[str] | str | None, owner: str | None) -> Choice:
        """What the presets hold together; the database is only asked for those of a person."""
        if isinstance(names, str):  # from another command
            names = [names]
        person = self._maker
        if owner is not None:
            person = User.objects.filter(username=owner).first()
            if person is None:
                raise CommandError(f"There is nobody called “{owner}” here.")
        try:
            return choose(names or (), person)
        except UnknownPresetError as error:
            raise CommandError(str(error)) from error

    def _source(self, source: str) -> tuple[Score, str, dict[str, Any], dict[str, Any]]:
        """Score, title, render parameters and theory of a MIDI file or of a song's id."""
        path = Path(source)
        if not path.exists() and (key := _key(source)) is not None:
            song = _song(key)
            self._maker = song.created_by
            choices = {"seed": song.seed, **song.render_parameters, **song_choices(song.mix)}
            return load_score(song), song.name, choices, song.theory_data
        try:
            imported = read_midi_safely(path.read_bytes())
        except (MidiError, OSError) as error:
            raise CommandError(str(error)) from error
        for remark in imported.remarks:
            self.stderr.write(remark)
        return imported.score, imported.score.title or path.stem, {}, {}


def _key(source: str) -> UUID | None:
    try:
        return UUID(source)
    except ValueError:
        return None


def _song(key: UUID) -> Composition:
    try:
        song: Composition = Composition.objects.select_related("created_by").get(pk=key)
    except Composition.DoesNotExist as error:
        raise CommandError(f"There is no song {key}, or it is in the trash.") from error
    except (DatabaseError, ImproperlyConfigured) as error:
        raise CommandError(f"The studio's database does not answer: {error}") from error
    return song
