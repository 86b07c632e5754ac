"""Who watches a song hears of every edit, after the commit."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from ariaforge.exceptions import InvalidInputError
from compositions.documents import load_plain
from compositions.editing import replacing, submitting
from compositions.history.versions import set_document
from tests.editing.conftest import Apply
from tests.editing.edits import op

News = list[tuple[str, str, dict[str, Any]]]


@pytest.fixture
def news(monkeypatch: pytest.MonkeyPatch) -> News:
    heard: News = []

    def publish(topic: str, event: str, data: dict[str, Any]) -> bool:
        heard.append((topic, event, data))
        return True

    for module in (submitting, replacing):
        monkeypatch.setattr(module, "publish", publish)
    return heard


def test_an_edit_is_told_with_its_effects(
    song, user, edit: Apply, news: News, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        applied = edit(op("n0-0", set={"pitch": 1}), name="Lower")
        assert news == []
    ((topic, event, data),) = news
    assert (topic, event) == (f"composition:{song.pk}", "edit")
    assert data == {
        "sequence": applied.batch.sequence,
        "batch": str(applied.batch.pk),
        "name": "Lower",
        "source": "person",
        "author": str(user.pk),
        "undoes": None,
        "tree_hash": song.tree_hash,
        "effects": applied.effects,
    }


def test_many_effects_are_left_to_be_fetched(
    edit: Apply, news: News, django_capture_on_commit_callbacks: Any
) -> None:
    note = {"kind": "note", "track": "track0", "duration": 5, "pitch": 5}
    with django_capture_on_commit_callbacks(execute=True):
        edit(*(op(f"many{n}", add={**note, "start": n}) for n in range(201)))
        edit(op("track0", remove=True))
    assert [data.get("fetch") for _, _, data in news] == [True, True]
    assert not any("effects" in data for _, _, data in news)


def test_what_was_refused_or_repeated_is_not_told(
    edit: Apply, news: News, django_capture_on_commit_callbacks: Any
) -> None:
    again = op("n0-0", set={"pitch": 1})
    edit(again)
    with django_capture_on_commit_callbacks(execute=True):
        edit(again)
        with pytest.raises(InvalidInputError), transaction.atomic():
            edit(op("n0-0", set={"pitch": 1000}))
    assert news == []


def test_a_replaced_document_is_told_of_with_its_version(
    song, user, news: News, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        version = set_document(
            composition=song,
            data={**load_plain(song), "title": "Another"},
            user=user,
            name="Import",
            source="import",
            message="Imported",
        )
    ((_, event, data),) = [entry for entry in news if entry[1] == "document"]
    assert event == "document"
    assert data["sequence"] == song.revision
    assert (data["version"], data["tree_hash"]) == (str(version.pk), song.tree_hash)
