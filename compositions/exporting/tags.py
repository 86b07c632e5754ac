"""What the files of a song say about it: title, artist, album, tempo, key, words, cover."""

from __future__ import annotations

import io

from PIL import Image, UnidentifiedImageError

from compositions.models import Composition
from compositions.score.document import Score
from compositions.share_video.cover import cover_art, cover_jpeg
from compositions.sound import Tags
from projects.models import Membership, Project
from projects.roles import Role

_COVER_SIDE = 1200
_COVER_QUALITY = 88
_DRAWN_SIDE = 800


def song_tags(composition: Composition, score: Score) -> Tags:
    """Return the tags of a song's sound files; the artist is who owns its project."""
    key = score.keys[0] if score.keys else None
    genre = composition.spec.get("genre") if isinstance(composition.spec, dict) else None
    named = genre.get("value") if isinstance(genre, dict) else genre
    return Tags(
        title=composition.name,
        artist=artist_of(composition.project),
        album=composition.project.name,
        genre=str(named or ""),
        year=str(composition.created_at.year),
        bpm=score.tempos[0].bpm if score.tempos else None,
        key=f"{key.tonic} {key.mode.value.replace('_', ' ')}" if key else "",
        comment="Made with AriaForge",
        lyrics=lyrics_of(composition, score),
    )


def artist_of(project: Project) -> str:
    """Return the name of the project's first owner."""
    owner = (
        Membership.objects.filter(project=project, role=Role.OWNER)
        .select_related("user")
        .order_by("id")
        .first()
    )
    if owner is None:
        return ""
    return str(owner.user.get_full_name() or owner.user.username)


def lyrics_of(composition: Composition, score: Score) -> str:
    """Return the words as written, an empty line between sections."""
    lines: list[str] = []
    before = None
    for line in score.lines:
        if before not in (None, line.section_id):
            lines.append("")
        lines.append(line.text)
        before = line.section_id
    return "\n".join(lines) or composition.lyrics.strip()


def cover_of(composition: Composition, tags: Tags) -> bytes:
    """Return a song's cover as a JPEG: that of its project, or one drawn for it with its title."""
    given = _given_cover(composition.project)
    if given is None:
        return cover_jpeg(str(composition.pk), tags.genre, tags.title, tags.artist, _DRAWN_SIDE)
    given.thumbnail((_COVER_SIDE, _COVER_SIDE))
    out = io.BytesIO()
    given.save(out, "JPEG", quality=_COVER_QUALITY)
    return out.getvalue()


def picture_of(composition: Composition, tags: Tags) -> Image.Image:
    """Return the picture of a song without its title: its project's cover, or one drawn for it."""
    given = _given_cover(composition.project)
    if given is None:
        return cover_art(str(composition.pk), tags.genre, _DRAWN_SIDE)
    side = min(given.size)
    left, top = (given.width - side) // 2, (given.height - side) // 2
    return given.crop((left, top, left + side, top + side))


def _given_cover(project: Project) -> Image.Image | None:
    if not project.cover:
        return None
    try:
        with project.cover.open("rb") as stored, Image.open(stored) as picture:
            return picture.convert("RGB")
    except (OSError, UnidentifiedImageError):
        return None  # a song with another picture is better than no song
