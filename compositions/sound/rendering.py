"""A score becomes a finished record: synthesis, mixing, mastering, one call."""

from __future__ import annotations

import errno
import shutil
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from compositions.score.document import Score, Track
from compositions.score.timeline import Timeline
from compositions.sound.errors import SoundError
from compositions.sound.mastering import master
from compositions.sound.measurements import Measurements
from compositions.sound.mix_plan import MixPlan, plan_mix
from compositions.sound.mix_presets import NO_PRESET, preset_names
from compositions.sound.mixing import Desk, Level, TrackReport
from compositions.sound.parameters import RenderParameters
from compositions.sound.peaks import Peaks
from compositions.sound.performance import audible_tracks, perform
from compositions.sound.samplefile import CHANNELS, SampleFile, whole_file
from compositions.sound.soundfont import Preset, SoundFonts
from compositions.sound.stem_cache import StemCache
from compositions.sound.stem_files import (
    PREMASTER_NAME,
    STEMS_NAME,
    StemFile,
    write_samples,
    write_stems,
)
from compositions.sound.stems import dry_stems
from compositions.sound.synthesis import STEMS_AHEAD, Part, Stem, engine_version
from compositions.sound.vocal import cast_singers, vocal_version

SOUND_VERSION = "4"
MIX_NAME = "mix.wav"
LONGEST_SECONDS = 3600.0
_RENDERING_SHARE, _MIXING_SHARE = 0.65, 0.08
_STEMS_SHARE = 0.15  # of a render that writes its stems, too
_LOUDNESS_PROMISE_LU = 0.5
_MEGABYTE = 1_000_000

ProgressCallback = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class RenderResult:
    """A finished render and everything known about it.

    ``mix`` is a WAV file in the work directory. ``limiter_gain_reduction_db`` and
    ``compression_db`` are the largest of the song, in dB >= 0. ``warnings`` are sentences for the
    musician: replaced instruments, silent tracks, loudness that could not be reached.
    ``mix_report`` tells what desk and master decided.
    """

    mix: Path
    duration_seconds: float
    sample_rate: int
    measurements: Measurements
    tracks: tuple[TrackReport, ...]
    limiter_gain_reduction_db: float
    compression_db: float
    peaks: Peaks
    engine_version: str
    soundfont_sha256: str
    parameters: RenderParameters
    warnings: tuple[str, ...] = ()
    mix_report: dict[str, Any] = field(default_factory=dict)
    stems: tuple[StemFile, ...] = ()

    def audio_metadata(self) -> dict[str, Any]:
        """Figures as plain JSON values, without peaks and paths."""
        return {
            **self.measurements.to_dict(),
            "limiter_gain_reduction_db": self.limiter_gain_reduction_db,
            "compression_db": self.compression_db,
            "tracks": [track.to_dict() for track in self.tracks],
            "engine_version": self.engine_version,
            "soundfont_sha256": self.soundfont_sha256,
            "parameters": self.parameters.to_dict(),
            "warnings": list(self.warnings),
            "mix_report": self.mix_report,
        }


def render(
    score: Score,
    *,
    soundfont: Path | Sequence[Path],
    parameters: RenderParameters,
    work_dir: Path,
    on_progress: ProgressCallback | None = None,
    stem_cache: StemCache | None = None,
    with_stems: bool = False,
) -> RenderResult:
    """Render ``score`` to ``work_dir``/mix.wav; ``with_stems`` also its stems, to ``stems`` there.

    Of several SoundFonts the first is the General MIDI one; the others add instruments to it.
    ``on_progress(part, step)`` gets 0..1, never falling, and "Rendering", "Mixing" or "Mastering";
    an exception raised in it stops the render. Muted tracks, and tracks without a solo when
    another has one, are left out. The same arguments give the same bytes, with a ``stem_cache``
    (of the tracks as they were synthesised earlier) and without. Whatever happens, no partial file
    stays behind.

    Raises :class:`SoundError` when there is nothing to hear, the score is longer than an hour, the
    SoundFont or the engine is missing, or the disk is full.
    """
    progress = _Progress(on_progress)
    tracks = _tracks_to_render(score)
    timeline = Timeline(score)
    seconds = timeline.length_seconds
    if seconds > LONGEST_SECONDS:
        raise SoundError(
            f"The score lasts {seconds / 60:.0f} minutes; at most {LONGEST_SECONDS / 60:.0f} "
            "minutes can be rendered. Split it into several compositions."
        )
    fonts = SoundFonts([soundfont] if isinstance(soundfont, Path) else soundfont)
    frames = max(1, round((seconds + parameters.tail_seconds) * parameters.sample_rate))
    progress("Rendering", 0.0)
    try:
        work_dir.mkdir(parents=True, exist_ok=True)
        _check_disk(work_dir, frames, parameters, 2 * len(tracks) + 8 if with_stems else 0)
        plan = plan_mix(score, tracks, parameters)
        return _render(
            tracks,
            score,
            timeline,
            fonts,
            frames,
            parameters,
            work_dir,
            progress,
            stem_cache,
            plan,
            with_stems,
        )
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise SoundError(
                "The disk is full. Free some space and render again; nothing was kept."
            ) from error
        raise SoundError(f"The render could not be written: {error.strerror or error}") from error


def _render(
    tracks: list[Track],
    score: Score,
    timeline: Timeline,
    fonts: SoundFonts,
    frames: int,
    parameters: RenderParameters,
    work_dir: Path,
    progress: _Progress,
    stem_cache: StemCache | None,
    plan: MixPlan,
    with_stems: bool,
) -> RenderResult:
    parts, notes = _parts(tracks, timeline, fonts, parameters.sample_rate)
    singers, unsung = cast_singers(tracks, score, timeline, parameters.vocal, parameters.seed)
    crowd = Counter(track.role for track in tracks)
    reports: list[TrackReport] = []
    destination = work_dir / MIX_NAME

    def on_frames(index: int, frame: int) -> None:
        progress("Rendering", _RENDERING_SHARE * (index + frame / frames) / len(parts))

    def play(on_frames: Callable[[int, int], None]) -> Generator[Stem]:
        return dry_stems(
            parts,
            cache=stem_cache,
            soundfonts=fonts,
            sample_rate=parameters.sample_rate,
            frames=frames,
            work_dir=work_dir,
            on_frames=on_frames,
            singers=singers,
        )

    stems = play(on_frames)
    files: tuple[StemFile, ...] = ()
    with closing(stems), Desk(work_dir, frames, parameters, plan) as desk:
        for stem in stems:
            track = tracks[stem.index]
            with SampleFile(stem.path, frames) as samples:
                level = desk.add(samples, track, crowd[track.role])
            stem.path.unlink()
            singer, note = singers.get(stem.index), unsung.get(stem.index, notes[stem.index])
            report = _report(track, parts[stem.index].preset, level, note)
            if singer is not None:
                report = replace(report, preset=singer.preset.name, note=" ".join(singer.notes))
            reports.append(report)
        mix = desk.sum(lambda part: progress("Mixing", _RENDERING_SHARE + _MIXING_SHARE * part))
        begin = _RENDERING_SHARE + _MIXING_SHARE
        if with_stems:
            folder = work_dir / STEMS_NAME
            try:
                with closing(play(lambda index, frame: progress("Mixing", begin))) as again:
                    files = write_stems(
                        again,
                        tracks,
                        lambda track: crowd[track.role],
                        desk,
                        plan,
                        parameters,
                        frames,
                        folder,
                        lambda part: progress("Mixing", begin + _STEMS_SHARE * part),
                    )
                write_samples(mix.file, parameters.sample_rate, folder / PREMASTER_NAME)
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise
            begin += _STEMS_SHARE
        with whole_file(destination) as partial:
            mastered = master(
                mix,
                parameters,
                partial,
                lambda part: progress("Mastering", begin + (1.0 - begin) * part),
            )
    return RenderResult(
        mix=destination,
        duration_seconds=frames / parameters.sample_rate,
        sample_rate=parameters.sample_rate,
        measurements=mastered.measurements,
        tracks=tuple(reports),
        limiter_gain_reduction_db=mastered.gain_reduction_db,
        compression_db=mastered.compression_db,
        peaks=mastered.peaks,
        engine_version=", ".join(
            [f"sound {SOUND_VERSION}", engine_version(), *([vocal_version()] if singers else [])]
        ),
        soundfont_sha256=fonts.sha256(part.preset.font for part in parts),
        parameters=parameters,
        warnings=_warnings(reports, mastered.measurements, parameters, score.mix_preset),
        mix_report=mastered.report,
        stems=files,
    )


def _warnings(
    reports: list[TrackReport],
    measurements: Measurements,
    parameters: RenderParameters,
    wanted: str,
) -> tuple[str, ...]:
    """Sentences for the musician; ``wanted`` is the name of the mix preset set on the song."""
    found = [f"{report.name}: {report.note}" for report in reports if report.note]
    if wanted not in ("", NO_PRESET, *preset_names()):
        found.append(
            f"There is no mix preset named “{wanted}” here; that of the song's genre was taken."
        )
    reached = measurements.integrated_lufs
    if abs(reached - parameters.target_lufs) > _LOUDNESS_PROMISE_LU:
        found.append(
            f"The loudness is {reached:.1f} LUFS: {parameters.target_lufs:.1f} LUFS cannot be "
            f"reached under {parameters.true_peak_ceiling_dbtp:.1f} dBTP with this music."
        )
    return tuple(found)


def _tracks_to_render(score: Score) -> list[Track]:
    if not any(track.notes for track in score.tracks):
        raise SoundError("There is nothing to hear: the score has no notes.")
    tracks = audible_tracks(score)
    if not tracks:
        raise SoundError("There is nothing to hear: every track with notes is muted.")
    return tracks


def _parts(
    tracks: list[Track], timeline: Timeline, fonts: SoundFonts, sample_rate: int
) -> tuple[list[Part], list[str]]:
    parts, notes = [], []
    for track in tracks:
        preset = fonts.resolve(track.bank, track.program, percussion=track.percussion)
        note = ""
        if preset.program != track.program or not (track.percussion or preset.bank == track.bank):
            wanted = "drum kit" if track.percussion else "instrument"
            note = (
                f"The SoundFont has no {wanted} {track.bank}:{track.program}; "
                f"{preset.name} plays instead."
            )
        parts.append(Part(perform(track, timeline, sample_rate), preset, track.percussion))
        notes.append(note)
    return parts, notes


def _report(track: Track, preset: Preset, level: Level, note: str) -> TrackReport:
    if level.peak_dbfs <= -100.0:
        note = f"{note} Its notes are outside what {preset.name} can play.".strip()
    return TrackReport(
        track_id=track.id,
        name=track.name,
        preset=f"{preset.bank}:{preset.program} {preset.name}",
        loudness_lufs=level.loudness_lufs,
        peak_dbfs=level.peak_dbfs,
        level_db=level.level_db,
        note=note,
        strip=level.strip,
    )


def _check_disk(work_dir: Path, frames: int, parameters: RenderParameters, stem_files: int) -> None:
    # Four groups, two sends and the mix, the stems that may wait, one from the cache, and the
    # finished file beside its predecessor.
    sample_files = 7 + STEMS_AHEAD + 3
    needed = frames * CHANNELS * (4 * (sample_files + stem_files) + 2 * parameters.bit_depth // 8)
    free = shutil.disk_usage(work_dir).free
    if free < needed:
        raise SoundError(
            f"Not enough disk space: the render needs {needed / _MEGABYTE:.0f} MB and "
            f"{free / _MEGABYTE:.0f} MB are free. Free some space and render again."
        )


class _Progress:
    """Passes progress on, never falling."""

    def __init__(self, callback: ProgressCallback | None) -> None:
        self._callback = callback
        self._last = 0.0

    def __call__(self, step: str, part: float) -> None:
        self._last = min(max(self._last, part), 1.0)
        if self._callback is not None:
            self._callback(self._last, step)
