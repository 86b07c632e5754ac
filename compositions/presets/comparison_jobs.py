"""The job that lets two presets be heard: the same bars with each, equally loud."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from math import isfinite
from pathlib import Path
from typing import Any

import soundfile

from accounts.models import User
from ariaforge.exceptions import DomainError
from ariaforge.jobs.registry import JobContext, JobError, JobKind, register
from compositions.documents import load_score
from compositions.models import Composition, PresetVersion
from compositions.presets.comparing import JOB_KIND, Comparison, Side, compare
from compositions.presets.comparison_files import ROLE
from compositions.presets.excerpts import excerpt
from compositions.presets.schemas import RENDER_FIELDS, VOICE, Kind, Settings
from compositions.score.document import Score
from compositions.score.mix_settings import MixSettings
from compositions.score.serialisation import plain_entity, read_entity
from compositions.score.timeline import Timeline
from compositions.sound import RenderParameters, RenderResult, SoundError, render, song_choices
from compositions.workshop import soundfont_paths, stem_cache
from media.models import Asset
from media.services import keep_file, prepare_file

TAIL_SECONDS = 1.0
# Both sides are heard alike: what changes the file and not the music is not part of it.
_FIXED = {"sample_rate": 44_100, "bit_depth": 24, "tail_seconds": TAIL_SECONDS}
_RENDERING_SHARE = 0.95
_BLOCK_FRAMES = 65_536


@dataclass(frozen=True, slots=True)
class Take:
    """One side as sound: its label, its loudness as mixed, what it was turned down by, the file."""

    label: str
    loudness_lufs: float
    gain_db: float
    asset: Asset


@dataclass(frozen=True, slots=True)
class Heard:
    """What the work leaves for the finish: both takes, of what, and how long the bars last."""

    target: str
    seconds: float
    takes: tuple[Take, ...]


@register
class ComparePresetsKind(JobKind):
    """Some bars of a song with each of two presets; the song stays as it is."""

    name = JOB_KIND
    label = "Compare presets"
    queue = "render"
    time_limit_seconds = 600

    def run(self, context: JobContext) -> Heard:
        """Render both sides and turn the louder one down to the other."""
        song = _song(context)
        comparison = _comparison(context, song)
        score = load_score(song)
        bars = context.parameters["from_bar"], context.parameters["to_bar"]
        results = []
        for place, (name, side) in enumerate((("a", comparison.a), ("b", comparison.b))):
            part = excerpt(with_state(score, comparison, side.state), *bars)
            results.append(_rendered(context, song, comparison, side, part, name, place))
        loudness = [result.measurements.integrated_lufs for result in results]
        takes = []
        for side, result, own in zip((comparison.a, comparison.b), results, loudness, strict=True):
            # Of silence there is no loudness that could be met.
            gain_db = min(0.0, min(loudness) - own) if isfinite(min(loudness)) else 0.0
            takes.append(Take(side.label, own, gain_db, _stored(context, song, result, gain_db)))
        timeline = Timeline(score)
        begin, end = timeline.bar_start(bars[0]), timeline.bar_start(bars[1] + 1)
        seconds = timeline.seconds(end) - timeline.seconds(begin)
        return Heard(comparison.target, seconds, tuple(takes))

    def finish(self, context: JobContext, outcome: Heard) -> dict[str, Any]:
        """Keep the two files for a while."""
        answer: dict[str, Any] = {
            "composition": context.parameters["composition"],
            "target": outcome.target,
            "from_bar": context.parameters["from_bar"],
            "to_bar": context.parameters["to_bar"],
            "seconds": round(outcome.seconds, 3),
        }
        for name, take in zip(("a", "b"), outcome.takes, strict=True):
            asset = keep_file(take.asset)
            context.add_artifact(
                name, asset, content_type=asset.content_type, size_bytes=asset.size_bytes
            )
            answer[name] = {
                "label": take.label,
                "loudness_lufs": round(take.loudness_lufs, 2),
                "gain_db": round(take.gain_db, 2),
                "asset": str(asset.pk),
                "url": asset.get_absolute_url(),
            }
        return answer


def with_state(score: Score, comparison: Comparison, state: Settings) -> Score:
    """Return the score with the track, or the mix, set as one side of a comparison says."""
    if comparison.kind == Kind.RENDER:
        return score
    if comparison.kind == Kind.MIX:
        mix = read_entity(MixSettings, dict(state), "", [])
        return replace(score, **{entry.name: getattr(mix, entry.name) for entry in fields(mix)})
    tracks = []
    for track in score.tracks:
        if track.id == comparison.track_id:
            own = {("preset" if name == VOICE else name): value for name, value in state.items()}
            # What is under the microscope is heard, whatever the mute button says.
            plain = {**plain_entity(replace(track, notes=(), automation=())), **own, "muted": False}
            changed = read_entity(type(track), plain, "", [])
            track = replace(changed, notes=track.notes, automation=track.automation)
        tracks.append(track)
    return replace(score, tracks=tuple(tracks))


def _song(context: JobContext) -> Composition:
    owner = User.objects.get(pk=context.owner_id)
    songs = Composition.objects.visible_to(owner).select_related("project")
    song: Composition | None = songs.filter(pk=context.parameters["composition"]).first()
    if song is None:
        raise JobError("song_is_gone", "The song was deleted meanwhile, or you may not see it.")
    return song


def _comparison(context: JobContext, song: Composition) -> Comparison:
    owner = User.objects.get(pk=context.owner_id)
    versions: list[PresetVersion | None] = []
    for name in ("a", "b"):
        key = context.parameters[name]
        rows = PresetVersion.objects.visible_to(owner).select_related("preset")
        version = rows.filter(pk=key).first() if key else None
        if key and version is None:
            raise JobError("preset_is_gone", "The preset was deleted or made private meanwhile.")
        versions.append(version)
    try:
        return compare(
            composition=song, a=versions[0], b=versions[1], track_id=context.parameters["track"]
        )
    except DomainError as error:
        raise JobError("cannot_compare", error.message) from error


def _rendered(
    context: JobContext,
    song: Composition,
    comparison: Comparison,
    side: Side,
    part: Score,
    name: str,
    place: int,
) -> RenderResult:
    chosen = {"seed": song.seed, **song.render_parameters}
    chosen |= song_choices(side.state if comparison.kind == Kind.MIX else song.mix)
    if comparison.kind == Kind.RENDER:
        chosen |= {key: side.state[key] for key in RENDER_FIELDS}
    share = _RENDERING_SHARE / 2
    try:
        return render(
            part,
            soundfont=soundfont_paths(),
            parameters=RenderParameters.from_dict({**chosen, **_FIXED}),
            work_dir=context.work_dir / name,
            on_progress=lambda done, step: context.progress(share * (place + done), step),
            stem_cache=stem_cache(),
        )
    except SoundError as error:
        raise JobError("cannot_render", str(error)) from error


def _stored(context: JobContext, song: Composition, result: RenderResult, gain_db: float) -> Asset:
    """The mix as FLAC, turned down: it begins and ends at the very frame, as MP3 does not."""
    path = result.mix.with_suffix(".flac")
    _turned_down(result.mix, path, gain_db)
    return prepare_file(
        owner=User.objects.get(pk=context.owner_id),
        project=song.project,
        content=path,
        filename=f"{song.name}.flac",
        kind=Asset.Kind.AUDIO,
        role=ROLE,
        provenance=Asset.Provenance.AI_GENERATED,
        generator={"composition": str(song.pk), "job": str(context.job_id)},
        folder=context.files_folder,
        duration_seconds=result.duration_seconds,
        sample_rate_hz=result.sample_rate,
        channels=2,
    )


def _turned_down(source: Path, destination: Path, gain_db: float) -> None:
    gain = 10.0 ** (gain_db / 20.0)
    with (
        soundfile.SoundFile(source) as mix,
        soundfile.SoundFile(
            destination, "w", mix.samplerate, mix.channels, subtype="PCM_16", format="FLAC"
        ) as file,
    ):
        for block in mix.blocks(_BLOCK_FRAMES, dtype="float64"):
            file.write(block * gain)
