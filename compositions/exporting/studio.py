"""The sound of a song for its exports: the mix that is kept, or one made of the song as it is."""

from __future__ import annotations

from pathlib import Path

from ariaforge.jobs.registry import JobError
from compositions.documents import music_hash
from compositions.exporting.progress import Progress
from compositions.models import Export
from compositions.score.document import Score
from compositions.sound import RenderParameters, RenderResult, render, song_choices
from compositions.workshop import soundfont_paths, stem_cache


class Studio:
    """Gives one export its mix and its stems; each is made once, in ``folder``.

    ``with_stems`` says that stems will be wanted, so that a mix that is made anew comes with them.
    """

    def __init__(self, export: Export, score: Score, folder: Path, *, with_stems: bool) -> None:
        self._export = export
        self._score = score
        self._folder = folder
        self._with_stems = with_stems
        self._rendered: RenderResult | None = None
        self._copy: Path | None = None

    @property
    def is_stale(self) -> bool:
        """Whether the mix that is kept is not of the song as it is now."""
        render_row = self._export.render
        return render_row is None or render_row.content_hash != music_hash(self._score)

    def mix(self, progress: Progress) -> Path:
        """The mix as WAV: the one that is kept, or where the song was edited since, a new one.

        Raises ``JobError`` when the mix is gone, and ``SoundError`` as rendering does.
        """
        if self.is_stale:
            return self.rendered(progress).mix
        if self._copy is None:
            kept = self._export.render
            if kept is None or kept.mix is None:
                raise JobError(
                    "mix_is_gone", "The mix of this song is gone; render it again first."
                )
            local = self._folder / "mix.source.wav"
            with kept.mix.file.open("rb") as stored, local.open("wb") as copy:
                for chunk in stored.chunks():
                    copy.write(chunk)
            self._copy = local
        return self._copy

    def rendered(self, progress: Progress) -> RenderResult:
        """The song rendered as its mix was, now, with its stems where they are wanted."""
        if self._rendered is None:
            self._rendered = render(
                self._score,
                soundfont=soundfont_paths(),
                parameters=self._parameters(),
                work_dir=self._folder / "render",
                on_progress=progress,
                stem_cache=stem_cache(),
                with_stems=self._with_stems,
            )
        return self._rendered

    def _parameters(self) -> RenderParameters:
        song, kept = self._export.composition, self._export.render
        if kept is not None and kept.parameters:
            # What was set for the mix since is in the song.
            since = song_choices(song.mix) if self.is_stale else {}
            return RenderParameters.from_dict({**kept.parameters, **since})
        return RenderParameters.from_dict(
            {"seed": song.seed, **song.render_parameters, **song_choices(song.mix)}
        )
