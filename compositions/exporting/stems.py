"""Stems as a folder of files: aligned, equally long, checked against the mix, described."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import replace as with_changes
from pathlib import Path
from typing import Any

import soundfile

from compositions.exporting.progress import Progress
from compositions.exporting.time_map import time_map
from compositions.score.document import Score, Track, TrackRole
from compositions.sound import RenderResult, Tags, encode
from compositions.sound.cutting import Cut
from compositions.sound.encoding import AudioFormat
from compositions.sound.loudness import decibels
from compositions.sound.stem_files import PREMASTER_NAME, STEMS_NAME
from compositions.sound.stem_sums import peak_of, sum_error_db, sum_files, write_silence

EFFECTS = ("wet", "dry")
PER = ("track", "group")
STEM_FORMATS = ("wav", "flac")
MIX_NAME = "00 Mix before mastering"
COUNT_IN_NAME = "00 Count-in"
MANIFEST_NAME = "stems.json"
README_NAME = "README.txt"
PROMISE_DB = -60.0

_GROUPS: dict[TrackRole, str] = {
    TrackRole.VOCAL: "Vocals",
    TrackRole.LEAD: "Lead",
    TrackRole.BASS: "Bass",
    TrackRole.DRUMS: "Drums",
    TrackRole.PERCUSSION: "Drums",
    TrackRole.EFFECTS: "Effects",
}
_OTHER_GROUP = "Harmony"
_GROUP_ORDER = ("Vocals", "Lead", _OTHER_GROUP, "Bass", "Drums", "Effects")
_FULL_SCALE = 0.99
"""What whole numbers can hold without clipping, with room for dither and resampling."""
_SEED = 2027


@dataclass(frozen=True, slots=True)
class StemChoices:
    """How stems are written; ``bit_depth`` of None is 24."""

    effects: str = "wet"
    per: str = "track"
    format: str = "wav"
    sample_rate: int | None = None
    bit_depth: int | None = None

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> StemChoices:
        """Take the choices of an export."""
        return cls(
            effects=settings.get("stem_effects", "wet"),
            per=settings.get("stem_per", "track"),
            format=settings.get("stem_format", "wav"),
            sample_rate=settings.get("sample_rate"),
            bit_depth=settings.get("bit_depth"),
        )


@dataclass(frozen=True, slots=True)
class WrittenStem:
    """One stem: its file, and the tracks whose sum it is."""

    path: Path
    name: str
    tracks: tuple[Track, ...]
    group: str
    peak_dbfs: float


@dataclass(frozen=True, slots=True)
class WrittenStems:
    """A folder of stems. ``gain_db`` was put on all of them alike so that none clips."""

    folder: Path
    stems: tuple[WrittenStem, ...]
    mix: Path
    sample_rate: int
    frames: int
    gain_db: float
    sum_error_db: float | None
    manifest: dict[str, Any]


def group_name(track: Track) -> str:
    """The group whose stem the track is in."""
    return _GROUPS.get(track.role, _OTHER_GROUP)


def write_stem_folder(
    score: Score,
    rendered: RenderResult,
    destination: Path,
    choices: StemChoices,
    *,
    cut: Cut,
    tags: Tags,
    about: Mapping[str, Any],
    progress: Progress,
) -> WrittenStems:
    """Write the stems of ``rendered`` (which has them) and their description to ``destination``.

    ``cut`` is the stretch, for all alike; the clicks of a count-in are a file of their own, and the
    stems silent meanwhile. ``about`` goes into the description as it is. Wet stems and count-in add
    up to the mix before mastering that is beside them; how exactly was measured on the files.
    Raises as :func:`compositions.sound.encode`.
    """
    destination.mkdir(parents=True)
    folder = rendered.mix.parent / STEMS_NAME
    premaster = folder / PREMASTER_NAME
    sources = _sources(score, rendered, choices, folder)
    everything = [premaster, *(path for _, paths, _ in sources for path in paths)]
    depth = choices.bit_depth or 24
    if choices.format == "flac":
        depth = min(depth, 24)
    gain = 1.0
    if depth != 32:
        peak = peak_of(everything)
        gain = min(1.0, _FULL_SCALE * 0.98 / peak) if peak > 0.0 else 1.0
    silent = with_changes(cut, clicks=())
    work = rendered.mix.parent / "stem.source.wav"
    total = len(sources) + 2

    def write(name: str, paths: list[Path], seed: int, stretch: Cut) -> Path:
        sum_files(paths, work, gain)
        path = destination / f"{name}.{choices.format}"
        written: AudioFormat = "flac" if choices.format == "flac" else "wav"
        try:
            return encode(
                work,
                path,
                format=written,
                tags=with_changes(tags, title=name, lyrics="", chapters=()),
                sample_rate=choices.sample_rate,
                bit_depth=depth,  # type: ignore[arg-type]
                cut=stretch,
                dither_seed=_SEED + seed,
            )
        finally:
            work.unlink(missing_ok=True)

    mix = write(MIX_NAME, [premaster], 0, cut)
    stems: list[WrittenStem] = []
    for number, (name, paths, tracks) in enumerate(sources, 1):
        path = write(name, paths, number, silent)
        peak_dbfs = round(decibels(peak_of([path])), 2)
        label = tracks[0].name if choices.per == "track" else group_name(tracks[0])
        stems.append(WrittenStem(path, label, tracks, group_name(tracks[0]), peak_dbfs))
        progress(0.8 * number / total, "Writing stems")
    parts = [stem.path for stem in stems]
    if cut.clicks:
        write_silence(premaster, folder / "silence.wav")
        parts.append(write(COUNT_IN_NAME, [folder / "silence.wav"], len(sources) + 1, cut))
    with soundfile.SoundFile(mix) as file:
        rate, frames = int(file.samplerate), int(file.frames)
    error = sum_error_db(parts, mix) if choices.effects == "wet" else None
    progress(0.9, "Writing stems")
    written = WrittenStems(destination, tuple(stems), mix, rate, frames, decibels(gain), error, {})
    manifest = _manifest(score, rendered, written, choices, cut, parts, about, depth)
    text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True)
    (destination / MANIFEST_NAME).write_text(text + "\n", encoding="utf-8")
    (destination / README_NAME).write_text(_readme(manifest), encoding="utf-8")
    return with_changes(written, manifest=manifest)


def _sources(
    score: Score, rendered: RenderResult, choices: StemChoices, folder: Path
) -> list[tuple[str, list[Path], tuple[Track, ...]]]:
    """Name, files to add up and tracks of each stem, in the order of the names."""
    files = [
        (score.track(stem.track_id), stem.wet if choices.effects == "wet" else stem.dry)
        for stem in rendered.stems
    ]
    if choices.per == "track":
        return [(path.stem, [path], (track,)) for track, path in files]
    found: list[tuple[str, list[Path], tuple[Track, ...]]] = []
    for name in _GROUP_ORDER:
        inside = [(track, path) for track, path in files if group_name(track) == name]
        if inside:
            tracks, paths = zip(*inside, strict=True)
            found.append((f"{len(found) + 1:02d} {name}", list(paths), tracks))
    return found


def _manifest(
    score: Score,
    rendered: RenderResult,
    written: WrittenStems,
    choices: StemChoices,
    cut: Cut,
    parts: list[Path],
    about: Mapping[str, Any],
    depth: int,
) -> dict[str, Any]:
    reports = {report.track_id: report for report in rendered.tracks}
    heard = {track.id for stem in written.stems for track in stem.tracks}
    return {
        "format": "ariaforge-stems",
        "version": 1,
        **about,
        "sample_rate": written.sample_rate,
        "bit_depth": depth,
        "frames": written.frames,
        "seconds": round(written.frames / written.sample_rate, 6),
        "stretch": {
            "start_seconds": round(cut.start, 6),
            "end_seconds": None if cut.end is None else round(cut.end, 6),
            "loop": cut.loop,
            "count_in_seconds": round(cut.clicks_last, 6),
        },
        "effects": choices.effects,
        "per": choices.per,
        "gain_db": round(written.gain_db, 4),
        "sum_error_db": None if written.sum_error_db is None else round(written.sum_error_db, 2),
        "sum_of": [path.name for path in parts] if written.sum_error_db is not None else [],
        "mix_before_mastering": {"file": written.mix.name, "sha256": _sha256(written.mix)},
        "stems": [
            {
                "file": stem.path.name,
                "sha256": _sha256(stem.path),
                "name": stem.name,
                "group": stem.group,
                "peak_dbfs": stem.peak_dbfs,
                "tracks": [
                    {
                        "id": track.id,
                        "name": track.name,
                        "role": track.role.value,
                        "program": track.program,
                        "bank": track.bank,
                        "percussion": track.percussion,
                        "instrument": reports[track.id].preset,
                        "gain_db": track.gain_db,
                        "pan": track.pan,
                        "automatic_level_db": round(reports[track.id].level_db, 3),
                    }
                    for track in stem.tracks
                ],
            }
            for stem in written.stems
        ],
        "left_out": [
            {"id": track.id, "name": track.name} for track in score.tracks if track.id not in heard
        ],
        "rendered_with": {
            "engine": rendered.engine_version,
            "soundfonts_sha256": rendered.soundfont_sha256,
            "parameters": rendered.parameters.to_dict(),
        },
        "time_map": time_map(score, cut),
    }


def _readme(manifest: Mapping[str, Any]) -> str:
    lines = [
        f"{manifest['title']}: {manifest['effects']} stems per {manifest['per']}",
        "",
        f"{len(manifest['stems'])} stems of {manifest['seconds']:.3f} s "
        f"({manifest['frames']} frames at {manifest['sample_rate']} Hz), all equally long: put "
        "them at the same place.",
    ]
    if manifest["effects"] == "wet":
        lines.append(
            f"Added up, the stems are “{manifest['mix_before_mastering']['file']}”; the difference "
            f"is {manifest['sum_error_db']:.1f} dB of it, measured on these files."
        )
    else:
        lines.append(
            "Dry stems have neither reverb nor echo, so they do not add up to "
            f"“{manifest['mix_before_mastering']['file']}”."
        )
    lower = -manifest["gain_db"]
    if lower > 0.001:
        lines.append(f"All files are {lower:.2f} dB lower than in the mix, so that none clips.")
    if manifest["stretch"]["count_in_seconds"]:
        lines.append(
            f"The music begins after {manifest['stretch']['count_in_seconds']:.3f} s of count-in, "
            f"which is in “{COUNT_IN_NAME}”."
        )
    lines.append("")
    for stem in manifest["stems"]:
        names = ", ".join(
            f"{track['name']} ({track['role'].replace('_', ' ')}, {track['instrument']})"
            for track in stem["tracks"]
        )
        lines.append(f"{stem['file']}: {names}; peak {stem['peak_dbfs']:.1f} dBFS")
    if manifest["left_out"]:
        names = ", ".join(track["name"] for track in manifest["left_out"])
        lines += ["", f"Not heard in the mix, so without a stem: {names}"]
    lines += ["", "Tempo, meter, key, sections and chords with their times: stems.json"]
    return "\n".join(_UNPRINTABLE.sub(" ", line) for line in lines) + "\n"


_UNPRINTABLE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
