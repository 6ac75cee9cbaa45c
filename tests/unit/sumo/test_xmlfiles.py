import gzip
from pathlib import Path

import pytest

from congestion_lab.core.errors import InputError
from congestion_lab.sumo.files import xmlfiles
from congestion_lab.sumo.files.xmlfiles import elements, guarded, starts, tree

_HARMLESS = '<?xml version="1.0"?>\n<!-- <!DOCTYPE x> in a comment -->\n<net a="1 &lt; 2">\n <edge id="e"/>\n</net>\n'
_ELSEWHERE = "file:///etc/passwd"


def _file(folder: Path, text: str | bytes, name: str = "file.xml") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize("name", ["file.xml", "file.xml.gz", "packed-without-saying.xml"])
def test_a_plain_or_packed_file_passes(tmp_path: Path, name: str) -> None:
    blob = _HARMLESS.encode()
    path = _file(tmp_path, blob if name == "file.xml" else gzip.compress(blob), name)
    assert guarded(path) == path
    assert [(start.tag, start.line, start.depth) for start in starts(path)] == [("net", 3, 0), ("edge", 4, 1)]
    assert tree(path).get("a") == "1 < 2"


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (f'<!DOCTYPE net [<!ENTITY x SYSTEM "{_ELSEWHERE}">]><net>&x;</net>', "document type"),
        ('<!DOCTYPE net [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><net>&b;</net>', "document type"),
        ('<!DOCTYPE net [<!ENTITY % p SYSTEM "http://example.org/x.dtd">%p;]><net/>', "document type"),
        (f'<!DOCTYPE net SYSTEM "{_ELSEWHERE}"><net/>', "document type"),
        ("<net>&undefined;</net>", "well-formed"),
        (f'<net xmlns:x="i" x:noNamespaceSchemaLocation="{_ELSEWHERE}"/>', "external reference"),
        ('<net xmlns:x="i" x:noNamespaceSchemaLocation="http://sumo.dlr.de.example.org/xsd/a"/>', "external reference"),
        ("<net><edge></net>", "well-formed"),
        ("<net/><net/>", "well-formed"),
        ("", "well-formed"),
        ("no xml", "well-formed"),
        ('<?xml version="1.0" encoding="IBM037"?><net/>', "well-formed"),
        ("<a>" * 100 + "</a>" * 100, "nested deeper"),
    ],
)
def test_unsafe_or_broken_xml_is_refused(tmp_path: Path, text: str, rule: str, *, packed: bool) -> None:
    blob = text.encode()
    with pytest.raises(InputError, match=rule) as caught:
        guarded(_file(tmp_path, gzip.compress(blob) if packed else blob))
    assert caught.value.faults[0].source == str(tmp_path / "file.xml")
    assert caught.value.faults[0].line == 1


def test_a_document_type_in_another_encoding_is_seen(tmp_path: Path) -> None:
    text = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE net [<!ENTITY x "y">]><net>&x;</net>'
    with pytest.raises(InputError, match="document type"):
        guarded(_file(tmp_path, text.encode("utf-16")))


def test_the_schema_that_sumo_itself_names_is_no_external_reference(tmp_path: Path) -> None:
    hint = 'xmlns:xsi="i" xsi:noNamespaceSchemaLocation="http://sumo.dlr.de/xsd/net_file.xsd"'
    assert guarded(_file(tmp_path, f"<net {hint}/>"))


def test_unpacking_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xmlfiles, "FREE_BYTES", 1 << 20)
    bomb = gzip.compress(b"<net>" + b" " * (4 << 20) + b"</net>")
    with pytest.raises(InputError, match="unpacks to more"):
        guarded(_file(tmp_path, bomb))
    monkeypatch.setattr(xmlfiles, "MAX_BYTES", 1 << 20)
    with pytest.raises(InputError, match="unpacks to more"):
        guarded(_file(tmp_path, b"<net>" + b" " * (2 << 20) + b"</net>"))


def test_a_broken_package_or_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be unpacked"):
        guarded(_file(tmp_path, gzip.compress(_HARMLESS.encode())[:-12]))
    with pytest.raises(InputError, match="no such file"):
        guarded(tmp_path / "none.xml")


def test_elements_come_with_their_children_and_once(tmp_path: Path) -> None:
    path = _file(tmp_path, '<r><d id="d"><v id="1"/><v id="2"/></d><v id="3"><p/></v><x/></r>')
    assert [(e.tag, e.get("id"), len(e)) for e in elements(path, ["d", "v"])] == [("d", "d", 2), ("v", "3", 1)]


def test_published_scenarios_pass(bench_folder: Path) -> None:
    files = sorted(bench_folder.glob("*/*.xml.gz"))
    assert [guarded(path) for path in files] == files
