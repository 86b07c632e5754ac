"""Pages of versions, branches and tags, and of comparing them, for everybody."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from compositions.documents import load_plain
from compositions.history.branches import create_branch, protect_branch
from compositions.history.versions import save_version
from compositions.models import Branch, Composition, Tag, Version
from compositions.score.midi import read_midi
from projects.roles import Role
from tests.compositions.histories import (
    again,
    branch,
    edit,
    softer,
    transposed,
)
from tests.compositions.songs import make_song
from tests.factories import MembershipFactory, UserFactory
from tests.history_pages.asking import HTMX, html, latest, url

pytestmark = pytest.mark.django_db


# -- The list --------------------------------------------------------------------------------


def test_the_history_shows_versions_branches_tags_proposals_and_unsaved_edits(signed_in, history):
    page = html(signed_in.get(url("song_history", history.song)))
    places = [page.index(f'id="version-{version.number}"') for version in history.versions]
    assert places == sorted(places, reverse=True)
    assert page.index('id="working-copy"') < min(places)
    for words in (
        "Lift the verse",
        "Demo for Ana",
        "bridge-idea",
        "A counter-line for the second chorus",
        "Unsaved edits",
        "8 notes removed from Rhodes, bar 19",
        "Merged",
        "You are here",
    ):
        assert words in page
    # The merge has a line to each of its parents, and a sign of its own.
    row = page[page.index('id="version-5"') : page.index('id="version-4"')]
    lines = re.findall(r'<path d="M(\d+) (\d+)', row)
    assert lines.count(("10", "22")) == 2
    assert 'class="version-row track-0 is-merge" id="version-5"' in page


def test_a_song_without_notes_says_that_there_is_nothing_to_keep(signed_in, musician):
    page = html(signed_in.get(url("song_history", make_song(musician, "composing"))))
    assert "There is nothing to keep yet" in page
    assert "Save version" not in page


def test_those_who_may_not_change_the_song_see_all_and_have_no_buttons(page_client, history):
    viewer = UserFactory()
    MembershipFactory(project=history.song.project, user=viewer, role=Role.COMMENTER)
    client = page_client(viewer)
    song = history.song
    pages = {
        url("song_history", song): "Lift the verse",
        url("song_version", song, 2): "Compare with now",
        url("song_compare", song): "8 notes removed",
        url("song_merge", song) + "?from=bridge-idea": "conflicts",
        url("song_pick", song) + "?from=bridge-idea&first_bar=7&last_bar=7": "sus4",
        url("song_proposals", song): "A counter-line",
        url("song_proposal", song, history.proposal.pk): "32 notes added",
        url("song_blame", song): "notes</span>",
    }
    for address, words in pages.items():
        page = html(client.get(address))
        assert words in page, address
        main = page[page.index("<main") : page.index("</main>")]
        posts = re.findall(r'<form[^>]*method="post"[^>]*action="([^"]*)"', main)
        posts += re.findall(r'<form[^>]*id="plan"[^>]*>', main)
        # A fork is a song of one's own, and the plan is a form without a button.
        left = [form for form in posts if "/fork/" not in form and 'id="plan"' not in form]
        own = [form for form in left if "merge/" not in form and "pick/" not in form]
        own = [form for form in own if not form.endswith(f"proposals/{history.proposal.pk}/")]
        assert own == [], address
        assert "Save version" not in main
        assert 'class="merge-action"' not in main


def test_older_versions_come_page_by_page_with_the_graph_going_on(signed_in, musician, monkeypatch):
    monkeypatch.setattr("compositions.pages.history.PAGE_SIZE", 3)
    song = make_song(musician, "ready")
    for number in range(2, 9):
        edit(song, musician, softer("Rhodes", 1))
        save_version(composition=song, user=musician, message=f"Take {number}")
    seen: list[int] = []
    address = url("song_history", song)
    page = html(signed_in.get(address))
    for _ in range(5):
        seen += [int(number) for number in re.findall(r'id="version-(\d+)"', page)]
        older = re.search(r'href="([^"]*\?before=\d+)"', page)
        if older is None:
            break
        page = html(signed_in.get(older[1], headers=HTMX))
        assert "<html" not in page
        # What comes later begins with a line from above.
        assert 'd="M10 0V22"' in page
    assert seen == [8, 7, 6, 5, 4, 3, 2, 1]
    # When the list brings itself up to date, it brings what was loaded along.
    page = html(signed_in.get(address, {"to": "4"}, headers=HTMX))
    assert [int(number) for number in re.findall(r'id="version-(\d+)"', page)] == [8, 7, 6, 5, 4]
    for nonsense in ("x", "-1", "9" * 30, "²"):
        assert signed_in.get(address, {"before": nonsense}).status_code == 200


def test_the_list_takes_as_many_queries_for_many_versions_as_for_few(
    signed_in, musician, django_assert_num_queries
):
    song = make_song(musician, "ready")
    edit(song, musician, softer("Rhodes", 1))
    save_version(composition=song, user=musician)
    address = url("song_history", song)
    signed_in.get(address)
    with CaptureQueriesContext(connection) as few:
        signed_in.get(address)
    for number in range(4):
        edit(song, musician, softer("Rhodes", 1))
        save_version(composition=song, user=musician)
        create_branch(composition=song, user=musician, name=f"idea {number}")
    assert len(few) <= 20
    with django_assert_num_queries(len(few)):
        signed_in.get(address)


def test_the_page_of_the_song_leads_to_its_history(signed_in, musician):
    song = make_song(musician, "ready")
    page = html(signed_in.get(url("composition_detail", song)))
    assert f'href="{url("song_history", song)}"' in page
    assert "unsaved edits" not in page
    edit(song, musician, softer("Rhodes", 1))
    assert "unsaved edits" in html(signed_in.get(url("composition_detail", song)))


# -- Changes ---------------------------------------------------------------------------------


def test_a_version_is_saved_with_its_message_or_with_words_for_what_changed(signed_in, musician):
    song = make_song(musician, "ready")
    edit(song, musician, transposed("Lead melody", (3, 4), 2))
    part = signed_in.post(url("song_version_save", song), {"message": " Lift "}, headers=HTMX)
    assert part.status_code == 200
    assert "<html" not in html(part)
    assert "Nothing has changed since version 2." in html(part)
    assert latest(song).message == "Lift"
    edit(song, musician, transposed("Lead melody", (3, 4), -2))
    page = signed_in.post(url("song_version_save", song), follow=True)
    assert "Saved as version 3." in html(page)
    assert "transposed" in latest(song).message
    page = signed_in.post(url("song_version_save", song), follow=True)
    assert "Nothing has changed since the last version." in html(page)


def test_what_was_typed_stays_when_it_cannot_be_saved(signed_in, musician):
    song = make_song(musician, "ready")
    edit(song, musician, softer("Rhodes", 1))
    typed = "long " * 120
    part = signed_in.post(url("song_version_save", song), {"message": typed}, headers=HTMX)
    assert part.status_code == 422
    assert "500 are the most" in html(part)
    assert typed in html(part)
    assert latest(song).number == 1


def test_restore_branch_tag_and_fork_from_a_version(signed_in, musician, history):
    song = history.song
    first = Version.objects.get(composition=song, number=1)
    signed_in.post(url("song_version_restore", song, 1))
    assert again(song).tree_hash == first.tree_hash
    # The unsaved edits are kept before.
    assert latest(song).parent.source == Version.Source.AUTOMATIC
    signed_in.post(url("song_branch_create", song), {"name": "old days", "start": "v1"})
    assert branch(song, "old days").tip == first
    signed_in.post(url("song_version_tag", song, 1), {"name": "The first"})
    assert Tag.objects.get(composition=song, name="The first").version == first
    signed_in.post(url("song_version_fork", song, 1))
    fork = Composition.objects.latest("created_at")
    assert fork.forked_from == first
    assert fork.content_hash == first.content_hash
    page = html(signed_in.get(url("song_version", fork, 1)))
    assert "Rain on the Tape" in page


def test_branches_are_switched_renamed_protected_and_deleted(signed_in, musician, history):
    song = history.song
    brushes = branch(song, "brushes")
    signed_in.post(url("song_branch_checkout", song, brushes.pk))
    assert again(song).branch == brushes
    signed_in.post(url("song_branch_rename", song, brushes.pk), {"name": "soft"})
    assert Branch.objects.get(pk=brushes.pk).name == "soft"
    signed_in.post(url("song_branch_protect", song, brushes.pk), {"protected": "yes"})
    assert Branch.objects.get(pk=brushes.pk).is_protected
    for name, fields, words in (
        ("song_branch_delete", {}, "protected"),
        ("song_branch_rename", {"name": ""}, "needs a name"),
        ("song_branch_rename", {"name": "main"}, "has a branch “main” already"),
    ):
        page = html(signed_in.post(url(name, song, brushes.pk), fields, follow=True))
        assert words in page, name
    signed_in.post(url("song_branch_protect", song, brushes.pk), {"protected": "no"})
    signed_in.post(url("song_branch_checkout", song, branch(song, "main").pk))
    signed_in.post(url("song_branch_delete", song, brushes.pk))
    assert not Branch.objects.filter(pk=brushes.pk).exists()
    tag = Tag.objects.get(composition=song)
    signed_in.post(url("song_tag_delete", song, tag.pk))
    assert not Tag.objects.filter(composition=song).exists()


def test_an_editor_is_told_that_a_branch_is_protected(page_client, musician, history):
    editor = UserFactory()
    MembershipFactory(project=history.song.project, user=editor, role=Role.EDITOR)
    main = branch(history.song, "main")
    protect_branch(branch=main, user=musician)
    client = page_client(editor)
    page = html(client.post(url("song_version_restore", history.song, 1), follow=True))
    assert "is protected" in page
    assert ">Protect" not in page
    part = client.post(url("song_version_save", history.song), headers=HTMX)
    assert part.status_code == 422
    assert "is protected" in html(part)


def test_what_belongs_to_another_song_is_not_found(signed_in, musician, history):
    other = make_song(musician, "ready")
    tag = Tag.objects.get(composition=history.song)
    for name, key in (
        ("song_branch_delete", history.bridge.pk),
        ("song_branch_checkout", history.bridge.pk),
        ("song_tag_delete", tag.pk),
        ("song_proposal_reject", history.proposal.pk),
        ("song_version_restore", 7),
    ):
        assert signed_in.post(url(name, other, key)).status_code == 404, name
    assert signed_in.get(url("song_proposal", other, history.proposal.pk)).status_code == 404
    assert signed_in.get(url("song_version_midi", other, 7)).status_code == 404


def test_the_midi_file_of_a_version_holds_its_notes(signed_in, history):
    response = signed_in.get(url("song_version_midi", history.song, 2))
    assert response["Content-Type"] == "audio/midi"
    assert "rain-on-the-tape-v2.mid" in response["Content-Disposition"]
    score = read_midi(response.content).score
    assert score.note_count == Version.objects.get(composition=history.song, number=2).note_count


# -- Comparing -------------------------------------------------------------------------------


def test_two_versions_side_by_side_in_words_and_notes(signed_in, history):
    page = html(signed_in.get(url("song_compare", history.song), {"from": "v1", "to": "v2"}))
    assert "transposed +2" in page
    target = re.search(r'<a href="#(bars-[^"]+)">', page)[1]
    assert f'<figure class="diff-picture" id="{target}"' in page
    assert page.count('class="note-moved"') > page.count('class="note-removed"')
    same = html(signed_in.get(url("song_compare", history.song), {"from": "v2", "to": "v2"}))
    assert "The two are the same, note for note." in same
    # Branches and tags are names for versions.
    names = {"from": "Demo for Ana", "to": "bridge-idea"}
    assert "transposed +5" in html(signed_in.get(url("song_compare", history.song), names))


def test_a_name_that_stands_for_nothing_is_said(signed_in, history):
    response = signed_in.get(url("song_compare", history.song), {"from": "v99", "to": "<b>"})
    assert response.status_code == 404
    assert "has no version, branch or tag “v99”" in html(response)
    assert "<b>" not in html(response)
    for fields in ({"from": "\0"}, {"from": "v1", "bar": "²"}, {"from": "v1", "track": "none"}):
        assert signed_in.get(url("song_compare", history.song), fields).status_code < 500


def test_one_track_alone_from_a_bar_on(signed_in, history):
    lead = next(
        track["id"]
        for track in load_plain(history.song)["tracks"]
        if track["name"] == "Lead melody"
    )
    fields = {"from": "v1", "to": "working", "track": lead, "bar": "10"}
    page = html(signed_in.get(url("song_compare", history.song), fields))
    assert "Only Lead melody is drawn, from bar 10 on." in page
    assert re.findall(r'<figure class="diff-picture" id="([^"]+)"', page) == [f"bars-{lead}-15"]


def test_each_note_is_shown_with_who_changed_it(signed_in, musician, history):
    lead = next(
        track["id"]
        for track in load_plain(history.song)["tracks"]
        if track["name"] == "Lead melody"
    )
    page = html(signed_in.get(url("song_blame", history.song), {"track": lead}))
    assert "Lift the verse, You" in page
    assert "Not saved yet, You" in page
    by_person = {"track": lead, "by": "author", "bar": "17"}
    page = html(signed_in.get(url("song_blame", history.song), by_person))
    assert "Lift the verse, You" not in page
    assert "From bar 1" in page
