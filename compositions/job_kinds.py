"""The work on songs that runs in the background: compose, render."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from accounts.models import User
from ariaforge.exceptions import NotPermittedError
from ariaforge.jobs.registry import JobContext, JobError, JobKind, register
from ariaforge.models import Job
from compositions import import_jobs as _import_jobs  # noqa: F401 - registers its kind
from compositions import lyric_jobs as _lyric_jobs  # noqa: F401 - registers its kind
from compositions import preview_jobs as _preview_jobs  # noqa: F401 - registers its kind
from compositions import variation_jobs as _variation_jobs  # noqa: F401 - registers its kind
from compositions.ai_sessions import replay_jobs as _replay_jobs  # noqa: F401 - registers its kind
from compositions.ai_sessions.composing import compose_step
from compositions.ai_sessions.steps import begin_step, end_step, note_failure, step_of_job
from compositions.composer import Composition as Composed
from compositions.composer.warm import warm_by_pieces
from compositions.documents import load_score, music_hash
from compositions.exporting import archive_jobs as _archive_jobs  # noqa: F401 - registers its kinds
from compositions.exporting import jobs as _export_jobs  # noqa: F401 - registers its kind
from compositions.exporting.tags import cover_of, song_tags
from compositions.history.versions import set_document
from compositions.models import AISession, AISessionStep, Render, Version
from compositions.presets import comparison_jobs as _compare_jobs  # noqa: F401 - registers its kind
from compositions.score.midi import write_midi
from compositions.score.serialisation import to_dict
from compositions.services import request_render, working_title
from compositions.song_jobs import (
    locked_song,
    note_artifact,
    prepare_song_file,
    row_to_work_on,
)
from compositions.sound import RenderParameters, RenderResult, SoundError, encode, render
from compositions.sound.synthesis import engine_identity
from compositions.workshop import made_with, soundfont_paths, stem_cache
from media.models import Asset
from media.services import keep_file, purge_assets

# Encoding and storing come after the sound engine has reported its 100 %.
RENDER_SHARE = 0.75
ENCODE_SHARE = 0.22

# What composing says of a song besides its document.
_COMPOSED = (
    "midi",
    "spec",
    "theory_data",
    "explanation",
    "engine_version",
    "confidence_score",
    "confidence",
)


@dataclass(frozen=True, slots=True)
class ComposeOutcome:
    """What composing leaves for the finish: the music, and its MIDI file in the storage."""

    composed: Composed
    midi: Asset


@register
class ComposeKind(JobKind):
    """A prompt becomes the document of a song; rendering it is asked for at once."""

    name = "compose"
    label = "Compose a song"
    queue = "compose"
    time_limit_seconds = 300

    def warm(self) -> Iterator[None]:
        """Read vocabulary, styles and the melody model; they cost more than a song."""
        return warm_by_pieces()

    def run(self, context: JobContext) -> ComposeOutcome:
        """Compose from the session's prompt and seed."""
        step = step_of_job(context)
        composition = step.session.composition
        begin_step(step)
        try:
            composed = compose_step(step, context)
        except ValueError as error:
            raise JobError("cannot_compose", str(error)) from error
        midi = prepare_song_file(
            composition,
            context,
            write_midi(composed.score),
            title=composed.title,
            ending="mid",
            kind=Asset.Kind.MIDI,
            role="song",
        )
        return ComposeOutcome(composed, midi)

    def finish(self, context: JobContext, outcome: ComposeOutcome) -> dict[str, Any]:
        """Store the document and its MIDI file, and ask for the mix."""
        composed = outcome.composed
        owner = User.objects.get(pk=context.owner_id)
        composition = locked_song(context.parameters["composition"])
        composition.midi = keep_file(outcome.midi)
        composition.spec = composed.spec.to_dict()
        composition.theory_data = composed.theory
        composition.explanation = list(composed.explanation)
        composition.engine_version = composed.engine_version
        composition.confidence_score = composed.confidence.overall
        composition.confidence = composed.confidence.to_dict()["parts"]
        score = composed.score
        if composition.name != working_title(composition.ai_prompt):
            # Somebody has named the song meanwhile; that name stays.
            score = replace(score, title=composition.name)
        composition.save(update_fields=_COMPOSED)
        step = step_of_job(context)
        try:
            version = set_document(
                composition=composition,
                data=to_dict(score),
                user=owner,
                name="Compose",
                source=Version.Source.COMPOSER,
                message=f"Composed “{score.title}”",
                provenance={
                    "prompt": step.prompt,
                    "seed": step.seed,
                    "engine_version": composed.engine_version,
                    "session": str(step.session_id),
                    "session_step": step.number,
                    # The lyrics are the song's own; they need no second place.
                    **{key: value for key, value in step.parameters.items() if key != "lyrics"},
                },
            )
        except NotPermittedError as error:
            # The branch was protected meanwhile.
            raise JobError("not_permitted", error.message) from error
        end_step(
            step,
            AISessionStep.State.CHOSEN,
            engine_version=composed.engine_version,
            spec=composition.spec,
            confidence_score=composition.confidence_score,
            base_version=version.parent,
            result_version=version,
            result_content_hash=composition.content_hash,
            explanation=composition.explanation,
        )
        AISession.objects.filter(pk=step.session_id, branch=None).update(branch=composition.branch)
        note_artifact(context, "midi", composition.midi)
        request_render(composition=composition, user=owner, with_preview=True)
        return {"composition": str(composition.pk), "content_hash": composition.content_hash}

    def discard(self, job: Job) -> None:
        """Keep why it ended."""
        note_failure(job)


@dataclass(frozen=True, slots=True)
class RenderOutcome:
    """What rendering leaves for the finish: the figures, and the files in the storage."""

    result: RenderResult
    content_hash: str
    made_with: dict[str, Any]
    mix: Asset
    mp3: Asset


@register
class RenderKind(JobKind):
    """A song's document becomes a mastered mix, as WAV and as MP3."""

    name = "render"
    label = "Render a mix"
    queue = "render"
    time_limit_seconds = 1800

    def warm(self) -> Iterator[None]:
        """Load SciPy, which nothing imports before it is used, and ask Node for its version."""
        import scipy.fft
        import scipy.signal  # noqa: F401

        yield
        engine_identity()

    def run(self, context: JobContext) -> RenderOutcome:
        """Synthesise, mix, master, encode."""
        row = row_to_work_on(Render, context, "render", "composition__project")
        composition = row.composition
        score = load_score(composition)
        try:
            fonts = soundfont_paths()
            result = render(
                score,
                soundfont=fonts,
                parameters=RenderParameters.from_dict(row.parameters),
                work_dir=context.work_dir,
                on_progress=lambda part, step: context.progress(part * RENDER_SHARE, step),
                stem_cache=stem_cache(),
            )
            mp3_path = context.work_dir / "mix.mp3"
            tags = song_tags(composition, score)
            encode(
                result.mix,
                mp3_path,
                format="mp3",
                tags=tags,
                cover=cover_of(composition, tags),
                on_progress=lambda part: context.progress(
                    RENDER_SHARE + part * ENCODE_SHARE, "Encoding"
                ),
            )
        except SoundError as error:
            raise JobError("cannot_render", str(error)) from error
        figures: dict[str, Any] = {
            "duration_seconds": result.duration_seconds,
            "sample_rate_hz": result.sample_rate,
            "channels": 2,
        }
        keep: dict[str, Any] = {"title": composition.name, "kind": Asset.Kind.AUDIO, "role": "mix"}
        mix = prepare_song_file(composition, context, result.mix, ending="wav", **keep, **figures)
        mp3 = prepare_song_file(composition, context, mp3_path, ending="mp3", **keep, **figures)
        return RenderOutcome(result, music_hash(score), made_with(fonts), mix, mp3)

    def finish(self, context: JobContext, outcome: RenderOutcome) -> dict[str, Any]:
        """Keep the files, note the measurements, and let the song play this mix."""
        result = outcome.result
        row = row_to_work_on(Render, context, "render")
        row.mix, row.mp3 = keep_file(outcome.mix), keep_file(outcome.mp3)
        preview, row.preview = row.preview, None
        row.parameters = result.parameters.to_dict()
        # Somebody may have edited the song after the mix was asked for.
        row.content_hash = outcome.content_hash
        row.measurements = {**result.audio_metadata(), "made_with": outcome.made_with}
        row.peaks = result.peaks.to_dict()
        row.duration_seconds = result.duration_seconds
        row.engine_version = result.engine_version
        row.soundfont_sha256 = result.soundfont_sha256
        row.save()
        if preview is not None:
            purge_assets([preview])
        composition = locked_song(row.composition_id)
        note_artifact(context, "mix", row.mix)
        note_artifact(context, "mp3", row.mp3)
        if composition.pending_render_id == row.pk:
            composition.pending_render = None
        # Keys are in order of time: a mix that was asked for earlier but took longer is kept
        # in the history and does not replace a later one.
        if composition.current_render_id is None or composition.current_render_id < row.pk:
            composition.current_render = row
            composition.audio_metadata = result.measurements.to_dict()
        composition.save(update_fields=["current_render", "pending_render", "audio_metadata"])
        return {"render": str(row.pk), **result.measurements.to_dict()}
