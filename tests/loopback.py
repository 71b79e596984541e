"""A real HTTP server on loopback for the tests: routes by URL, validators with real 304s, a log of requests, and servers' bad manners."""

from __future__ import annotations

import gzip
import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Request:
    """What came in: the URL whole, and the headers by lower-case name."""

    url: str
    headers: dict[str, str]


@dataclass
class Reply:
    """What goes out. `claimed_length` lies about the body; `drip` sends so many bytes a tenth of a second; `endless` never stops."""

    body: bytes = b""
    status: int = 200
    content_type: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    validators: bool = True
    claimed_length: int | None = None
    endless: bool = False
    silent: bool = False


NOTHING = Reply(b"no such page", status=404, content_type="text/plain", validators=False)
Route = Reply | Callable[[Request], Reply]


class Loopback:
    """Serves `routes` (URL to reply) directly and as a forward proxy, so that a test can have any number of sites."""

    def __init__(self) -> None:
        self.routes: dict[str, Route] = {}
        self.prefixes: dict[str, Route] = {}
        self.requests: list[Request] = []
        self.closing = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                url = self.path if "://" in self.path else f"http://{self.headers['Host']}{self.path}"
                request = Request(url=url, headers={name.lower(): value for name, value in self.headers.items()})
                outer.requests.append(request)
                route = outer.routes.get(url) or next((outer.prefixes[start] for start in outer.prefixes if url.startswith(start)), NOTHING)
                outer.send(self, request, route(request) if callable(route) else route)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def send(self, handler: BaseHTTPRequestHandler, request: Request, reply: Reply) -> None:
        etag = f'"{hashlib.sha256(reply.body).hexdigest()[:16]}"' if reply.validators and reply.status == 200 else None
        if reply.silent:
            self.closing.wait(30)
            return
        if etag and request.headers.get("if-none-match") == etag:
            reply = Reply(status=304, headers=reply.headers)
        handler.send_response(reply.status)
        handler.send_header("Content-Type", reply.content_type)
        if etag:
            handler.send_header("ETag", etag)
        for name, value in reply.headers.items():
            handler.send_header(name, value)
        if reply.endless:
            handler.send_header("Connection", "close")
            handler.end_headers()
            self.flood(handler, reply.body or b"x" * 65_536)
            return
        if reply.status != 304:
            handler.send_header("Content-Length", str(reply.claimed_length if reply.claimed_length is not None else len(reply.body)))
        if reply.claimed_length is not None:
            handler.send_header("Connection", "close")
            handler.close_connection = True
        handler.end_headers()
        handler.wfile.write(reply.body)

    def flood(self, handler: BaseHTTPRequestHandler, part: bytes) -> None:
        handler.close_connection = True
        try:
            while not self.closing.is_set():
                handler.wfile.write(part)
        except OSError:  # the client has had enough
            pass

    def asked(self, url: str) -> list[Request]:
        return [request for request in self.requests if request.url == url]

    def wait_for(self, url: str, seconds: float = 20.0) -> None:
        deadline = time.monotonic() + seconds
        while not self.asked(url):
            assert time.monotonic() < deadline, f"nobody asked for {url}"
            time.sleep(0.01)


@contextmanager
def serving() -> Iterator[Loopback]:
    loopback = Loopback()
    thread = threading.Thread(target=loopback.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield loopback
    finally:
        loopback.closing.set()
        loopback.server.shutdown()
        loopback.server.server_close()
        thread.join()


def gzip_bomb(size: int) -> Reply:
    """`size` bytes of nothing in a thousandth of that."""
    return Reply(gzip.compress(b"\0" * size, 9), headers={"Content-Encoding": "gzip"}, validators=False)
