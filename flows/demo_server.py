"""The demo's newsroom over HTTP on loopback, as a forward proxy: each site answers under its own host name, and no DNS is asked.

Answers carry a strong ETag, and `If-None-Match` gets a real 304. Used by the demo, and by the tests of the engine.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from flows.demo_newsroom import Answer


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    answers: Mapping[str, Answer]


class _Site(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        url = self.path if "://" in self.path else f"http://{self.headers.get('Host', '')}{self.path}"
        # What a link is tracked by is no part of a page's name to a site: whichever of two feeds is read first, the page is there.
        answer = self.server.answers.get(url) or self.server.answers.get(url.partition("?")[0])
        if answer is None:
            self._send(404, "text/plain", b"no such page\n")
            return
        etag = f'"{hashlib.sha256(answer.body).hexdigest()[:20]}"'
        if self.headers.get("If-None-Match") == etag:
            self._send(304, answer.content_type, b"", etag)
        else:
            self._send(200, answer.content_type, answer.body, etag)

    def _send(self, status: int, content_type: str, body: bytes, etag: str | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        if etag:
            self.send_header("ETag", etag)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the base class's name
        """Says nothing: the run has its own progress."""


@contextmanager
def served(answers: Mapping[str, Answer]) -> Iterator[str]:
    """Serves `answers` by URL until the end; gives the proxy's address."""
    server = _Server(("127.0.0.1", 0), _Site)
    server.answers = answers
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
