"""A server of a folder of runs, and somebody who asks it."""

import http.client
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest

from congestion_lab.core.files import machine, write_json
from congestion_lab.optimization.study.standing import Standing
from congestion_lab.reporting.gathering import Story
from congestion_lab.serving.server import Server
from tests.servedruns import id_within, serving
from tests.stories import hostile_network, story_of


@dataclass(frozen=True)
class Got:
    """An answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:  # noqa: ANN401 -- whatever it holds
        return json.loads(self.body)


Ask = Callable[..., Got]
Id = Callable[[str], str]


def write_standing(folder: Path, *, process: int, where: str = "", done: int = 3) -> None:
    """Write where a study stands, as if a process ran it."""
    standing = Standing("fast engine", "plans", done, 10, process, where or machine())
    write_json(folder / "standing.json", asdict(standing))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder for runs."""
    place = tmp_path / "runs"
    place.mkdir()
    return place


@pytest.fixture
def story(tmp_path: Path) -> Story:
    """The study of a hostile mapper."""
    place = tmp_path / "story"
    place.mkdir()
    return story_of(hostile_network(), place)


@pytest.fixture
def server(root: Path, tmp_path: Path) -> Iterator[Server]:
    """A server of the folder, at work."""
    with serving(root, tmp_path / "pages") as made:
        yield made


@pytest.fixture
def ask(server: Server) -> Ask:
    """Ask the server as a browser does."""

    def asked(target: str, *, method: str = "GET", host: str | None = None, **headers: str) -> Got:
        port = server.server_address[1]
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        connection.putrequest(method, target, skip_host=True)
        connection.putheader("Host", f"127.0.0.1:{port}" if host is None else host)
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders()
        answer = connection.getresponse()
        got = Got(answer.status, dict(answer.headers), answer.read())
        connection.close()
        return got

    return asked


@pytest.fixture
def id_of(root: Path) -> Callable[[str], str]:
    """Return the id under which an entry is found."""
    return lambda name: id_within(root, name)
