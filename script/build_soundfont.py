"""Build the studio's own SoundFont, or the table of it in the documentation.

    .venv/bin/python script/build_soundfont.py [--output FILE.sf2] [--table docs/instruments.md]

Without ``--output`` it goes where the studio looks for it (``var/soundfonts``), which is what the
first render would do. ``benchmarks/instruments.py`` measures what is built.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from compositions.sound.instruments.cache import own_soundfont  # noqa: E402
from compositions.sound.instruments.catalogue import build  # noqa: E402
from compositions.sound.instruments.table import markdown_table  # noqa: E402


def main() -> int:
    """Build what was asked for and say where it is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, help="write the SoundFont here")
    parser.add_argument("--folder", type=Path, default=ROOT / "var" / "soundfonts")
    parser.add_argument("--table", type=Path, help="write the table of presets here instead")
    chosen = parser.parse_args()
    if chosen.table:
        chosen.table.write_text(markdown_table(), encoding="utf-8")
        return 0
    if chosen.output:
        chosen.output.write_bytes(build())
        path = chosen.output
    else:
        path = own_soundfont(chosen.folder)
    data = path.read_bytes()
    sys.stdout.write(
        f"{path}: {len(data) / 1e6:.1f} MB, SHA-256 {hashlib.sha256(data).hexdigest()}\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
