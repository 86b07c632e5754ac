"""``manage.py dispatch``: send waiting jobs to the workers, for ever."""

from __future__ import annotations

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from ariaforge.jobs.dispatcher import Dispatcher
from ariaforge.jobs.registry import discover_kinds


class Command(BaseCommand):
    help = "Send waiting jobs to the workers, take jobs back from lost workers, tidy up."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until SIGTERM or SIGINT."""
        stopping = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())
        discover_kinds()
        Dispatcher(stopping).run()
