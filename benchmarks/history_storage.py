"""What a thousand small edits, each kept as a version, cost in the database and in time.

    .venv/bin/python manage.py servers -- .venv/bin/python benchmarks/history_storage.py

For songs of 500, 5,000 and 50,000 notes: one note is changed, and the song saved, so many
times over. Printed are the bytes per version that tables with their indexes grew by, beside
what a full copy of the document for each version would take, and milliseconds per save.
Makes a database of its own and drops it again.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import time
import zlib
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ariaforge.settings")

import django

TABLES = {
    "parts": ("compositions_blob",),
    "versions": ("compositions_version",),
    "edit log": ("compositions_editbatch", "compositions_editop"),
    "audit": (
        "compositions_branchevent",
        "compositions_compositionevent",
        "compositions_trackevent",
        "pghistory_context",
    ),
}
BAR = 1920


def main() -> int:
    """Measure each size; 0 when storage grew with the changes and not with the song."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--notes", type=int, nargs="+", default=[500, 5_000, 50_000])
    parser.add_argument("--edits", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    django.setup()
    from django.db import connection

    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        results = [measure(notes, options.edits, options.seed) for notes in options.notes]
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)
    show(results)
    smallest, largest = results[0], results[-1]
    return 0 if largest["total"] < 3 * smallest["total"] else 1


def measure(notes: int, edits: int, seed: int) -> dict[str, Any]:
    """Edit and save a song of so many notes so often."""
    from django.db import transaction

    from accounts.models import User
    from ariaforge.context import acting_as
    from compositions.documents import load_plain
    from compositions.editing import apply_edits
    from compositions.history.upkeep import check_history
    from compositions.history.versions import save_version, set_document
    from compositions.models import Composition, Version
    from compositions.score.document import mint_id
    from compositions.score.tree import canonical_json
    from compositions.services import default_project

    rng = random.Random(seed)
    user = User.objects.create(username=f"writer{notes}", email=f"writer{notes}@example.org")
    data = document(notes, rng)
    with acting_as(user.pk), transaction.atomic():
        song = Composition.objects.create(
            project=default_project(user), name="Long song", seed=1, created_by=user
        )
        set_document(
            composition=song, data=data, user=user, name="Import", source="import", message="Import"
        )
    keys = [note["id"] for track in data["tracks"] for note in track["notes"]]
    before = sizes()
    edit_ms, save_ms = [], []
    for number in range(edits):
        with acting_as(user.pk, request_id=f"benchmark-{number}"):
            song = Composition.objects.get(pk=song.pk)
            operation = {
                "op_id": mint_id(),
                "entity_id": rng.choice(keys),
                "set": {"velocity": rng.randrange(1, 128), "pitch": rng.randrange(30, 100)},
            }
            began = time.perf_counter()
            apply_edits(composition=song, user=user, name="Change a note", operations=[operation])
            saved = time.perf_counter()
            save_version(composition=song, user=user)
            done = time.perf_counter()
        edit_ms.append((saved - began) * 1000)
        save_ms.append((done - saved) * 1000)
    after = sizes()
    song = Composition.objects.get(pk=song.pk)
    versions = Version.objects.filter(composition=song).count() - 1
    problems = check_history(song)
    if problems:
        raise SystemExit(f"The history is damaged: {problems[:3]}")
    copy = canonical_json(load_plain(song))
    grown = {name: (after[name] - before[name]) / versions for name in TABLES}
    return {
        "notes": notes,
        "saved": versions,
        **grown,
        "total": sum(grown.values()),
        "copy": len(copy),
        "packed copy": len(zlib.compress(copy, 6)),
        "edit ms": statistics.median(edit_ms),
        "save ms": statistics.median(save_ms),
        "save p95 ms": statistics.quantiles(save_ms, n=20)[-1],
    }


def document(notes: int, rng: random.Random) -> dict[str, Any]:
    """A song of 8 tracks (16 above 10,000 notes) with 8 to 12 notes a bar in each."""
    from compositions.score.document import (
        KeyChange,
        MeterChange,
        Mode,
        Note,
        Score,
        TempoChange,
        Track,
        TrackRole,
        mint_id,
    )
    from compositions.score.serialisation import to_dict

    tracks = []
    count = 16 if notes > 10_000 else 8
    for number in range(count):
        places = range(notes // count + (number < notes % count))
        tracks.append(
            Track(
                mint_id(rng), f"Track {number}", TrackRole.LEAD, position=float(number)
            ).with_notes(
                Note(
                    mint_id(rng),
                    place * BAR // 10 + rng.randrange(20),
                    rng.randrange(60, 180),
                    rng.randrange(30, 100),
                    rng.randrange(1, 128),
                )
                for place in places
            )
        )
    return to_dict(
        Score(
            title="Long song",
            tempos=(TempoChange(mint_id(rng), 0, 120.0),),
            meters=(MeterChange(mint_id(rng), 0, 4, 4),),
            keys=(KeyChange(mint_id(rng), 0, "C", Mode.MAJOR),),
            tracks=tuple(tracks),
        )
    )


def sizes() -> dict[str, int]:
    """The bytes of each group of tables on disk, with indexes and what is stored aside."""
    from django.db import connection

    with connection.cursor() as cursor:
        found = {}
        for name, tables in TABLES.items():
            cursor.execute(
                "SELECT sum(pg_total_relation_size(name::regclass)) FROM unnest(%s::text[]) name",
                [list(tables)],
            )
            found[name] = int(cursor.fetchone()[0])
    return found


def show(results: list[dict[str, Any]]) -> None:
    """Print a column for each song."""
    names = [name for name in results[0] if name != "notes"]
    print(f"{'notes':>14}" + "".join(f"{result['notes']:>12,}" for result in results))
    for name in names:
        row = "".join(
            f"{result[name]:>12,.1f}" if name.endswith("ms") else f"{result[name]:>12,.0f}"
            for result in results
        )
        print(f"{name:>14}{row}")


if __name__ == "__main__":
    sys.exit(main())
