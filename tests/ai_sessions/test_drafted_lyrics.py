"""Lyrics by the language model: only lines that the verifier passes where they stand are sung."""

from __future__ import annotations

import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from accounts.models import User
from ariaforge.models import Job
from compositions.ai_sessions import composing
from compositions.ai_sessions.services import request_replay
from compositions.composer.lyric_writing.prosody import words_of
from compositions.composer.lyric_writing.verify import check_line, rhyme_fault
from compositions.llm.client import LLMError, configured_endpoint
from compositions.llm.lyrics import DraftedLyrics, draft_lyrics, places_of
from compositions.models import AISession, AISessionStep, Composition, LLMInteraction
from compositions.services import create_from_prompt
from tests.ai_sessions.conftest import FakeModel, says, send

pytestmark = pytest.mark.django_db
Work = Callable[..., list[Job]]
VERSE = """[Verse]
No gull down by the shore
I talk about the sea
I want to sail away
I know it's only me"""
CHORUS = """[Chorus]
I want to take the leap
The water running deep
The sea is calling me
The sea is calling me"""
WORDS = f"{VERSE}\n\n{CHORUS}\n\n{CHORUS}"
# By number of syllables; the lines of one number rhyme.
POOL = {
    4: ["the boats are home", "we sail the foam"],
    5: ["sailing to the bay", "summer every day"],
    6: ["The boats are in the bay", "Tomorrow I will stay"],
    7: ["Every night I fall asleep", "Water running dark and deep"],
    8: ["The morning on the open bay", "Tomorrow I will sail away"],
    9: ["Summer morning on the open bay", "Every evening I will sail away"],
    10: ["The lights are out along the open bay", "Tomorrow evening I will sail away"],
}


def drafts(**lines: list[Any]) -> dict[str, Any]:
    return {"lines": [{"number": int(key[1:]), "drafts": found} for key, found in lines.items()]}


def draft(**more: Any) -> DraftedLyrics:
    endpoint = configured_endpoint()
    assert endpoint is not None
    return draft_lyrics(endpoint, by_rules=WORDS, theme="the sea", **more)


def test_good_lines_are_sung_and_others_stay(model: FakeModel) -> None:
    first = drafts(
        n1=["far too many syllables for such a little line", "The boats are in the bay"],
        # A rhyme needs its partner: this pair rhymes, the next one does not.
        n2=["And nobody can see"],
        n3=["[Chorus] away", "I want a damn good day", "The blorgs are in the bay"],
        n5=["The promise that I keep"],
        n7=["The moon is over me"],
        n99=["The lights along the coast"],
    )
    second = drafts(n3=["Tomorrow I will stay"])
    model.respond = [says(first), says(second)]
    drafted = draft()
    verse = drafted.text.split("\n\n")[0].splitlines()
    assert verse == [
        "[Verse]", "The boats are in the bay", "And nobody can see", "Tomorrow I will stay",
        "I know it's only me",
    ]  # fmt: skip
    # What is sung again is sung the same, and the hook stays.
    assert drafted.text.split("\n\n")[1] == drafted.text.split("\n\n")[2]
    assert drafted.text.count("The sea is calling me") == 4
    assert "The promise that I keep" in drafted.text
    assert (drafted.by_model, drafted.lines) == (4, 7)
    # The second call is for what is missing, and says what was wrong.
    asked = json.loads(model.received[1]["messages"][1]["content"])["lines"]
    assert asked[0]["settled"] == "The boats are in the bay"
    assert "swear word" in asked[2]["refused_drafts"][-2]
    assert asked[6]["settled"] == "The sea is calling me"
    rows = LLMInteraction.objects.values_list("purpose", "state")
    assert list(rows) == [("lyrics", "succeeded")] * 2
    for place in places_of(drafted.text, "en"):
        assert not check_line(place.text, place.slot)


def test_lines_that_do_not_rhyme_are_left_out(model: FakeModel) -> None:
    model.respond = [says(drafts(n2=["The boats are in the bay"], n4=["The lights are on"]))]
    drafted = draft()
    assert (drafted.text, drafted.by_model) == (WORDS, 0)


def test_the_title_stays(model: FakeModel) -> None:
    model.respond = [says(drafts(n1=["The boats are in the bay"]))]
    assert "No gull down by the shore" in draft(keep="No Gull Down by the Shore").text


@pytest.mark.parametrize(
    "answer",
    ["no", {"lines": []}, {"lines": [{"number": "1"}]}, {"lines": 3}, drafts(n1=[7, None])],
)
def test_an_answer_without_lines_is_refused(model: FakeModel, answer: Any) -> None:
    model.respond = [says(answer)]
    with pytest.raises(LLMError):
        draft()
    assert LLMInteraction.objects.get().state == "refused"


def test_a_song_is_sung_with_the_drafts_and_replays_alike(
    model: FakeModel, musician: User, run_jobs: Work
) -> None:
    def respond(handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        lines = json.loads(body["messages"][1]["content"]).get("lines")
        if lines is None:  # what the prompt means, of which the model knows no more
            says({})(handler, body)
            return
        found = {
            f"n{line['number']}": POOL.get(line["syllables"], [])
            for line in lines
            if "syllables" in line
        }
        says(drafts(**found))(handler, body)

    model.respond = [respond]
    prompt = "a sung folk song about the sea, [Verse 8] [Chorus 8]"
    song = create_from_prompt(user=musician, prompt=prompt, seed=3)
    run_jobs("compose")
    song = Composition.objects.get(pk=song.pk)
    step = AISessionStep.objects.get(session__composition=song)
    filled = step.parameters["filled"]
    assert filled["lyrics"], filled
    lyrics = song.spec["lyrics"]
    assert (lyrics["value"], lyrics["source"]) == (filled["lyrics"], "llm")
    assert any("different lines of the lyrics" in note for note in song.spec["notes"])
    sung = {line.text for line in song.lyriclines.all()}
    new = [line for pool in POOL.values() for line in pool if line in filled["lyrics"]]
    assert new
    assert any(line in " ".join(sung) for line in new)
    ends = [words_of(line)[-1] for line in filled["lyrics"].splitlines() if line]
    assert any(not rhyme_fault(a, b) for i, a in enumerate(ends) for b in ends[:i])
    calls = len(model.received)
    asked = request_replay(session=AISession.objects.get(composition=song), user=musician)
    run_jobs("compose")
    asked.refresh_from_db()
    assert asked.state == "checked", asked.explanation
    assert len(model.received) == calls


def test_without_help_the_words_by_rules_are_sung(
    model: FakeModel, musician: User, run_jobs: Work
) -> None:
    model.respond = [lambda handler, body: send(handler, 503, {"error": "busy"})]
    prompt = "a sung folk song about the sea, [Verse 8] [Chorus 8]"
    song = create_from_prompt(user=musician, prompt=prompt, seed=3)
    run_jobs("compose")
    song = Composition.objects.get(pk=song.pk)
    assert song.spec["lyrics"]["source"] == "default"
    assert (
        "The language model was of no help with the lyrics; they are written by rules."
        in (song.spec["notes"])
    )


def test_what_the_composer_refuses_of_the_model_is_left_out(
    musician: User, run_jobs: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    song = create_from_prompt(user=musician, prompt="a slow waltz in G minor, 4 bars", seed=3)
    step = AISessionStep.objects.get(session__composition=song)
    kept = {**step.parameters, "filled": {"answer": {}, "notes": [], "lyrics": "[Verse]\nla"}}
    AISessionStep.objects.filter(pk=step.pk).update(parameters=kept)
    compose = composing.compose_from_prompt

    def refuse(prompt: str, *, filled: dict[str, Any], **rest: Any) -> Any:
        if filled["lyrics"]:
            raise ValueError("These words cannot be sung.")
        return compose(prompt, filled=filled, **rest)

    monkeypatch.setattr(composing, "compose_from_prompt", refuse)
    run_jobs("compose")
    song.refresh_from_db()
    assert song.is_composed
    assert composing.WITHOUT in song.spec["notes"]
