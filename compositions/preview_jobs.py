"""The job that mixes a preview of a song's first mix, and then asks for the mix itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from accounts.models import User
from ariaforge.jobs.registry import JobContext, JobError, JobKind, register
from ariaforge.models import Job
from compositions.documents import load_score, music_hash
from compositions.models import Render
from compositions.services import submit_mix
from compositions.song_jobs import note_artifact, prepare_song_file, row_to_work_on
from compositions.sound import RenderParameters, SoundError, encode, render
from compositions.sound.preview import preview_parameters
from compositions.workshop import made_with, soundfont_paths, stem_cache, tags_for
from media.models import Asset
from media.services import keep_file

RENDER_SHARE = 0.95
STEP = "Rendering a preview"


@dataclass(frozen=True, slots=True)
class PreviewOutcome:
    """What the preview leaves for the finish: its file in the storage."""

    sound: Asset


@register
class PreviewKind(JobKind):
    """A song can be heard some seconds after it was composed; its mix follows.

    The preview belongs to the row of the mix and goes when that is there: nobody exports it.
    """

    name = "preview"
    label = "Mix a preview"
    queue = "render"
    time_limit_seconds = 600

    def run(self, context: JobContext) -> PreviewOutcome:
        """Synthesise, mix quickly, encode as FLAC: MP3 would take as long as all the rest."""
        row = row_to_work_on(Render, context, "render", "composition__project")
        composition = row.composition
        score = load_score(composition)
        try:
            fonts = soundfont_paths()
            result = render(
                score,
                soundfont=fonts,
                parameters=preview_parameters(RenderParameters.from_dict(row.parameters)),
                work_dir=context.work_dir,
                on_progress=lambda part, _: context.progress(part * RENDER_SHARE, STEP),
                stem_cache=stem_cache(),
            )
            path = encode(
                result.mix,
                context.work_dir / "preview.flac",
                format="flac",
                tags=tags_for(title=composition.name, theory=composition.theory_data),
            )
        except SoundError as error:
            raise JobError("cannot_render", str(error)) from error
        return PreviewOutcome(
            prepare_song_file(
                composition,
                context,
                path,
                title=f"{composition.name} (preview)",
                ending="flac",
                kind=Asset.Kind.AUDIO,
                role="preview",
                made_with={
                    "parameters": result.parameters.to_dict(),
                    "engine_version": result.engine_version,
                    "soundfont_sha256": result.soundfont_sha256,
                    "content_hash": music_hash(score),
                    **made_with(fonts),
                },
                duration_seconds=result.duration_seconds,
                sample_rate_hz=result.sample_rate,
                channels=2,
            )
        )

    def finish(self, context: JobContext, outcome: PreviewOutcome) -> dict[str, Any]:
        """Keep the preview with the mix that it stands in for, and ask for that mix."""
        row = row_to_work_on(Render, context, "render", "composition")
        row.preview = keep_file(outcome.sound)
        row.save(update_fields=["preview"])
        note_artifact(context, "preview", row.preview)
        submit_mix(render=row, user=User.objects.get(pk=context.owner_id))
        return {"render": str(row.pk)}

    def discard(self, job: Job) -> None:
        """Go on with the mix when the preview failed; who cancels it wants neither."""
        if job.state != "failed":
            return
        owner = User.objects.get(pk=job.owner_id)
        row = Render.objects.editable_by(owner).filter(pk=job.parameters["render"]).first()
        if row is not None and row.job_id == job.pk:
            submit_mix(render=row, user=owner)
