"""The guides, typed by the tests as a reader would."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from congestion_lab.demand.trips.assumptions import Assumptions, ClassFigures
from congestion_lab.demand.trips.zones import COLUMNS
from congestion_lab.network.roadmodel.manifest import Manifest
from tests import guides
from tests.guides import ROOT, Step

_RUN = ("importing-a-map.md", "calibrating-demand.md")
_LARGEST_PICTURE, _LARGEST_EXAMPLES = 200_000, 300_000
needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="the guides' commands are for a POSIX shell")


@needs_bash
@pytest.mark.parametrize("name", [*_RUN, "your-own-city.md"])
def test_a_guide_does_what_it_shows(name: str, tmp_path: Path) -> None:
    guides.furnish(tmp_path)
    steps = list(guides.steps((ROOT / "docs" / name).read_text(encoding="utf-8")))
    assert len(steps) > 5
    for step in steps:
        code, printed = guides.run(step, tmp_path)
        where = f"docs/{name}:{step.line}: $ {step.command}"
        assert code == 0, f"{where}\nended with {code}:\n{printed}"
        assert step.agrees(printed), f"{where}\nprints\n{printed}\nwhere the guide shows\n{step.shown}"


def test_the_readme_types_what_the_guide_types_in_its_order() -> None:
    """So its commands for a city of one's own are run with those of the guide."""
    section = (ROOT / "README.md").read_text(encoding="utf-8").partition("### Your own city\n")[2]
    block = section.partition("```\n")[2].partition("```\n")[0]
    typed = [part.strip() for line in block.splitlines() for part in line.partition("    #")[0].split(" && ")]
    guide = iter(guides.steps((ROOT / "docs/calibrating-demand.md").read_text(encoding="utf-8")))
    assert len(typed) > 5
    for command in typed:
        assert any(step.command == command for step in guide), command


@pytest.mark.parametrize("name", _RUN)
def test_pictures_of_a_guide_are_there_and_small(name: str) -> None:
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", (ROOT / "docs" / name).read_text(encoding="utf-8"))
    assert pictures
    for one in pictures:
        assert 0 < (ROOT / "docs" / one).stat().st_size < _LARGEST_PICTURE, one


def test_every_key_of_a_city_is_explained() -> None:
    guide = (ROOT / "docs/your-own-city.md").read_text(encoding="utf-8")
    explained = {part for code in re.findall(r"`([^`\n]+)`", guide) for part in code.split(".")}
    manifest, zones = set(Manifest.model_fields), set(COLUMNS)
    demand = set(_keys(Assumptions)) | set(ClassFigures.model_fields)
    assert manifest | zones | demand <= explained


def _keys(model: type[BaseModel]) -> Iterator[str]:
    """Yield a model's keys and those of its sections, without what stands in a guide of its own."""
    for name, field in model.model_fields.items():
        yield name
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel) and "value" not in kind.model_fields:
            yield from _keys(kind)


def test_examples_can_be_made_again(tmp_path: Path) -> None:
    script = ROOT / "docs/examples/remake.py"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, script, tmp_path], cwd=tmp_path, env=environment, check=True, capture_output=True)
    for name in ("zahra.osm", "cameras.yaml", "week.csv"):
        assert (tmp_path / name).read_bytes() == (ROOT / "docs/examples" / name).read_bytes(), name


def test_examples_are_small() -> None:
    assert sum(file.stat().st_size for file in (ROOT / "docs/examples").glob("*.*")) < _LARGEST_EXAMPLES


def test_commands_are_found_with_what_they_print() -> None:
    text = (
        "text\n```console\n$ one\nout\n$ two \\\n>   more\n```\n```yaml\n$ not: this\n```\n```console\n$ three\n```\n"
    )
    assert list(guides.steps(text)) == [Step(3, "one", "out"), Step(5, "two \\\n  more", ""), Step(12, "three", "")]


@pytest.mark.parametrize(
    ("shown", "printed", "agrees"),
    [
        ("a\nb", "a  \nb\n", True),
        ("a\nb", "a\nb\nc\n", False),
        ("a\nb", "b\na\n", False),
        ("took … s", "took 1.2 s\n", True),
        ("took … s", "took 1.2 min\n", False),
        ("a\n…\nd", "a\nb\nc\nd\n", True),
        ("a\n…\nd", "a\nd\n", True),
        ("a\n…\nd", "a\nb\n", False),
        ("", "", True),
        ("", "a\n", False),
        ("1.5", "125\n", False),
    ],
)
def test_what_is_shown_is_compared_but_for_the_marked_places(shown: str, printed: str, agrees: bool) -> None:  # noqa: FBT001
    assert Step(1, "", shown).agrees(printed) == agrees


def test_a_renewed_guide_shows_what_was_printed() -> None:
    text = "```console\n$ one\nold\n$ two\n```\n"
    first, second = guides.steps(text)
    assert (
        guides.renewed(text, {first: "new\nlines\n", second: "x\n"}) == "```console\n$ one\nnew\nlines\n$ two\nx\n```\n"
    )
