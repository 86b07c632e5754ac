"""Two processes edit one song at once through the real web server; and without the lock.

``benchmarks/editing.py`` runs the same with a thousand operations each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from compositions.models import EditBatch
from tests.editing.race import APPLICATION, WITHOUT_LOCK, RaceResult, race, web_server
from tests.editing.songs import full_score, full_song
from tests.factories import MembershipFactory, UserFactory
from tests.jobs.servers import RedisServer, environment_for

OPERATIONS = 150
CONSTRAINT = "edit_batch_sequence_unique_in_song"

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]


@pytest.fixture
def run_race(tmp_path: Path) -> Iterator[Callable[[str, int], RaceResult]]:
    redis_server = RedisServer()
    redis_server.start()

    def run(application: str, operations: int) -> RaceResult:
        user = UserFactory()
        song = full_song(user, full_score(notes=40))
        other = MembershipFactory(project=song.project).user
        environment = {
            **environment_for(redis_server, tmp_path),
            "DJANGO_SETTINGS_MODULE": "ariaforge.settings",
            "SECRET_KEY": settings.SECRET_KEY,
            "DEBUG": "1",  # no collected static files are needed
            "THROTTLE_EDIT": "1000000/second",
        }
        with web_server(environment, tmp_path / "web.log", application) as address:
            return race(address, song, [user, other], operations)

    yield run
    redis_server.remove()


def test_two_clients_end_with_one_document_and_nothing_is_lost(
    run_race: Callable[[str, int], RaceResult],
) -> None:
    result = run_race(APPLICATION, OPERATIONS)
    assert result.is_won, result
    assert result.accepted >= 2 * OPERATIONS
    # They really were at it at the same time, and heard of each other as it happened.
    authors = list(EditBatch.objects.order_by("sequence").values_list("author", flat=True))
    turns = sum(one != other for one, other in pairwise(authors))
    assert turns > len(authors) / 10
    assert all(client["streamed"] > 0 for client in result.clients)


def test_without_the_lock_the_same_race_is_lost(
    run_race: Callable[[str, int], RaceResult],
) -> None:
    # The sequence number is a second guard; what is asked here is what the first one does.
    table = EditBatch._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {CONSTRAINT}")
    try:
        result = run_race(WITHOUT_LOCK, OPERATIONS)
        assert not result.is_won
        assert len(set(result.hashes.values())) > 1 or result.wrong
    finally:
        EditBatch.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute(
                f"ALTER TABLE {table} ADD CONSTRAINT {CONSTRAINT} UNIQUE (composition_id, sequence)"
            )
