"""A kind of job that stores files, for workers that have the app of media."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model

from ariaforge.jobs.registry import JobContext, JobError, JobKind, register
from media.models import Asset
from media.services import keep_file, prepare_file


@register
class StoreKind(JobKind):
    """Stores ``files`` files, says so in ``<marker>``, and keeps the first when it finishes.

    Its first ``waits`` attempts sleep after storing, until they are killed. With
    ``row_at_once`` the first file has its row before that. ``fails`` names the place where
    it raises.
    """

    name = "test_store"
    queue = "bulk"
    time_limit_seconds = 60

    def run(self, context: JobContext) -> list[Asset]:
        parameters = context.parameters
        owner = get_user_model().objects.get(pk=context.owner_id)
        assets = [
            prepare_file(
                owner=owner,
                content=f"Attempt {context.attempt}, file {number}".encode(),
                filename="words.txt",
                kind=Asset.Kind.DOCUMENT,
                folder=context.files_folder,
            )
            for number in range(parameters.get("files", 1))
        ]
        if parameters.get("row_at_once"):
            keep_file(assets[0])
        if "marker" in parameters:
            Path(parameters["marker"]).write_text(str(context.attempt))
        if parameters.get("fails") == "run":
            raise JobError("cannot_store", "The files are not good enough.")
        if context.attempt <= parameters.get("waits", 0):
            time.sleep(3600)
        return assets

    def finish(self, context: JobContext, outcome: list[Asset]) -> dict[str, Any]:
        asset = keep_file(outcome[0])
        if context.parameters.get("fails") == "finish":
            raise JobError("cannot_keep", "The files could not be kept.")
        return {"asset": str(asset.pk)}
