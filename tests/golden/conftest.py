"""Golden figures: pinned results that change only on purpose, by `pytest tests/golden --update-golden`."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from congestion_lab.core.files import write_json

Golden = Callable[[str, dict[str, object]], None]


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Compare figures with the pinned ones, or pin them when asked to, showing what changes."""

    def compare(name: str, figures: dict[str, object]) -> None:
        path = Path(__file__).parent / f"{name}.json"
        pinned = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        changes = {key: (pinned.get(key), figures.get(key)) for key in {*pinned, *figures}}
        changes = {key: pair for key, pair in sorted(changes.items()) if pair[0] != pair[1]}
        if request.config.getoption("--update-golden", default=False):
            write_json(path, figures)
            for key, (before, after) in changes.items():
                request.config.get_terminal_writer().line(f"\n{name}: {key}: {before} -> {after}")
        else:
            assert not changes, f"{name} differs (pinned, found): {changes}"

    return compare


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer the update."""
    parser.addoption("--update-golden", action="store_true", help="pin the golden figures anew")
