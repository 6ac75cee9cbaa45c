"""The server: reads only, one address of this computer, and only for pages that it made itself."""

import io
import logging
import os
import socket
import sys
import threading
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any, BinaryIO, ClassVar
from urllib.parse import urlsplit

from typing_extensions import override

from congestion_lab.serving.answers import Answer, Answers

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_SILENCE_S = 30.0  # after which a connection is given up
_MOST_AT_ONCE = 64  # connections, a thread each; a browser opens six
_PART_BYTES = 1 << 16  # sent at once: whoever takes one in time is waited for
_log = logging.getLogger(__name__)
_ALWAYS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Server(ThreadingHTTPServer):
    """Answers requests in threads that end with the program.

    Attributes:
        answers: Knows the answers.
        names: Hosts that a request may be sent to; any other is a page elsewhere that had our address put behind its
            own name (DNS rebinding).
    """

    daemon_threads = True
    allow_reuse_address = sys.platform != "win32"  # where it would let two servers share a port

    def __init__(self, host: str, port: int, answers: Answers) -> None:
        """Listen at a port of a host; port 0 is any free one.

        Raises:
            OSError: The host is none of this computer, or the port is taken.
        """
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.answers = answers
        self.names = LOOPBACK | {host.lower()}
        self._seats = threading.BoundedSemaphore(_MOST_AT_ONCE)
        super().__init__((host, port), _Handler)

    @property
    def address(self) -> str:
        """Where a browser finds it."""
        host, port = self.server_address[:2]
        name = host.decode() if isinstance(host, (bytes, bytearray)) else str(host)
        return f"http://[{name}]:{port}/" if ":" in name else f"http://{name}:{port}/"

    @property
    def listens_at(self) -> IPv4Address | IPv6Address:
        """The address of this computer that it listens at."""
        return ip_address(str(self.server_address[0]).partition("%")[0])

    @override
    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._seats.acquire(blocking=False):
            _log.warning("%s is turned away: %d connections are open", client_address, _MOST_AT_ONCE)
            self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except RuntimeError:  # no further thread
            self._seats.release()
            raise

    @override
    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._seats.release()

    @override
    def handle_error(self, request: object, client_address: object) -> None:
        if isinstance(sys.exception(), ConnectionError):  # the browser went away
            _log.info("%s left before it had its answer", client_address)
        else:
            _log.exception("a request of %s could not be answered", client_address)


class _Handler(BaseHTTPRequestHandler):
    server: Server
    timeout: ClassVar[float] = _SILENCE_S
    server_version = "congestion_lab"
    sys_version = ""

    def do_GET(self) -> None:
        self._give(self._answer(), with_body=True)

    def do_HEAD(self) -> None:
        self._give(self._answer(), with_body=False)

    def _refuse(self) -> None:
        self._give(self.server.answers.to_writing(), with_body=True)

    do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_TRACE = do_CONNECT = _refuse  # noqa: N815 -- the library's names

    @override
    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        self.request_version = self.protocol_version  # unread as yet, it would be one that knows no headers
        self.close_connection = True
        self._give(self.server.answers.to_nonsense(HTTPStatus(code)), with_body=self.command != "HEAD")

    def _answer(self) -> Answer:
        answers = self.server.answers
        if not self._is_for_us():
            return answers.to_strangers()
        if self._is_asked_from_elsewhere():
            return answers.to_pages_elsewhere()
        try:
            return answers.to(self.path)
        except Exception as error:  # noqa: BLE001 -- the boundary of a thread: whatever happens, the reader hears of it
            _log.warning("%s could not be answered", self.path, exc_info=True)
            return answers.to_trouble(error)

    def _is_for_us(self) -> bool:
        given = self.headers.get_all("Host", [])
        try:
            hosts = [urlsplit(f"//{each}") for each in given]
            return [(each.hostname in self.server.names, each.port != 0) for each in hosts] == [(True, True)]
        except ValueError:  # no host at all, or no number for a port
            return False

    def _is_asked_from_elsewhere(self) -> bool:
        """Whether a page of another site asks behind its reader's back, as browsers tell (Fetch Metadata, W3C).

        A link that the reader follows is no such thing.
        """
        site, mode = (self.headers.get(f"Sec-Fetch-{name}", "") for name in ("Site", "Mode"))
        return site in {"cross-site", "same-site"} and mode != "navigate"

    def _give(self, answer: Answer, *, with_body: bool) -> None:
        if isinstance(answer.body, bytes):
            self._begin(answer, len(answer.body))
            if with_body:
                self._send(_parts(io.BytesIO(answer.body)))
            return
        with answer.body.open("rb") as stream:
            self._begin(answer, os.fstat(stream.fileno()).st_size)
            if with_body:
                self._send(_parts(stream))

    def _send(self, parts: Iterator[bytes]) -> None:
        for part in parts:
            self.wfile.write(part)

    def _begin(self, answer: Answer, length: int) -> None:
        self.send_response(answer.status)
        headers = {"Content-Type": answer.kind, "Content-Length": str(length), **_ALWAYS, **answer.headers}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    @override
    def log_message(self, format: str, *args: Any) -> None:
        _log.info("%s: %r", self.client_address[0], format % args)


def _parts(stream: BinaryIO) -> Iterator[bytes]:
    return iter(lambda: stream.read(_PART_BYTES), b"")
