"""What the permission test walks through: people in every role, and one of each thing.

To test the URLs of another app, add its things in :func:`build_world`, owned by the
project (or, for what belongs to one person, by ``editor``, so that the owner of the
project is a stranger to it).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from accounts.models import ApiToken, User
from accounts.services import create_api_token, issue_sign_in_link
from ariaforge.models import Job
from compositions.ai_sessions.steps import add_step, end_step, open_session
from compositions.documents import load_plain
from compositions.editing import apply_edits, undo
from compositions.history.branches import create_branch, create_tag
from compositions.history.proposals import propose
from compositions.models import (
    AISessionStep,
    Branch,
    Composition,
    EditBatch,
    Export,
    Import,
    Preset,
    ProjectArchive,
    Proposal,
    Render,
    Tag,
)
from compositions.presets.services import create_preset, delete_preset, update_preset
from media.models import Asset
from projects.models import Membership, Project
from projects.roles import Role
from tests.compositions.presets import make_factory_preset
from tests.compositions.songs import make_song
from tests.factories import MembershipFactory, ProjectFactory, UserFactory

ANONYMOUS, STAFF, STRANGER = "anonymous", "staff", "stranger"
ROLES = (ANONYMOUS, STRANGER, "viewer", "commenter", "editor", "owner", STAFF)


@dataclass
class World:
    """One of each thing, and a person for each role (``None`` for anonymous).

    ``staff`` is a superuser who is a member of nothing: the admin is theirs, but in the
    studio itself they are a stranger like any other.
    """

    people: dict[str, User | None]
    project: Project
    trashed: Project
    member: Membership
    editor_token: ApiToken
    link_secret: str
    editor_job: Job
    asset: Asset
    song: Composition
    working_song: Composition
    stopped_song: Composition
    trashed_song: Composition
    render: Render
    export: Export
    step: AISessionStep
    preset: Preset
    factory_preset: Preset
    branch: Branch
    tag: Tag
    proposal: Proposal
    brought: Import
    archive: ProjectArchive
    editor_edit: EditBatch
    more: dict[str, Any] = field(default_factory=dict)


def build_world() -> World:
    """Return a new world in the database."""
    owner = UserFactory(username="olga")
    project = ProjectFactory(owner=owner, name="Evenings", cover="projects/covers/gone.webp")
    trashed = ProjectFactory(owner=owner, name="Nights")
    people: dict[str, User | None] = {
        ANONYMOUS: None,
        STRANGER: UserFactory(username="stranger"),
        "owner": owner,
        STAFF: UserFactory(username="staffed", staff=True),
    }
    for role in (Role.VIEWER, Role.COMMENTER, Role.EDITOR):
        user = people[role.value] = UserFactory(username=role.value)
        MembershipFactory(project=project, user=user, role=role)
        MembershipFactory(project=trashed, user=user, role=role)
    member = MembershipFactory(project=project, role=Role.VIEWER)
    trashed.soft_delete()
    UserFactory(username="newcomer")
    token, _ = create_api_token(user=people["editor"], name="backup", scopes=["read"])
    _, secret = issue_sign_in_link()
    song = make_song(people["editor"], "ready", project=project)
    trashed_song = make_song(people["editor"], "composed", project=project)
    trashed_song.soft_delete()
    export = Export.objects.create(
        composition=song, format="midi", content_hash=song.content_hash, asset=song.midi
    )
    # Version 1 is what was composed, version 2 what the editor offers.
    proposal = propose(
        composition=song,
        user=people["editor"],
        title="Another title",
        data={**load_plain(song), "title": "Storm"},
    )
    # What editor and owner did to one song they may undo; on another one they did undo it.
    working_song = make_song(people["editor"], "rendering", project=project)
    stopped_song = make_song(people["editor"], "cancelled", project=project)
    for number, name in enumerate(("owner", "editor")):
        for edited in (working_song, stopped_song):
            batch = rename_track(edited, people[name], number)
        undo(composition=working_song, user=people[name])
    return World(
        people=people,
        project=project,
        trashed=trashed,
        member=member,
        editor_token=token,
        link_secret=secret,
        editor_job=Job.objects.create(owner=people["editor"], kind="compose", queue="compose"),
        asset=song.midi,
        song=song,
        working_song=working_song,
        trashed_song=trashed_song,
        stopped_song=stopped_song,
        render=song.current_render,
        export=export,
        step=ask_composer(song, people["editor"], proposal),
        preset=preset_of(people["editor"]),
        factory_preset=Preset.objects.get(name="Quiet"),
        branch=create_branch(composition=song, user=people["editor"], name="idea"),
        tag=create_tag(composition=song, user=people["editor"], name="Demo", version="v1"),
        proposal=proposal,
        brought=Import.objects.create(
            composition=song, filename="tune.mid", format="midi", mode="apply", sha256="0" * 64
        ),
        archive=ProjectArchive.objects.create(
            project=project, direction="export", filename="Evenings.ariaforge"
        ),
        editor_edit=batch,
        more={"comparison": comparison_of(people["editor"], song)},
    )


def preset_of(user: User | None) -> Preset:
    """An effect of somebody's that others may use, with two versions; and one of the studio's."""
    assert user is not None
    make_factory_preset("Quiet", "render", {"target_lufs": -20.0})
    trashed = create_preset(user=user, kind="effect", name="Gone", settings={"width": 0.1})
    delete_preset(preset=trashed, user=user)
    made = create_preset(
        user=user, kind="effect", name="Wide", settings={"width": 0.9}, is_public=True
    )
    return update_preset(preset=made, user=user, settings={"width": 0.8})


def comparison_of(user: User | None, song: Composition) -> Job:
    """A comparison of presets that somebody asked to hear."""
    parameters = {"composition": str(song.pk)}
    return Job.objects.create(
        owner=user, kind="compare_presets", queue="render", parameters=parameters
    )


def ask_composer(song: Composition, user: User | None, proposal: Proposal) -> AISessionStep:
    """A session of the editor's about the song, with the step that composed it."""
    assert user is not None
    step = add_step(
        session=open_session(composition=song, user=user, title="Rain"),
        user=user,
        operation="compose",
        prompt=song.ai_prompt,
        seed=1,
    )
    end_step(step, "chosen", result_version=proposal.base, engine_version="composer 1")
    step.refresh_from_db()
    return step


def rename_track(song: Composition, user: User | None, number: int) -> EditBatch:
    """Let somebody rename one of the tracks; return that batch of edits."""
    assert user is not None
    track = song.tracks.all()[number].entity_id
    renaming = {"op_id": f"op{number}", "entity_id": track, "set": {"name": "Named anew"}}
    return apply_edits(composition=song, user=user, name="Rename", operations=[renaming]).batch
