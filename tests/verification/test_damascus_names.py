"""The tables of Damascus call a place the same wherever they name it."""

import csv
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

_DAMASCUS = Path(__file__).parents[2] / "networks/damascus"
_ROADS_AND_ZONES = ("nodes.csv", "links.csv", "demand/zones.csv")
_TABLES = (*_ROADS_AND_ZONES, "demand/lines.csv")
_CONFUSED = str.maketrans("أإآىة", "ااايه")
_DOUBLED = re.compile(r"(.)\1")
_ARTICLE = re.compile("^(?:وال|ال)")


def _names(*tables: str) -> Iterator[tuple[str, str]]:
    for table in tables:
        with (_DAMASCUS / table).open(encoding="utf-8", newline="") as stream:
            yield from ((row["name_en"], row["name_ar"]) for row in csv.DictReader(stream))


def _bare(word: str) -> str:
    return _ARTICLE.sub("", word)


def _parts(name_en: str, name_ar: str) -> Iterator[str]:
    """Yield the places that a name puts together: `Dwelaa and Kabbas` are two."""
    for part in name_ar.split(" - "):
        yield from part.split(" و") if " and " in name_en else (part,)


def _spellings(words: Iterator[str]) -> list[set[str]]:
    """Return words that differ in letters that are often confused, or in a doubled one, and in nothing else."""
    found: dict[str, set[str]] = defaultdict(set)
    for word in words:
        found[_DOUBLED.sub(r"\1", word.translate(_CONFUSED))].add(word)
    return [forms for forms in found.values() if len(forms) > 1]


def _forms(names: Iterator[tuple[str, str]]) -> list[set[str]]:
    """Return places of one word that stand with the article here and without it there."""
    found: dict[str, set[str]] = defaultdict(set)
    for part in (part for name in names for part in _parts(*name)):
        if " " not in part:
            found[_bare(part)].add(part)
    return [forms for forms in found.values() if len(forms) > 1]


def test_a_word_is_spelt_the_same_in_all_tables() -> None:
    words = (_bare(word) for _, name_ar in _names(*_TABLES) for word in re.findall("[\u0621-\u0652]+", name_ar))
    assert _spellings(words) == []


def test_a_place_has_its_article_in_all_tables_or_in_none() -> None:
    """Lines are left out: signs on microbuses do without articles."""
    assert _forms(_names(*_ROADS_AND_ZONES)) == []


@pytest.mark.parametrize("other", ["محي", "محيى"])
def test_another_spelling_is_found(other: str) -> None:
    assert _spellings(iter(["محيي", other])) == [{"محيي", other}]


def test_a_missing_article_is_found() -> None:
    names = [("Dwelaa and Kabbas", "الدويلعة وكباس"), ("S Mutahallaq - Kabbas", "المتحلق الجنوبي - الكباس")]
    assert _forms(iter(names)) == [{"كباس", "الكباس"}]
