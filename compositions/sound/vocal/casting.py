"""Which tracks of a render are sung, and why others are not."""

from __future__ import annotations

from collections.abc import Sequence

from compositions.score.document import Score, Track, TrackRole
from compositions.score.timeline import Timeline
from compositions.sound.vocal.errors import VocalError
from compositions.sound.vocal.singing import Singing, prepare, sings


def cast_singers(
    tracks: Sequence[Track], score: Score, timeline: Timeline, vocal: str, seed: int
) -> tuple[dict[int, Singing], dict[int, str]]:
    """Return the singers of a render by the index of their track, and why other voices have none.

    ``vocal`` is that of :class:`compositions.sound.RenderParameters`. A voice that cannot sing is
    played by its instrument, and the reason is a sentence for the musician.
    """
    singers: dict[int, Singing] = {}
    reasons: dict[int, str] = {}
    for index, track in enumerate(tracks):
        if track.role is not TrackRole.VOCAL or track.percussion or vocal != "guide":
            continue
        if not sings(track, score):
            reasons[index] = "No vocal: its notes have no words. Its instrument plays instead."
            continue
        try:
            singers[index] = prepare(track, score, timeline, seed=seed)
        except VocalError as error:
            reasons[index] = f"No vocal: {error}. Its instrument plays instead."
    return singers, reasons
