"""The Arabic catalogue: nothing missing, nothing broken, and no text that slips past it."""

import ast
import errno
import io
import os
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.frontend import CommandLineInterface
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from congestion_lab.metrics.indicators import INDICATORS
from congestion_lab.network.maps.issues import REPAIRS
from congestion_lab.network.roadmodel.manifest import read_manifest
from congestion_lab.reporting.borrowedtexts import DAMASCUS, TEXTS
from congestion_lab.reporting.translation import DOMAIN, LOCALES

ROOT = Path(__file__).parents[3]
PAGES = ROOT / "congestion_lab" / "reporting"
CATALOGUE = LOCALES / "ar" / "LC_MESSAGES" / f"{DOMAIN}.po"
GLOSSARY = ROOT / "docs" / "glossary-ar.md"
ARABIC = re.compile("[\u0600-\u06ff]")
SAME_IN_BOTH = {"SUMO"}  # names that are written in Latin letters in Arabic too
HOLDS_CALLS = (
    "core", "simulation", "network", "sumo", "demand", "queueing",
    "optimization", "metrics", "experiments", "signals", "cli",
)  # fmt: skip
OURS = ("gathering", "trials")  # of `reporting`: what they raise, the command line says in English too


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with CATALOGUE.open("rb") as stream:
        return read_po(stream, locale="ar")


@pytest.fixture(scope="module")
def extracted(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """What `make messages` finds in the sources now."""
    target = tmp_path_factory.mktemp("messages") / "messages.pot"
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        CommandLineInterface().run(["pybabel", "-q", "extract", "-o", str(target)])
    with target.open("rb") as stream:
        return read_po(stream)


def _real(messages: Catalog) -> list[Message]:
    return [message for message in messages if message.id]


def _forms(message: Message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (message.string,)


def _gaps(text: str) -> set[str]:
    return {gap for _text, gap, _format, _conversion in string.Formatter().parse(text) if gap is not None}


def test_every_message_of_the_sources_is_in_the_catalogue_and_no_other(catalogue: Catalog, extracted: Catalog) -> None:
    assert {message.id for message in _real(catalogue)} == {message.id for message in _real(extracted)}, (
        "run `make messages` and translate what is new"
    )


def test_every_message_is_translated_for_good(catalogue: Catalog) -> None:
    wanting = [message.id for message in _real(catalogue) if message.fuzzy or not all(_forms(message))]
    assert not wanting
    latin = [m.id for m in _real(catalogue) if m.id not in SAME_IN_BOTH and not ARABIC.search("".join(_forms(m)))]
    words = [message for message in latin if re.search("[A-Za-z]{2}", re.sub("{[^}]*}", "", str(message)))]
    assert not words


def test_plurals_have_the_six_forms_of_arabic(catalogue: Catalog) -> None:
    assert catalogue.num_plurals == 6
    counted = [message for message in _real(catalogue) if message.pluralizable]
    assert counted
    assert all(len(_forms(message)) == 6 for message in counted)


def test_placeholders_are_those_of_the_source(catalogue: Catalog) -> None:
    for message in _real(catalogue):
        if message.pluralizable:
            few = _forms(message)[3:]  # none, one and two may be said in words
            assert all(_gaps(form) == _gaps(message.id[1]) for form in few), message.id
            assert all(_gaps(form) <= _gaps(message.id[1]) for form in _forms(message)[:3]), message.id
        else:
            assert _gaps(message.string) == _gaps(message.id), message.id


def test_code_in_a_message_is_not_translated(catalogue: Catalog) -> None:
    for message in _real(catalogue):
        if not message.pluralizable:
            assert sorted(re.findall("`[^`]*`", message.string)) == sorted(re.findall("`[^`]*`", message.id)), (
                message.id
            )


def test_the_compiled_catalogue_is_that_of_the_text(catalogue: Catalog) -> None:
    made = io.BytesIO()
    write_mo(made, catalogue)
    assert CATALOGUE.with_suffix(".mo").read_bytes() == made.getvalue(), "run `make messages`"


def test_no_counted_noun_follows_a_figure_that_has_no_plural_forms(catalogue: Catalog) -> None:
    """Where the noun would have to change with the figure, the figure stands behind: `المسارب: {lanes}`."""
    nouns = "مسارب|مراحل|دقيقة|دقائق|ثانية|ثوان|دراسة|دراسات|وصلات|بذور"
    plain = [message for message in _real(catalogue) if not message.pluralizable]
    assert [message.id for message in plain if re.search(f"}} ({nouns})", message.string)] == []


def test_arabic_is_written_with_arabic_punctuation(catalogue: Catalog) -> None:
    for message in _real(catalogue):
        text = re.sub("`[^`]*`|{[^}]*}", "", " ".join(_forms(message)))
        assert not re.search("[\u0600-\u06ff] ?[,;?]", text), message.id


# What rooms below say: it is matched by templates, so it must not change unnoticed.


OF_REPORTS = {"yes", "no", "Unserved vehicles"}


def _bare(template: str) -> str:
    return re.sub("{[a-z_]+}", "{}", template)


def _template(node: ast.AST) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _said(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        yield _template(node).replace("{} %", "{}").replace("+{}", "{}")


@pytest.fixture(scope="module")
def below() -> set[str]:
    """Every text in the sources of the rooms below, values replaced by gaps."""
    files = [path for room in HOLDS_CALLS for path in (ROOT / "congestion_lab" / room).rglob("*.py")]
    return {text for path in [*files, *(PAGES / f"{name}.py" for name in OURS)] for text in _said(path)}


def test_every_borrowed_text_is_still_said_below(below: set[str]) -> None:
    listed = {part for text in below for part in text.split(", ")}
    endings = {f"{{}}{text}" for text in below if text.startswith(" and ")}
    first_lines = {text.partition("\n")[0].rstrip(":") for text in below}
    system = set(map(os.strerror, errno.errorcode))
    known = below | first_lines | system | listed | endings | {rule.replace("_", " ") for rule in REPAIRS} | OF_REPORTS
    assert not {_bare(text) for text in TEXTS if text not in DAMASCUS} - known


def test_what_a_report_repeats_can_be_translated(catalogue: Catalog) -> None:
    known = {message.id for message in _real(catalogue)}
    assert {each.label for each in INDICATORS} <= known
    assert {each.unit for each in INDICATORS} - {""} <= known
    assert set(REPAIRS.values()) <= known
    assert {rule.replace("_", " ") for rule in REPAIRS} <= known
    assert set(read_manifest(ROOT / "networks" / "damascus" / "network.yaml").assumptions) <= known


@pytest.mark.parametrize("module", ["maps/maprules", "maps/turnrules", "checks"])
def test_no_finding_of_the_maps_is_left_in_english(module: str) -> None:
    source = ast.parse((ROOT / "congestion_lab" / "network" / f"{module}.py").read_text(encoding="utf-8"))
    borrowed = {_bare(text) for text in TEXTS}
    said = [_template(node) for node in ast.walk(source) if isinstance(node, ast.JoinedStr)]
    for text in (one for one in said if len(re.findall("[a-z]+", one)) > 1):
        assert text in borrowed or f"{{}}{text}" in borrowed, text


# The glossary: one Arabic term for one thing.


def _terms() -> Iterator[tuple[str, list[str]]]:
    for line in GLOSSARY.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and len(cells) == 4 and not cells[0].startswith(("English", "(")):
            yield cells[0], cells[2].split("، ")


OTHER_SENSES = (
    *("symbolic links", "entered count", "zone the map lies in", "links to trunk roads"),
    *("many rings", "have rings"),
)


def _speaks_of(term: str, english: str) -> bool:
    plain = re.sub("[\u202f\u00a0]", " ", re.sub(r"`[^`]*`|{[^}]*}|\w+\.csv", "", english)).lower()
    plain = re.sub("|".join(OTHER_SENSES), "", plain)
    return re.search(rf"(?<![\w-]){re.escape(term)}s?(?![\w-])", plain) is not None


@pytest.mark.parametrize(("term", "forms"), list(_terms()))
def test_a_term_of_the_glossary_is_always_told_by_the_same_word(
    term: str, forms: list[str], catalogue: Catalog
) -> None:
    spoken = [m for m in _real(catalogue) if _speaks_of(term, m.id if isinstance(m.id, str) else m.id[1])]
    assert spoken, f"no message speaks of {term!r}: delete it from the glossary or put it into parentheses"
    for message in spoken:
        assert all(any(form in said for form in forms) for said in _forms(message)), (message.id, _forms(message))


def _unused() -> Iterator[str]:
    told = GLOSSARY.read_text(encoding="utf-8").partition("## كلمات لا نستعملها")[2]
    rows = [line.strip("|").split("|")[0].strip() for line in told.splitlines() if line.startswith("| ")]
    yield from rows[1:]


def test_words_that_the_glossary_replaces_are_not_used(catalogue: Catalog) -> None:
    said = {f"{message.id}": " ".join(_forms(message)) for message in _real(catalogue)}
    said |= {path.name: path.read_text(encoding="utf-8") for path in GLOSSARY.parent.glob("*.ar.md")}
    unused = list(_unused())
    assert len(unused) > 5
    assert len(said) > len(_real(catalogue))
    assert [(place, word) for place, text in said.items() for word in unused if word in text] == []


@pytest.mark.parametrize("name", ["glossary.md", "glossary-ar.md"])
def test_no_term_stands_in_a_glossary_twice(name: str) -> None:
    terms = [english.lower() for english, _arabic in _arabic_of(GLOSSARY.parent / name, 0, -1)]
    assert sorted(set(terms)) == sorted(terms)


def test_both_glossaries_agree() -> None:
    ours = {english.strip("()").lower(): arabic for english, arabic in _arabic_of(GLOSSARY, 0, 1)}
    theirs = {english.lower(): arabic for english, arabic in _arabic_of(ROOT / "docs" / "glossary.md", 0, -1)}
    both = ours.keys() & theirs.keys()
    assert len(both) > 10
    assert {term: ours[term] for term in both} == {term: theirs[term] for term in both}


def _arabic_of(path: Path, term: int, arabic: int) -> Iterator[tuple[str, str]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("| "):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            yield cells[term], cells[arabic]
