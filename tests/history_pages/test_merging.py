"""Pages that bring lines of work together, and those of proposals."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from compositions.documents import load_plain
from compositions.history.branches import checkout, create_branch
from compositions.history.proposals import propose_branch
from compositions.history.versions import load_version, save_version
from compositions.models import Proposal, Version
from compositions.score.entities import to_entities
from tests.compositions.histories import (
    again,
    at_tempo,
    branch,
    edit,
    with_note,
    without_notes,
)
from tests.compositions.songs import make_song
from tests.history_pages.asking import HTMX, html, latest, url

pytestmark = pytest.mark.django_db


# -- Merging ---------------------------------------------------------------------------------


def conflicts_in(page: str) -> list[str]:
    return list(dict.fromkeys(re.findall(r'name="(conflict-[^"]+)"', page)))


def test_a_merge_is_shown_first_and_made_as_decided(signed_in, history):
    song = history.song
    address = url("song_merge", song)
    page = html(signed_in.get(address, {"from": "bridge-idea"}))
    names = conflicts_in(page)
    assert f"{len(names)} conflicts" in page
    assert page.count("side-letter") == 3 * len(names)
    assert "sus4" in page
    assert latest(song).number == len(history.versions)
    choices = dict.fromkeys(names, "theirs") | {names[0]: "base"}
    response = signed_in.post(address, {"from": "bridge-idea", **choices, "message": "Both"})
    merged = latest(song)
    assert response["Location"] == url("song_version", song, merged.number)
    assert (merged.message, merged.merged_parent) == ("Both", history.bridge.tip)
    resolutions = [row["resolution"] for row in merged.merge["resolved"]]
    assert sorted(set(resolutions)) == ["base", "theirs"]
    assert "kept: theirs" in html(signed_in.get(response["Location"]))
    page = html(signed_in.get(address, {"from": "bridge-idea"}))
    assert "There is nothing to merge" in page


def test_a_preview_changes_nothing_and_follows_the_choices(signed_in, history):
    address = url("song_merge", history.song)
    names = conflicts_in(html(signed_in.get(address, {"from": "bridge-idea"})))
    count = Version.objects.count()
    fields = {"from": "bridge-idea", "preview": "1", **dict.fromkeys(names, "theirs")}
    part = html(signed_in.post(address, fields, headers=HTMX))
    assert Version.objects.count() == count
    assert "<html" not in part
    assert part.count('value="theirs" checked') == len(names)
    assert "transposed +8" in part


def test_conflicts_that_came_up_meanwhile_are_shown_instead_of_decided(
    signed_in, musician, history
):
    address = url("song_merge", history.song)
    names = conflicts_in(html(signed_in.get(address, {"from": "bridge-idea"})))
    edit(history.song, musician, without_notes("Lead melody", (15, 16)))
    count = Version.objects.filter(source=Version.Source.MERGE).count()
    fields = {"from": "bridge-idea", **dict.fromkeys(names, "ours"), "message": "Mine"}
    response = signed_in.post(address, fields)
    assert response.status_code == 409
    assert "choose what to keep" in html(response)
    assert 'value="Mine"' in html(response)
    assert Version.objects.filter(source=Version.Source.MERGE).count() == count


def test_parts_of_a_branch_are_taken_over(signed_in, history):
    song = history.song
    address = url("song_pick", song)
    page = html(signed_in.get(address, {"from": "bridge-idea"}))
    assert "Brushed Drums" in page
    assert "Chorus 2" in page
    chosen = {"from": "bridge-idea", "first_bar": "7", "last_bar": "7"}
    page = html(signed_in.get(address, chosen))
    assert "sus4" in page
    assert conflicts_in(page) == []
    signed_in.post(address, chosen)
    chords = {chord["start"]: chord["quality"] for chord in load_plain(again(song))["chords"]}
    assert chords[6 * 1920] == "sus4"
    lead = to_entities(load_version(latest(song)))
    theirs = to_entities(load_version(history.bridge.tip))
    assert lead != theirs
    for wrong in ({"first_bar": "x"}, {"first_bar": "9", "last_bar": "3"}, {"track": "none"}):
        response = signed_in.get(address, {"from": "bridge-idea", **wrong})
        assert response.status_code == 400, wrong


def test_what_a_version_changed_is_taken_back(signed_in, history):
    address = url("song_revert", history.song, 2)
    assert "transposed -2" in html(signed_in.get(address))
    signed_in.post(address)
    assert latest(history.song).message.startswith("Take back version 2")
    assert "Nothing would change" in html(signed_in.get(address))
    assert "cannot be taken back" in html(signed_in.get(url("song_revert", history.song, 1)))


@pytest.fixture
def two_tempos(musician):
    """A song whose branch has another tempo, and one and the same new note, as it has itself."""
    song = make_song(musician, "ready")
    faster = create_branch(composition=song, user=musician, name="faster")
    checkout(composition=song, branch=faster, user=musician)
    edit(song, musician, at_tempo(120.0))
    edit(song, musician, with_note("Lead melody", 1, 70))
    save_version(composition=song, user=musician)
    checkout(composition=song, branch=branch(song, "main"), user=musician)
    edit(song, musician, at_tempo(96.0))
    edit(song, musician, with_note("Lead melody", 1, 70))
    return song


def test_what_all_else_depends_on_is_not_decided_by_default(signed_in, two_tempos):
    address = url("song_merge", two_tempos)
    page = html(signed_in.get(address, {"from": "faster"}))
    (name,) = conflicts_in(page)
    assert "Must be decided" in page
    assert "First decide" in page
    assert not re.search(r'name="conflict-[^>]* checked', page)
    response = signed_in.post(address, {"from": "faster"})
    assert response.status_code == 409
    assert "cannot be made as it is" in html(response)
    preview = {"from": "faster", name: "theirs", "preview": "1"}
    part = html(signed_in.post(address, preview, headers=HTMX))
    assert "Must be decided" not in part
    assert re.search(r'value="theirs" checked', part)
    assert "120" in part
    signed_in.post(address, {"from": "faster", name: "theirs"})
    assert again(two_tempos).tempos[0]["bpm"] == 120.0


def test_a_warning_is_mended_the_way_it_proposes(signed_in, two_tempos):
    address = url("song_merge", two_tempos)
    page = html(signed_in.get(address, {"from": "faster"}))
    (name,) = conflicts_in(page)
    assert "sounds twice" in page
    (fix,) = re.findall(r'name="fix" value="([^"]+)"', page)
    fields = {"from": "faster", name: "ours", "fix": fix}
    part = html(signed_in.post(address, {**fields, "preview": "1"}, headers=HTMX))
    assert "Will be mended" in part
    count = sum(len(track["notes"]) for track in load_plain(two_tempos)["tracks"])
    signed_in.post(address, fields)
    assert latest(two_tempos).note_count == count
    assert latest(two_tempos).merge["fixed"][0]["id"] == fix


def test_conflicts_beyond_those_listed_are_one_choice(signed_in, history, monkeypatch):
    monkeypatch.setattr("compositions.pages.plans.MOST_CONFLICTS", 3)
    address = url("song_merge", history.song)
    page = html(signed_in.get(address, {"from": "bridge-idea"}))
    names = conflicts_in(page)
    assert len(names) == 3
    assert "Take the proposed side for 5 more conflicts" in page
    fields = {"from": "bridge-idea", **dict.fromkeys(names, "theirs")}
    assert signed_in.post(address, fields).status_code == 409
    assert signed_in.post(address, {**fields, "accept_rest": "1"}).status_code == 302
    assert latest(history.song).merged_parent == history.bridge.tip


# -- Proposals -------------------------------------------------------------------------------


def test_a_proposal_is_shown_with_where_it_is_from_and_accepted_in_part(signed_in, history):
    song, proposal = history.song, history.proposal
    address = url("song_proposal", song, proposal.pk)
    page = html(signed_in.get(address))
    for words in ("a counter-line for chorus 2", "composer 1", "32 notes added", "Withdraw"):
        assert words in page
    part = {"first_bar": "15", "last_bar": "16"}
    assert "16 notes added" in html(signed_in.get(address, part))
    signed_in.post(address, part)
    proposal.refresh_from_db()
    assert proposal.state == Proposal.State.PARTLY_ACCEPTED
    assert proposal.result.note_count == proposal.result.parent.note_count + 16
    page = html(signed_in.get(address))
    assert "Accepted in part by" in page
    assert f"version {proposal.result.number}</a>" in page
    # Sent again, it says so and changes nothing.
    assert "The proposal is closed" in html(signed_in.post(address, part, follow=True))


def test_a_proposal_is_rejected_with_a_reason(signed_in, history):
    song, proposal = history.song, history.proposal
    before = again(song).tree_hash
    signed_in.post(url("song_proposal_reject", song, proposal.pk), {"reason": "Too busy"})
    proposal.refresh_from_db()
    assert proposal.state == Proposal.State.REJECTED
    assert "Too busy" in html(signed_in.get(url("song_proposal", song, proposal.pk)))
    assert again(song).tree_hash == before
    page = html(signed_in.post(url("song_proposal_withdraw", song, proposal.pk), follow=True))
    assert "The proposal is closed" in page


def test_a_branch_is_proposed_and_withdrawn(signed_in, history):
    song = history.song
    address = url("song_proposals", song)
    fields = {"branch": "bridge-idea", "target": "main", "title": "The leap"}
    response = signed_in.post(address, fields)
    proposal = Proposal.objects.get(composition=song, title="The leap")
    assert response["Location"] == url("song_proposal", song, proposal.pk)
    assert proposal.version == history.bridge.tip
    signed_in.post(url("song_proposal_withdraw", song, proposal.pk))
    proposal.refresh_from_db()
    assert proposal.state == Proposal.State.WITHDRAWN
    for wrong, words in (
        ({"title": ""}, "Say in a few words"),
        ({"branch": "nowhere"}, "Choose the branch"),
        ({"branch": "main"}, "cannot be proposed to itself"),
        ({"branch": "brushes"}, "holds nothing that"),
    ):
        page = signed_in.post(address, {**fields, **wrong, "description": "typed & kept"})
        assert page.status_code == 422, wrong
        assert words in html(page)
        assert "typed &amp; kept" in html(page)


def test_the_list_takes_as_many_queries_for_many_proposals_as_for_one(
    signed_in, musician, history, django_assert_num_queries
):
    address = url("song_proposals", history.song)
    signed_in.get(address)
    with CaptureQueriesContext(connection) as few:
        signed_in.get(address)
    for number in range(3):
        propose_branch(
            composition=history.song,
            user=musician,
            title=f"Leap {number}",
            branch=history.bridge,
            target=branch(history.song, "main"),
        )
    with django_assert_num_queries(len(few)):
        signed_in.get(address)
