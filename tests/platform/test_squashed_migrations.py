"""A squashed migration is the same as the steps it replaces, and older databases still go those."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.serializer import serializer_factory
from django.db.migrations.state import ModelState

SQUASHED = ("compositions", "0001_squashed_0024_remove_preset_parameters")
LAST_STEP = ("compositions", "0024_remove_preset_parameters")

pytestmark = pytest.mark.django_db


def plan() -> list[tuple[str, str]]:
    """Return what ``migrate`` would apply now."""
    executor = MigrationExecutor(connection)
    leaves = executor.loader.graph.leaf_nodes()
    return [(step.app_label, step.name) for step, _ in executor.migration_plan(leaves)]


def forget(condition: str) -> None:
    """Let the database look as if migrations of compositions had not been applied."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM django_migrations WHERE app = 'compositions' AND {condition}"  # noqa: S608
        )


def written(model: ModelState) -> dict[str, Any]:
    """Return a model as migrations write it; the order of fields and options does not count."""

    def text(value: Any) -> str:
        return serializer_factory(value).serialize()[0]

    options = {
        name: sorted(map(text, value))
        if name in ("constraints", "indexes", "triggers")
        else text(value)
        for name, value in model.options.items()
    }
    return {
        "name": model.name,
        "bases": model.bases,
        "managers": model.managers,
        "fields": {name: text(field) for name, field in model.fields.items()},
        "options": {name: value for name, value in options.items() if value},
    }


def test_it_makes_the_models_that_the_steps_make() -> None:
    steps = MigrationLoader(connection, replace_migrations=False)
    squashed = MigrationLoader(connection)
    assert LAST_STEP not in squashed.graph.nodes  # it did replace them
    expected = steps.project_state(LAST_STEP).models
    found = squashed.project_state(SQUASHED).models
    ours = {key for key in expected if key[0] == "compositions"}
    assert ours == {key for key in found if key[0] == "compositions"}
    for key in ours:
        assert written(found[key]) == written(expected[key])


def test_a_database_part_of_the_way_goes_the_rest_step_by_step() -> None:
    forget("name LIKE '0001_squashed%' OR name >= '0013'")
    left = [name[:4] for app, name in plan() if app == "compositions"]
    assert left[:12] == [f"{number:04}" for number in range(13, 25)]


def test_a_database_at_the_last_step_has_nothing_to_do() -> None:
    forget("name LIKE '0001_squashed%'")
    assert plan() == []
    MigrationExecutor(connection).check_replacements()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_migrations WHERE name = %s", SQUASHED[1:])
        assert cursor.fetchone() == (1,)


def test_a_new_database_takes_the_short_way() -> None:
    forget("true")
    ours = [step for step in plan() if step[0] == "compositions"]
    assert ours[0] == SQUASHED
    assert LAST_STEP not in ours
