"""A short way to the bench of the composer: ``python benchmarks/compose_bench.py``.

Takes the arguments of ``manage.py compose_bench`` and runs it; without any it measures the
development prompts.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ariaforge.settings")


def main() -> None:
    """Run the command."""
    from django.core.management import execute_from_command_line

    arguments = sys.argv[1:] or [str(ROOT / "benchmarks" / "prompts" / "development.jsonl")]
    execute_from_command_line([sys.argv[0], "compose_bench", *arguments])


if __name__ == "__main__":
    main()
