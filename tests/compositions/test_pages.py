"""Pages of songs in every state, for everybody who may and may not see them."""

from __future__ import annotations

import re
import uuid
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client
from django.urls import reverse

from ariaforge.models import Job
from compositions.models import Composition
from compositions.services import INBOX_NAME
from projects.roles import Role
from tests.compositions.songs import PROMPT, STATES, advance, make_song
from tests.factories import MembershipFactory, ProjectFactory, UserFactory

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
PARTS = ("composition_detail", "composition_progress", "composition_performance")
CHANGES = (
    "composition_cancel",
    "composition_retry",
    "composition_rename",
    "composition_delete",
)


@pytest.fixture
def signed_in(musician: Any, page_client: Any) -> Client:
    return page_client(musician)


def url(name: str, song: Composition) -> str:
    return reverse(name, args=[song.pk])


def html(response: Any) -> str:
    return response.content.decode()


# -- The prompt -----------------------------------------------------------------------------


def test_home_is_the_prompt_box(signed_in):
    page = html(signed_in.get("/"))
    assert "What do you want to hear?" in page
    assert 'name="prompt"' in page
    assert page.count("data-example=") >= 4
    assert f'data-example="{PROMPT}"' in page


def test_nobody_is_sent_to_the_sign_in_and_back(client):
    for address in ("/", reverse("composition_list"), f"/songs/{uuid.uuid4()}/"):
        response = client.get(address)
        assert response.status_code == 302
        assert response["Location"] == f"{reverse('account_login')}?next={address}"
    # A part of a page sends the whole page there, instead of showing a form in its place.
    part = client.get(reverse("composition_list"), headers=HTMX)
    assert part.status_code == 204
    assert part["HX-Redirect"] == reverse("account_login")


def test_a_prompt_becomes_a_song_at_its_own_address(signed_in, musician):
    response = signed_in.post(
        "/", {"prompt": f"  {PROMPT}\r\n", "seed": "42", "lyrics": "la\r\nla"}
    )
    song = Composition.objects.get()
    assert response.status_code == 302
    assert response["Location"] == url("composition_detail", song)
    assert (song.ai_prompt, song.seed, song.lyrics) == (PROMPT, 42, "la\nla")
    assert song.project.name == INBOX_NAME
    assert Job.objects.get().owner == musician


def test_a_form_sent_twice_makes_one_song(signed_in):
    page = html(signed_in.get("/"))
    key = re.search(r'name="request_key" value="([^"]+)"', page).group(1)
    first = signed_in.post("/", {"prompt": PROMPT, "request_key": key})
    second = signed_in.post("/", {"prompt": PROMPT, "request_key": key})
    assert first["Location"] == second["Location"]
    other = signed_in.post("/", {"prompt": "something else", "request_key": key})
    assert other["Location"] != first["Location"]
    assert Composition.objects.count() == 2


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"prompt": "   "}, "Say in a few words"),
        ({"prompt": "y" * 1001}, "The prompt has 1001 characters; 1000 are the most."),
        ({"prompt": "a waltz", "seed": "-1"}, "greater than or equal to 0"),
        ({"prompt": "a waltz", "lyrics": "z" * 10_001}, "10000"),
        ({"prompt": "a waltz", "project": str(uuid.uuid4())}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_used_is_said_and_nothing_typed_is_lost(signed_in, fields, message):
    response = signed_in.post("/", fields)
    page = html(response)
    assert response.status_code == 422
    assert message in page
    assert fields["prompt"].strip() in page
    assert fields.get("lyrics", "") in page
    assert not Composition.objects.exists()
    if len(fields) > 1:
        assert re.search(r"<details[^>]* open", page)


def test_songs_go_only_into_projects_that_one_may_edit(signed_in, musician):
    mine = ProjectFactory(owner=musician, name="Mine")
    seen = MembershipFactory(user=musician, role=Role.VIEWER).project
    foreign = ProjectFactory()
    page = html(signed_in.get("/", {"project": mine.pk}))
    assert f'value="{mine.pk}" selected' in page
    assert str(seen.pk) not in page
    assert str(foreign.pk) not in page
    for project in (seen, foreign):
        assert signed_in.post("/", {"prompt": PROMPT, "project": project.pk}).status_code == 422
    signed_in.post("/", {"prompt": PROMPT, "project": mine.pk})
    assert Composition.objects.get().project == mine


def test_another_song_from_the_same_prompt_begins_with_it(signed_in, musician):
    song = make_song(musician, "composed")
    page = html(signed_in.get("/", {"from": song.pk}))
    assert (
        PROMPT in re.search(r"<textarea[^>]*name=\"prompt\".*?</textarea>", page, re.DOTALL).group()
    )
    foreign = make_song(UserFactory(), "composed")
    Composition.objects.filter(pk=foreign.pk).update(ai_prompt="a secret wish")
    assert "a secret wish" not in html(signed_in.get("/", {"from": foreign.pk}))
    assert signed_in.get("/", {"from": "nonsense"}).status_code == 200


# -- One song ---------------------------------------------------------------------------------


@pytest.mark.parametrize("state", STATES)
def test_the_page_shows_what_there_is_in_each_state(signed_in, musician, state):
    song = make_song(musician, state, title="Rain on the Tape")
    page = html(signed_in.get(url("composition_detail", song)))
    assert "<h1>Rain on the Tape</h1>" in page
    assert PROMPT in page
    composed, working = state != "composing", state in ("composing", "rendering")
    assert ('class="timeline"' in page) is composed
    assert ("Download MIDI" in page) is composed
    assert ("What was understood" in page) is composed
    assert ('role="progressbar"' in page) is (state not in ("ready", "composed"))
    assert ("every 5s" in page) is working
    assert ('http-equiv="refresh"' in page) is working
    assert (url("composition_cancel", song) in page) is working
    assert (url("composition_retry", song) in page) is (state in ("failed", "cancelled"))
    assert ("<audio" in page) is (state == "ready")
    assert ("Download WAV" in page) is (state == "ready")
    if state == "failed":
        assert "The disk is full." in page
    if state == "ready":
        assert song.current_render.mix.get_absolute_url() in page
        assert "-14.0 LUFS" in page


def test_the_picture_is_also_there_in_words(signed_in, musician):
    page = html(signed_in.get(url("composition_detail", make_song(musician, "composed"))))
    words = page[page.index("The same in words") :]
    for text in ("Chorus 2", "bars 15–18", "90 %", "Upright Bass", "B♭maj7 · A7 · Dm9 · Gm7"):
        assert text in words
    assert "“wobbly”" in page or "<q>wobbly</q>" in page


def test_texts_of_people_are_escaped(signed_in, musician):
    song = make_song(musician, "ready", title="<script>alert(1)</script>")
    song.ai_prompt = "</script><img src=x onerror=alert(2)>"
    song.lyrics = "<b>bold</b>"
    song.sections.update(label="</script><i>x</i>")
    song.save()
    page = html(signed_in.get(url("composition_detail", song)))
    for evil in ("<script>alert(1)", "<img src=x", "<b>bold", "</script><i>"):
        assert evil not in page


@pytest.mark.parametrize("role", [Role.VIEWER, Role.COMMENTER])
def test_who_may_only_look_sees_no_controls_and_can_change_nothing(musician, page_client, role):
    songs = [make_song(musician, state) for state in ("rendering", "failed")]
    guest = MembershipFactory(project=songs[0].project, role=role).user
    looking = page_client(guest)
    for song in songs:
        page = html(looking.get(url("composition_detail", song)))
        for name in CHANGES:
            assert url(name, song) not in page
            assert looking.post(url(name, song), {"name": "Mine now"}).status_code == 403
        song.refresh_from_db()
        assert song.name == "Rain on the Tape"
        assert song.deleted_at is None


def test_strangers_find_nothing(musician, page_client):
    song = make_song(musician, "ready")
    stranger = page_client(UserFactory())
    for name in PARTS:
        assert stranger.get(url(name, song), headers=HTMX).status_code == 404
    for name in CHANGES:
        assert stranger.post(url(name, song)).status_code == 404
    project_songs = reverse("project_compositions", args=[song.project_id])
    assert stranger.get(project_songs).status_code == 404
    assert song.name not in html(stranger.get(reverse("composition_list")))


def test_changes_need_post(signed_in, musician):
    song = make_song(musician, "rendering")
    for name in CHANGES:
        assert signed_in.get(url(name, song)).status_code == 405


# -- Live parts ---------------------------------------------------------------------------------


def test_progress_alone_is_sent_while_nothing_else_changed(signed_in, musician):
    song = make_song(musician, "rendering")
    page = html(signed_in.get(url("composition_detail", song)))
    address = re.search(r'hx-get="([^"]+/progress/[^"]+)"', page).group(1)
    part = html(signed_in.get(address, headers=HTMX))
    assert 'aria-valuenow="44"' in part
    assert "song-body" not in part
    # Now the mix is there: the same address brings the rest of the page with it.
    advance(song.pending_render.job, "succeeded")
    song.current_render, song.pending_render = song.pending_render, None
    song.save()
    part = html(signed_in.get(address, headers=HTMX))
    assert 'hx-target="#song-body"' in part
    assert 'hx-target="#transport"' in part
    assert "every 5s" not in part
    assert "<html" not in part


def test_the_progress_part_is_no_page_of_its_own(signed_in, musician):
    song = make_song(musician, "rendering")
    response = signed_in.get(url("composition_progress", song))
    assert response["Location"] == url("composition_detail", song)


def test_cancel_stops_the_work_and_retry_starts_it_again(signed_in, musician):
    song = make_song(musician, "rendering")
    job = song.pending_render.job
    part = html(signed_in.post(url("composition_cancel", song), headers=HTMX))
    assert "Stopping" in part
    assert url("composition_cancel", song) not in part
    job.refresh_from_db()
    assert job.cancel_requested_at is not None
    # What the worker does then.
    advance(job, "cancelled")
    part = html(signed_in.get(url("composition_progress", song), headers=HTMX))
    assert "The mix was cancelled" in part
    assert "The notes are kept" in part
    response = signed_in.post(url("composition_retry", song))
    assert response["Location"] == url("composition_detail", song)
    job.refresh_from_db()
    assert job.state == "queued"


def test_a_new_name_is_kept_and_an_unfit_one_is_said(signed_in, musician):
    song = make_song(musician, "ready")
    part = signed_in.post(url("composition_rename", song), {"name": " Wet  Tape "}, headers=HTMX)
    assert "<h1>Wet Tape</h1>" in html(part)
    song.refresh_from_db()
    assert song.name == "Wet Tape"
    refused = signed_in.post(url("composition_rename", song), {"name": "n" * 201}, headers=HTMX)
    assert refused.status_code == 422
    assert "n" * 201 in html(refused)
    assert "200 characters at most" in html(refused)
    plain = signed_in.post(url("composition_rename", song), {"name": "  "}, follow=True)
    assert "A song needs a name." in html(plain)


def test_a_song_in_the_trash_is_gone_from_the_pages(signed_in, musician):
    song = make_song(musician, "ready")
    response = signed_in.post(url("composition_delete", song), follow=True)
    assert "is in the trash now" in html(response)
    assert signed_in.get(url("composition_detail", song)).status_code == 404
    assert Composition.all_objects.get(pk=song.pk).deleted_at is not None


# -- Lists -----------------------------------------------------------------------------------------


def test_the_list_says_how_each_song_stands(signed_in, musician):
    for state in STATES:
        make_song(musician, state, title=f"Song {state}")
    page = html(signed_in.get(reverse("composition_list")))
    for state in STATES:
        assert f"Song {state}" in page or state == "composing"
    for word in ("Ready", "Failed", "Cancelled", "Notes only", "Rendering 44 %", "Composing 6 %"):
        assert word in page
    assert "D minor" in page
    assert "82 bpm" in page
    assert 'viewBox="0 0 64 2"' in page


def test_empty_lists_offer_a_beginning(signed_in, musician):
    assert "Nothing composed yet" in html(signed_in.get(reverse("composition_list")))
    project = ProjectFactory(owner=musician)
    page = html(signed_in.get(reverse("project_compositions", args=[project.pk])))
    assert "No songs in this project yet" in page
    assert f"/?project={project.pk}" in page


def test_a_project_lists_its_own_songs_only_and_alone_for_htmx(signed_in, musician):
    project = ProjectFactory(owner=musician)
    make_song(musician, "composed", project=project, title="Inside")
    make_song(musician, "composed", title="Outside")
    address = reverse("project_compositions", args=[project.pk])
    page, part = html(signed_in.get(address)), html(signed_in.get(address, headers=HTMX))
    for text in (page, part):
        assert "Inside" in text
        assert "Outside" not in text
    assert "<html" in page
    assert "<html" not in part


def test_lists_go_on_by_key(signed_in, musician):
    with patch("compositions.pages.songs.LIST_SIZE", 2):
        for number in range(5):
            make_song(musician, "composed", title=f"Song {number}")
        seen, address = [], reverse("composition_list")
        for _ in range(3):
            page = html(signed_in.get(address))
            seen += re.findall(r">(Song \d)</a>", page)
            older = re.search(r'href="(\?before=[^"]+)"', page)
            address = reverse("composition_list") + older.group(1) if older else ""
        assert seen == [f"Song {number}" for number in (4, 3, 2, 1, 0)]
        assert not address
        newer = re.search(r'href="(\?after=[^"]+)"', page).group(1)
        back = html(signed_in.get(reverse("composition_list") + newer))
        assert re.findall(r">(Song \d)</a>", back) == ["Song 2", "Song 1"]
    assert signed_in.get(reverse("composition_list"), {"before": "x"}).status_code == 200


@pytest.mark.parametrize("kind", ["all", "project"])
def test_lists_ask_the_database_as_often_for_twenty_songs_as_for_one(
    signed_in, musician, kind, django_assert_num_queries
):
    project = ProjectFactory(owner=musician)
    address = reverse("composition_list")
    queries = 3  # the session, the person, the songs
    if kind == "project":
        address = reverse("project_compositions", args=[project.pk])
        queries = 4
    make_song(musician, "ready", project=project)
    with django_assert_num_queries(queries):
        signed_in.get(address)
    for _ in range(19):
        make_song(musician, "composed", project=project)
    with django_assert_num_queries(queries):
        page = html(signed_in.get(address))
    assert page.count('class="song-row') == 20


def test_the_song_page_and_its_progress_ask_a_fixed_number_of_times(
    signed_in, musician, django_assert_num_queries
):
    song = make_song(musician, "rendering")
    # Session, person, song, tracks, notes, sections, chords, lines, syllables, whether one may
    # edit, exports, versions.
    with django_assert_num_queries(12):
        page = html(signed_in.get(url("composition_detail", song)))
    address = re.search(r'hx-get="([^"]+/progress/[^"]+)"', page).group(1)
    with django_assert_num_queries(4):
        signed_in.get(address, headers=HTMX)


def test_an_editor_finds_a_song_in_the_trash_and_restores_it(signed_in, musician):
    song = make_song(musician, "ready", title="Night bus")
    signed_in.post(url("composition_delete", song))
    page = signed_in.get(reverse("composition_trash")).content.decode()
    assert "Night bus" in page
    answer = signed_in.post(url("composition_restore", song))
    assert answer.url == url("composition_detail", song)
    assert signed_in.get(answer.url).status_code == 200
    assert signed_in.get(song.current_render.mix.get_absolute_url()).status_code == 200
    assert "The trash is empty" in signed_in.get(reverse("composition_trash")).content.decode()
