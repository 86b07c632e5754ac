"""A warm process composes without opening a file."""

import subprocess
import sys

_SCRIPT = """
import sys
from compositions.composer.warm import warm

warm()
opened = []
sys.addaudithook(lambda event, args: opened.append(args[0]) if event == "open" else None)

from compositions.composer import compose, parse_prompt

for prompt in (
    "a slow rock song about winter in D minor with strings, four bars",
    "a fisherman mends his nets at dawn, eight bars",
    "une valse joyeuse avec accordéon, sans batterie, huit mesures",
):
    compose(parse_prompt(prompt), seed=3)
print(opened)
"""


def test_a_warm_process_opens_no_file_to_compose():
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"
