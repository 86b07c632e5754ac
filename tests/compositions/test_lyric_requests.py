"""New words for a song: by rules and by a model, over the service, the API and the page."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from ariaforge.exceptions import InvalidInputError
from ariaforge.models import Job
from compositions.composer.lyric_writing.drafting import (
    MODEL,
    Answer,
    Ask,
    draft_faults,
    draft_lines,
    grammar_for,
)
from compositions.composer.lyric_writing.prosody import meter_for, prosody
from compositions.composer.lyric_writing.rewriting import LinePlace
from compositions.composer.lyric_writing.verify import LineSlot, check_line, rhyme_fault
from compositions.composer.lyric_writing.writer import RULES, SectionWish, write_lyrics
from compositions.documents import load_score
from compositions.history.proposals import accept
from compositions.lyric_jobs import told_of
from compositions.lyric_requests import request_lyrics
from compositions.models import AISessionStep, Composition, Proposal
from compositions.small_model import SmallModelError, is_installed, read_answer
from tests.compositions.songs import make_song

pytestmark = pytest.mark.django_db
Work = Callable[..., list[Job]]


@pytest.fixture
def song(musician: User) -> Composition:
    return make_song(musician, "ready")


def done(step: AISessionStep, run_jobs: Work) -> Job:
    run_jobs("compose")
    return Job.objects.get(pk=step.job_id)


def test_words_on_a_theme_are_offered_and_the_melody_stays(
    song: Composition, musician: User, run_jobs: Work
) -> None:
    before = load_score(song)
    job = done(request_lyrics(composition=song, user=musician, theme="the sea", seed=5), run_jobs)
    assert job.state == "succeeded", job.error_message
    assert load_score(song) == before
    accept(proposal=Proposal.objects.get(pk=job.result["proposal"]), user=musician)
    song.refresh_from_db()
    after = load_score(song)
    assert after.tracks == before.tracks
    assert after.lines
    assert after.lines != before.lines
    notes = {note.id for track in after.tracks for note in track.notes}
    for line in after.lines:
        rows = [row for row in after.syllables if row.line_id == line.id]
        assert prosody(line.text).syllables == len(rows)
        assert all(row.note_id in notes for row in rows)


def test_what_cannot_be_asked_for_is_said(
    song: Composition, musician: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("compositions.lyric_requests.is_installed", lambda: False)
    for wrong, words in (
        ({"theme": " "}, "1 to 200 characters"),
        ({"theme": "x" * 201}, "1 to 200 characters"),
        ({"theme": "rain", "writer": "poet"}, "writer must be one of"),
        ({"theme": "rain", "writer": "model"}, "script/language-model"),
    ):
        with pytest.raises(InvalidInputError, match=words):
            request_lyrics(composition=song, user=musician, **wrong)  # type: ignore[arg-type]
    assert not AISessionStep.objects.exists()


def test_api_takes_a_theme_and_answers_with_the_job(
    song: Composition, musician: User, run_jobs: Work
) -> None:
    client = APIClient()
    client.force_authenticate(musician)
    url = f"/api/v1/compositions/{song.pk}/lyrics/"
    answer = client.post(url, {"theme": "winter", "seed": 3}, format="json")
    assert answer.status_code == 202, answer.json()
    assert answer.json()["operations"][0]["parameters"] == {"theme": "winter"}
    run_jobs("compose")
    job = Job.objects.get(pk=answer.json()["job"]["id"])
    assert job.state == "succeeded", job.error_message
    assert client.post(url, {}, format="json").status_code == 400
    assert client.post(url, {"theme": "a", "writer": "b"}, format="json").status_code == 400


def test_page_offers_the_box_and_keeps_what_was_typed(
    song: Composition, musician: User, client: Client
) -> None:
    client.force_login(musician)
    page = client.get(f"/songs/{song.pk}/variations/").content.decode()
    assert "Write lyrics" in page
    for section in song.sections.all():
        assert f'value="{section.entity_id}"' in page
    url = f"/songs/{song.pk}/lyrics/"
    answer = client.post(url, {"theme": "my dog", "writer": "poet"}, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert 'value="my dog"' in answer.content.decode()
    assert "writer must be one of" in answer.content.decode()
    assert client.post(url, {"theme": "my dog"}).status_code == 302


# The model's side: what is asked of it, and how its answers are judged. The tests give the
# answers themselves, so that they need no model; one below asks the real one.


PLACES = [LinePlace("v", "verse", LineSlot(8, meter_for(8), "A0")) for _ in range(2)]
RULED = ["I walked along the empty shore", "I heard a knock upon the door"]


def test_a_draft_that_passes_is_taken_and_its_rhyme_kept() -> None:
    asked: list[Ask] = []

    def generate(ask: Ask) -> Answer:
        asked.append(ask)
        text = "The sailor never asks for more" if len(asked) % 2 else "The sea is dark tonight"
        return Answer(text, -1.0, -1.0)

    first, second = draft_lines("the sea", PLACES, RULED, generate, seed=1, drafts=4)
    assert first is not None
    assert second is not None
    assert (first.text, first.writer) == ("The sailor never asks for more", MODEL)
    assert any("syllables" in reason for reason in first.refused)
    assert second.writer == RULES  # the same words again are no new line
    assert not rhyme_fault("more", second.text.split()[-1])
    assert len({ask.seed for ask in asked}) == len(asked)


def test_where_no_draft_passes_the_line_by_rules_stands_and_it_is_told() -> None:
    drafts = draft_lines(
        "the sea", PLACES, RULED, lambda ask: Answer("Buy now and save", -0.1), seed=1, drafts=2
    )
    assert [draft.text for draft in drafts if draft] == RULED
    assert told_of(drafts) == ("By rules: 2 of 2 lines, as no draft for them passed the checks.",)
    unlikely = draft_lines(
        "the sea", PLACES, RULED, lambda ask: Answer("The sailor never asks for more", -9.0),
        seed=1, drafts=2,
    )  # fmt: skip
    assert unlikely[0] is not None
    assert unlikely[0].writer == RULES
    assert "unlikely" in unlikely[0].refused[0]


def test_a_hook_stays_as_it_is() -> None:
    lines = ["The sea is all I know", "I walked along the shore", "The sea is all I know"]
    places = [LinePlace("c", "chorus", LineSlot(6, meter_for(6))) for _ in lines]
    found = draft_lines(
        "sea", places, lines, lambda ask: Answer("I asked the tide for more", -1.0), seed=1
    )
    assert [draft.text for draft in found if draft][::2] == [lines[0], lines[0]]


def test_grammar_names_the_rhymes_and_every_syllable() -> None:
    grammar = grammar_for(LineSlot(4, "-+-+"), ["shore", "before"])
    rules = dict(line.split(" ::= ", 1) for line in grammar.strip().splitlines())
    assert rules["root"] == "at0"
    assert "shore" in rules["end3"]
    assert '"before"' in rules["end2"]
    assert "end3" in rules["at3"]
    assert "end" not in rules["at1"]
    for body in rules.values():  # every rule that is named is there
        names = [
            word for word in body.replace("(", " ").replace(")", " ").split() if '"' not in word
        ]
        assert all(name in rules for name in names if name.startswith(("at", "w", "end")))


def test_draft_faults_and_answers() -> None:
    place = PLACES[0]
    assert draft_faults("I walked along the empty shore", place, ["shore"], []) == []
    assert "rhymes" in draft_faults("I walked along the empty sand", place, ["shore"], [])[0]
    assert draft_faults("...", place, ["shore"], []) == ["There are no words."]
    tokens = [("The", -1.0), (" old", -2.0), (" sh", -3.0), ("ore", -0.5), ("\n", -7.0)]
    content = [{"token": text, "logprob": value} for text, value in tokens]
    answer = read_answer(
        {"choices": [{"text": "The old shore\n", "logprobs": {"content": content}}]}
    )
    assert math.isclose(answer.likelihood, -6.5 / 4)
    assert math.isclose(answer.ending, -3.5)
    for broken in ({}, {"choices": []}, "nothing", {"choices": [{"text": "a", "logprobs": 3}]}):
        with pytest.raises(SmallModelError):
            read_answer(broken)


@pytest.mark.skipif(
    not is_installed(), reason="the small language model is optional (script/language-model)"
)
def test_the_real_model_writes_lines_that_fit(
    song: Composition, musician: User, run_jobs: Work
) -> None:
    step = request_lyrics(
        composition=song, user=musician, theme="the sea", writer="model", line=1, seed=1
    )
    job = done(step, run_jobs)
    assert job.state == "succeeded", job.error_message
    step.refresh_from_db()
    texts = [line for line in step.parameters["operations"][0]["parameters"]["lines"] if line]
    assert texts
    assert all(prosody(text).sure for text in texts)
    assert job.result["remarks"][0].startswith(("By the language model:", "By rules:"))


def test_written_songs_pass_the_same_verifier_as_drafts() -> None:
    lyrics = write_lyrics("my dog", [SectionWish("verse", "Verse", 4)], seed=2)
    for line in lyrics.sections[0].lines:
        assert check_line(line.text, line.slot) == []
