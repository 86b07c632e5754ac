"""What the fork server loads once, so that each job starts in a few milliseconds.

The server is a fresh interpreter (not a copy of the worker with its threads and its
connections); every child is a fork of it, with Django set up and all kinds imported.
"""

from __future__ import annotations

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ariaforge.settings")
django.setup()

# After the set-up, which these need.
from django.db import connections  # noqa: E402
from dramatiq import cli  # noqa: E402, F401 - each child imports the main module of the worker

from ariaforge.jobs import child  # noqa: E402, F401 - for the children
from ariaforge.jobs.loading import load_when_asked  # noqa: E402
from ariaforge.jobs.registry import discover_kinds  # noqa: E402

discover_kinds()
load_when_asked()
# A connection opened here would be shared by all children.
connections.close_all()
