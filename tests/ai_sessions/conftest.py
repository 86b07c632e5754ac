"""A song with a session, and servers that speak the chat completions protocol."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.compositions.conftest import musician, run_jobs  # noqa: F401 - fixtures

Respond = Callable[[BaseHTTPRequestHandler, dict[str, Any]], None]


@dataclass
class FakeModel:
    """A real HTTP server on this machine; ``respond`` decides what it says."""

    base_url: str
    respond: list[Respond] = field(default_factory=list)
    received: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)


def send(handler: BaseHTTPRequestHandler, status: int, body: Any) -> None:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content)


def says(text: Any, finish_reason: str = "stop") -> Respond:
    """A proper answer whose content is ``text`` (as JSON unless it is a string)."""
    content = text if isinstance(text, str) else json.dumps(text)
    answer = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "choices": [
            {
                "index": 0,
                "finish_reason": finish_reason,
                "message": {"role": "assistant", "content": content},
            }
        ],
        "usage": {"prompt_tokens": 321, "completion_tokens": 45, "total_tokens": 366},
    }
    return lambda handler, body: send(handler, 200, answer)


@pytest.fixture
def model(settings: Any) -> Iterator[FakeModel]:
    """A configured model; what it says is set by the test."""
    stopping = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            fake.received.append(body)
            fake.headers.append(dict(self.headers))
            fake.paths.append(self.path)
            respond = fake.respond[min(len(fake.received), len(fake.respond)) - 1]
            self.stopping = stopping
            respond(self, body)

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    fake = FakeModel(f"http://127.0.0.1:{server.server_port}/v1")
    settings.LLM_BASE_URL = fake.base_url
    settings.LLM_MODEL = "test-model"
    settings.LLM_API_KEY = "sk-very-secret"
    settings.LLM_TIMEOUT_SECONDS = 20.0
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield fake
    stopping.set()
    server.shutdown()
    server.server_close()
