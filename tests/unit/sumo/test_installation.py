import importlib.metadata

import pytest

from congestion_lab.core.errors import SumoNotFoundError
from congestion_lab.sumo import installation

pytestmark = pytest.mark.usefixtures("fresh_sumo")


def test_programs_and_tools_are_found() -> None:
    assert installation.version().startswith("1.28.")
    assert installation.binary("netconvert").is_file()
    assert installation.tool("tlsCycleAdaptation.py").is_file()
    assert installation.environment()["SUMO_HOME"] == str(installation.home())


def test_a_program_that_sumo_has_not_is_named() -> None:
    with pytest.raises(SumoNotFoundError, match="teleporter"):
        installation.binary("teleporter")


def test_missing_sumo_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", absent)
    with pytest.raises(SumoNotFoundError, match="make setup"):
        installation.home()


def test_another_version_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.metadata, "version", lambda _: "1.27.0")
    with pytest.raises(SumoNotFoundError, match=r"1\.27\.0 is installed, but 1\.28 is needed"):
        installation.binary("sumo")
