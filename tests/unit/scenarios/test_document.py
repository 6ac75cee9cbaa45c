from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from congestion_lab.core.errors import ScenarioError
from congestion_lab.scenarios.document import MAX_BYTES, read_document

_LAUGHS = "\n".join(
    ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
)


def _file(folder: Path, text: str) -> Path:
    path = folder / "file.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_reads_yaml_1_2_as_people_write_it(tmp_path: Path) -> None:
    document = read_document(_file(tmp_path, "time: 17:30\nword: no\ndate: 2025-08-10\nlist: [1, 2.5, true, ~]\n"))
    assert document.value == {
        "time": "17:30",
        "word": "no",
        "date": "2025-08-10",
        "list": (1, 2.5, True, None),
    }


def test_knows_the_line_of_every_key_and_item(tmp_path: Path) -> None:
    document = read_document(_file(tmp_path, "# head\na:\n  b: 1\n  c:\n    - x\n    - y\n"))
    assert document.line_of(("a", "b")) == 3
    assert document.line_of(("a", "c", 1)) == 6
    assert document.line_of(("a", "missing")) == 2
    assert document.line_of(("missing",)) is None


def test_references_are_followed(tmp_path: Path) -> None:
    document = read_document(_file(tmp_path, "a: &seeds [1, 2]\nb: *seeds\n"))
    assert document.value["b"] == (1, 2)


def test_every_repeated_key_is_told(tmp_path: Path) -> None:
    document = read_document(_file(tmp_path, "a: 1\nb: {c: 1, c: 2}\na: 2\n"))
    assert [(fault.line, fault.key) for fault in document.faults] == [(2, "b.c"), (3, "a")]


@pytest.mark.parametrize(
    ("text", "rule", "line"),
    [
        ("", "holds no", None),
        ("- 1\n", "holds no", None),
        ("a: [1,\n", "no valid YAML", 2),
        ("a: 1\n---\nb: 1\n", "no valid YAML", 2),
        ("a: *nobody\n", "no valid YAML", 1),
        ("a: &a [*a]\n", "references", 1),
        ("a: " + "[" * 5000, "nested deeper", 1),
        (_LAUGHS, "references", None),
    ],
)
def test_what_is_no_usable_yaml_is_refused(tmp_path: Path, text: str, rule: str, line: int | None) -> None:
    with pytest.raises(ScenarioError, match=rule) as caught:
        read_document(_file(tmp_path, text))
    if line is not None:
        assert caught.value.faults[0].line == line


@pytest.mark.parametrize(("value", "kind"), [("soon", "int"), ("maybe", "bool")])
def test_what_is_not_of_the_kind_that_its_tag_says_is_told(tmp_path: Path, value: str, kind: str) -> None:
    (fault,) = read_document(_file(tmp_path, f"a: 1\nb: !!{kind} {value}\n")).faults
    assert (fault.line, fault.key) == (2, "b")
    assert fault.rule.startswith(f"'{value}' is no {kind}")


def test_tags_construct_nothing(tmp_path: Path) -> None:
    document = read_document(_file(tmp_path, "a: !!python/object/apply:os.system [exit]\nb: !own 3\n"))
    assert [fault.key for fault in document.faults] == ["a", "b"]
    assert document.value["a"] is None


def test_a_file_must_be_there_small_and_text(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="no such file"):
        read_document(tmp_path / "none.yaml")
    with pytest.raises(ScenarioError, match="larger than"):
        read_document(_file(tmp_path, "a: " + "x" * MAX_BYTES))
    (tmp_path / "binary.yaml").write_bytes(b"a: \xff\xfe")
    with pytest.raises(ScenarioError, match="not UTF-8"):
        read_document(tmp_path / "binary.yaml")


@given(st.one_of(st.text(), st.text(alphabet="ab:-[]{}&*!|>#%@'\",?~.0 \n\t<", max_size=80)))
def test_any_text_is_read_or_told(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        document = read_document(path)
    except ScenarioError as error:
        assert error.faults  # noqa: PT017 -- either end is right; what matters is that there is no third
    else:
        assert all(line >= 1 for line in document.lines.values())
