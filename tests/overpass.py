"""A server on this machine that speaks Overpass's protocol, well or badly as a test says."""

import threading
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Server:
    """What the server answers, and what it was asked.

    Attributes:
        url: Its address.
        status: Status of its answers.
        body: What it answers.
        announced: Length that it announces, if other than the body's.
        silent: Whether it says nothing at all.
        questions: What it was asked.
        agents: Who asked.
    """

    url: str = ""
    status: int = 200
    body: str = ""
    announced: int | None = None
    silent: bool = False
    questions: list[str] = field(default_factory=list)
    agents: list[str] = field(default_factory=list)


@contextmanager
def serving() -> Iterator[Server]:
    """Run a server while the block runs."""
    server, over = Server(), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = self.rfile.read(int(self.headers["Content-Length"])).decode()
            server.questions.append(urllib.parse.parse_qs(form)["data"][0])
            server.agents.append(self.headers["User-Agent"])
            if server.silent:
                over.wait(10)
                return
            body = server.body.encode()
            self.send_response(server.status)
            self.send_header("Content-Length", str(server.announced or len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        server.url = f"http://127.0.0.1:{listening.server_port}/api/interpreter"
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            over.set()
            listening.shutdown()
            thread.join()
