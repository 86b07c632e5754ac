"""From a prompt to a playable MIDI file and to the finished mix, through a real server.

Run it with the server's one-time sign-in link (``manage.py sign_in_link`` prints one):

    .venv/bin/python benchmarks/first_song.py http://127.0.0.1:8000/sign-in/.../

It posts the prompt on the home page as a browser does and asks the REST API, ten times a
second, for the song's state. Figures are wall-clock seconds from the POST.
"""

from __future__ import annotations

import argparse
import json
import re
import time
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from typing import Any

PROMPT = (
    "a wistful lo-fi tune in D minor, 82 bpm, Rhodes, upright bass and brushed drums, 2 minutes"
)
GOAL_MIDI_SECONDS = 5.0
GOAL_MIX_SECONDS = 60.0


class Browser:
    """A signed-in session."""

    def __init__(self, link: str) -> None:
        self.base = "{0.scheme}://{0.netloc}".format(urllib.parse.urlsplit(link))
        self.cookies = CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))
        self.opener.open(link).read()

    def post_prompt(self, prompt: str) -> str:
        """Submit the home form; return the new song's id."""
        page = self.opener.open(self.base + "/").read().decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token, "the home page has no form; is the link used up?"
        form = {"prompt": prompt, "seed": "7", "csrfmiddlewaretoken": token.group(1)}
        request = urllib.request.Request(
            self.base + "/",
            data=urllib.parse.urlencode(form).encode(),
            headers={"Referer": self.base + "/"},
        )
        response = self.opener.open(request)
        found = re.search(r"/songs/([0-9a-f-]{36})/", response.url)
        assert found, f"no song came of the prompt: {response.url}"
        return found.group(1)

    def song(self, identifier: str) -> dict[str, Any]:
        """The song as the API tells it."""
        answer: dict[str, Any] = json.load(
            self.opener.open(f"{self.base}/api/v1/compositions/{identifier}/")
        )
        return answer


def main() -> None:
    """Measure once and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("link", help="one-time sign-in link")
    parser.add_argument("--prompt", default=PROMPT)
    arguments = parser.parse_args()
    browser = Browser(arguments.link)
    began = time.perf_counter()
    identifier = browser.post_prompt(arguments.prompt)
    midi_after = None
    while True:
        song = browser.song(identifier)
        elapsed = time.perf_counter() - began
        if midi_after is None and song["midi"]:
            midi_after = elapsed
        if song["stage"] in ("ready", "failed", "cancelled"):
            break
        time.sleep(0.1)
    assert song["stage"] == "ready", song
    assert midi_after is not None
    print(f"song: {song['name']}, {song['duration_seconds']:.0f} s long")
    print(f"{'prompt to':<16}{'seconds':>8}{'goal':>8}")
    print(f"{'playable MIDI':<16}{midi_after:>8.1f}{GOAL_MIDI_SECONDS:>8.0f}")
    print(f"{'finished mix':<16}{elapsed:>8.1f}{GOAL_MIX_SECONDS:>8.0f}")


if __name__ == "__main__":
    main()
