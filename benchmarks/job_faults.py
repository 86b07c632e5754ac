"""Jobs under faults: the protocol beside the usual fire-once actor.

    .venv/bin/python manage.py servers -- .venv/bin/python benchmarks/job_faults.py

700 jobs, 16 killed workers, one flushed Redis, three that start empty. Takes some minutes.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ariaforge.settings")
os.environ.setdefault("JOB_KIND_MODULES", "tests.jobs.kinds")

import django


def main() -> int:
    """Run both, print what came of them; 0 when the protocol did every job exactly once."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--jobs", type=int, default=700)
    parser.add_argument("--kills", type=int, default=16)
    parser.add_argument("--flushes", type=int, default=1)
    parser.add_argument("--redis-restarts", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    django.setup()
    from django.core.management import call_command

    from tests.jobs.faults import FaultPlan, FaultRun
    from tests.jobs.servers import RedisServer, environment_for

    call_command("migrate", interactive=False, verbosity=0)
    plan = FaultPlan(
        options.jobs, options.kills, options.flushes, options.redis_restarts, options.seed
    )
    redis_server = RedisServer()
    redis_server.start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            environment = environment_for(redis_server, Path(folder))
            protocol = FaultRun(plan, redis_server, environment).run_protocol()
            print(f"protocol:  {protocol}")
            redis_server.flush()
            control = FaultRun(plan, redis_server, environment).run_fire_once()
            print(f"fire once: {control}")
    finally:
        redis_server.remove()
    return 0 if protocol.charged_once == protocol.succeeded == plan.jobs else 1


if __name__ == "__main__":
    sys.exit(main())
