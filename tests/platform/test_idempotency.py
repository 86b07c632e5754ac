"""Answers that are kept for requests that come twice, and entity tags."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory

from accounts.models import User
from ariaforge.api.conditional import is_not_modified, require_match
from ariaforge.api.idempotency import answer_once, clear_answers
from ariaforge.exceptions import ConflictError, InvalidInputError, PreconditionFailedError
from ariaforge.models import StoredAnswer
from projects.models import Project
from tests.factories import ProjectFactory, UserFactory


def ask(user: User | None, body: Any = None, path: str = "/songs/", **headers: str) -> Request:
    plain = APIRequestFactory().post(path, body or {}, format="json", headers=headers)
    request = Request(plain, parsers=[JSONParser()])
    request.user = user  # type: ignore[assignment]
    return request


def keyed(user: User, body: Any = None, path: str = "/songs/") -> Request:
    return ask(user, body, path, **{"Idempotency-Key": "take-1"})


class Work:
    """Makes a project each time it is done."""

    def __init__(self, user: User) -> None:
        self.user = user

    def __call__(self) -> Response:
        project = ProjectFactory(owner=self.user)
        return Response({"id": project.pk, "at": project.created_at}, status=201)


@pytest.mark.django_db
def test_work_with_a_key_is_done_once_and_answered_alike() -> None:
    user = UserFactory()
    work = Work(user)
    first = answer_once(keyed(user, {"name": "A"}), work)
    again = answer_once(keyed(user, {"name": "A"}), work)
    assert Project.objects.count() == 1
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.data["id"] == str(first.data["id"])
    assert (first.headers.get("Idempotency-Replayed"), again.headers["Idempotency-Replayed"]) == (
        None,
        "true",
    )
    # A key is one person's own, and without a key nothing is remembered.
    answer_once(keyed(UserFactory(), {"name": "A"}), work)
    answer_once(ask(user, {"name": "A"}), work)
    answer_once(ask(user, {"name": "A"}), work)
    assert Project.objects.count() == 4


@pytest.mark.django_db
def test_a_key_stands_for_one_request() -> None:
    user = UserFactory()
    answer_once(keyed(user, {"name": "A"}), Work(user))
    for other in (keyed(user, {"name": "B"}), keyed(user, {"name": "A"}, path="/albums/")):
        with pytest.raises(ConflictError):
            answer_once(other, Work(user))
    assert Project.objects.count() == 1


@pytest.mark.django_db
def test_work_that_fails_is_undone_with_its_key() -> None:
    user = UserFactory()

    def fail() -> Response:
        ProjectFactory(owner=user)
        raise InvalidInputError("No.")

    with pytest.raises(InvalidInputError):
        answer_once(keyed(user), fail)
    assert not Project.objects.exists()
    assert not StoredAnswer.objects.exists()
    assert answer_once(keyed(user), Work(user)).status_code == 201


@pytest.mark.django_db
def test_old_answers_are_forgotten() -> None:
    user = UserFactory()
    answer_once(keyed(user), Work(user))
    assert clear_answers() == 0
    StoredAnswer.objects.update(created_at=timezone.now() - timedelta(days=8))
    assert clear_answers() == 1


@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_moment_do_the_work_once() -> None:
    user = UserFactory()
    began, go_on = threading.Event(), threading.Event()
    answers: list[Response] = []

    def slow() -> Response:
        began.set()
        assert go_on.wait(30)
        return Work(user)()

    def second() -> Response:
        pytest.fail("The second request must not do the work.")

    def run(work: Any) -> None:
        try:
            answers.append(answer_once(keyed(user), work))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[work]) for work in (slow, second)]
    threads[0].start()
    assert began.wait(30)
    threads[1].start()
    # The second one is in the database by now, or will be; it cannot get past the first.
    threads[1].join(0.3)
    assert threads[1].is_alive()
    go_on.set()
    for thread in threads:
        thread.join(30)
    assert len(answers) == 2
    assert len({str(answer.data["id"]) for answer in answers}) == 1
    assert Project.objects.count() == 1


# -- Entity tags --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "same"),
    [('"abc"', True), ('W/"abc"', True), ('"x", "abc"', True), ("*", True), ('"x"', False)],
)
def test_if_none_match(header: str, same: bool) -> None:
    assert is_not_modified(ask(None, **{"If-None-Match": header}), "abc") is same
    assert not is_not_modified(ask(None), "abc")


@pytest.mark.parametrize("header", ['"abc"', '"x", "abc"', "*"])
def test_if_match_lets_those_through_who_know_the_state(header: str) -> None:
    require_match(ask(None, **{"If-Match": header}), "abc")
    require_match(ask(None), "abc")


@pytest.mark.parametrize("header", ['"x"', 'W/"abc"', "abc", "", '"'])
def test_if_match_refuses_all_others(header: str) -> None:
    with pytest.raises(PreconditionFailedError) as refused:
        require_match(ask(None, **{"If-Match": header}), "abc")
    assert refused.value.details == {"etag": '"abc"'}
    assert refused.value.status == 412


def test_if_match_any_needs_something_that_is_there() -> None:
    with pytest.raises(PreconditionFailedError):
        require_match(ask(None, **{"If-Match": "*"}), "")
