from pathlib import Path
from typing import Annotated

import pytest
from pydantic import Field

from congestion_lab.core.errors import DemandError
from congestion_lab.core.yamlfile import Strict, read_yaml


class _Part(Strict):
    share: float


class _File(Strict):
    parts: dict[str, _Part]
    number: int = 1
    seeds: Annotated[tuple[int, ...], Field(min_length=1, max_length=2)] = (1,)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("number: 1\n", "f.yaml:1: `parts`: this key is missing — add it"),
        ("parts: {}\nnumbr: 2\n", "f.yaml:2: `numbr`: unknown key — remove it, or correct its name"),
        ("parts: {}\nseeds: []\n", "f.yaml:2: `seeds`: at least 1 item belongs here, not 0"),
        ("parts: {}\nseeds: [1, 2, 3]\n", "f.yaml:2: `seeds`: at most 2 items belong here, not 3"),
        ("parts: 3\n", "f.yaml:1: `parts`: keys and their values belong here, not 3"),
        ("parts:\n  a: 3\n", "f.yaml:2: `parts.a`: keys and their values belong here, not 3"),
        ("parts:\n  a:\n", "f.yaml:2: `parts.a`: keys and their values belong here, not nothing"),
        ("parts: {a: {share: some}}\n", "f.yaml:1: `parts.a.share`: should be a valid number, not 'some'"),
        ("parts: {a: {share: .nan}}\n", "f.yaml:1: `parts.a.share`: should be a finite number, not nan"),
    ],
)
def test_faults_of_a_file_speak_of_the_file(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "f.yaml"
    path.write_text(text)
    with pytest.raises(DemandError) as caught:
        read_yaml(path, _File, DemandError, hint="")
    assert str(caught.value) == f"{tmp_path}/{told}"


def test_a_missing_file_is_named_once(tmp_path: Path) -> None:
    with pytest.raises(DemandError) as caught:
        read_yaml(tmp_path / "f.yaml", _File, DemandError, hint="check the path")
    assert str(caught.value) == f"{tmp_path}/f.yaml: cannot be read: No such file or directory — check the path"
