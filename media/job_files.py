"""Where jobs store the files of assets, and which of them have a row."""

from __future__ import annotations

from ariaforge.jobs.files import JobFiles, register_job_files
from media.models import STORAGE_FOLDER, Asset
from media.selectors import names_with_row

register_job_files(
    JobFiles(
        root=STORAGE_FOLDER,
        storage=Asset._meta.get_field("file").storage,
        with_row=names_with_row,
    )
)
