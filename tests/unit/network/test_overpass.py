from collections.abc import Iterator
from pathlib import Path

import pytest

from congestion_lab.core.errors import NetworkError
from congestion_lab.network.maps.overpass import Box, NoAnswerError, Place, cached, fetch, question
from tests import maps
from tests.overpass import Server, serving

BOX = Box(36.27, 33.49, 36.33, 33.53)


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        running.body = maps.town()
        yield running


def test_a_box_is_read() -> None:
    assert Box.read("36.27, 33.49,36.33,33.53") == BOX


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("36,33,37", "is no box"),
        ("a,b,c,d", "is no box"),
        ("36,33,36,34", "is empty"),
        ("36,34,37,33", "is empty"),
        ("nan,33,37,34", "no number"),
        ("36,33,37,340", "leaves the globe"),
        ("30,30,40,40", "too large"),
    ],
)
def test_what_is_no_box_is_refused(text: str, told: str) -> None:
    with pytest.raises(NetworkError, match=told) as caught:
        Box.read(text)
    assert "--bbox" in str(caught.value)


def test_a_question_asks_for_roads_points_and_restrictions() -> None:
    asked = question(BOX)
    assert 'way["highway"](33.49,36.27,33.53,36.33)->.roads;' in asked
    assert 'relation["restriction"](bw.roads)' in asked
    assert "node(w.roads)" in asked
    assert asked.startswith("[out:xml][timeout:180];")


def test_a_place_cannot_end_its_own_quotes() -> None:
    asked = question(Place('x"];out;\\'))
    assert '["name"="x\\"];out;\\\\"]' in asked


def test_the_answer_is_written_and_the_question_arrives(server: Server, tmp_path: Path) -> None:
    target = tmp_path / "maps" / "answer.osm"
    fetch(BOX, server.url, target)
    assert target.read_text() == server.body
    assert server.questions == [question(BOX)]
    assert server.agents[0].startswith("congestion-lab/")


BAD = {
    "busy": (429, "", NoAnswerError, "answers 429", "wait a minute"),
    "overloaded": (504, "", NoAnswerError, "answers 504", "smaller area"),
    "question refused": (400, "", NetworkError, "answers 400", "check the name"),
    "broken": (500, "", NoAnswerError, "answers 500", "try again later"),
    "page": (200, "<html><body>rate_limited</body></html>", NoAnswerError, "no map: <html>", "try again"),
    "json": (200, '{"elements": []}', NoAnswerError, "is no map", ""),
    "nothing": (200, "", NoAnswerError, "is no map", ""),
    "cut off": (200, maps.town()[:-20], NoAnswerError, "cut off", "smaller area"),
    "gave up": (
        200,
        maps.town(lines=["<remark> runtime error: Query timed out after 180 seconds. </remark>"]),
        NoAnswerError,
        "gave up: runtime error: Query timed out",
        "smaller area",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_no_answer_is_told_and_nothing_is_written(server: Server, tmp_path: Path, case: str) -> None:
    server.status, server.body, kind, rule, hint = BAD[case]
    with pytest.raises(kind) as caught:
        fetch(BOX, server.url, tmp_path / "answer.osm")
    assert type(caught.value) is kind
    assert rule in str(caught.value)
    assert hint in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_an_answer_that_breaks_off_is_told(server: Server, tmp_path: Path) -> None:
    server.announced = len(server.body) + 100
    with pytest.raises(NoAnswerError):
        fetch(BOX, server.url, tmp_path / "answer.osm")
    assert list(tmp_path.iterdir()) == []


def test_patience_ends(server: Server, tmp_path: Path) -> None:
    server.silent = True
    with pytest.raises(NoAnswerError, match="timed out"):
        fetch(BOX, server.url, tmp_path / "answer.osm", patience_s=0.2)


def test_without_a_connection_the_way_out_is_told(tmp_path: Path) -> None:
    with pytest.raises(NoAnswerError, match=r"no answer from the server.*geofabrik"):
        fetch(BOX, "http://127.0.0.1:1/", tmp_path / "answer.osm")


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://x/", "nonsense"])
def test_what_is_no_web_address_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(NetworkError, match="no web address"):
        fetch(BOX, url, tmp_path / "answer.osm")


def test_answers_are_kept_by_their_question(tmp_path: Path) -> None:
    assert cached(BOX, tmp_path) == cached(Box.read("36.27,33.49,36.33,33.53"), tmp_path)
    assert cached(BOX, tmp_path) != cached(Place("Damascus"), tmp_path)
