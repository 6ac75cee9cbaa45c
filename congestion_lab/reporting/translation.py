"""The language that a report speaks: every string shown to people passes through here.

English is the language of the source. Another language is a catalogue
`locale/<language>/LC_MESSAGES/congestion_lab.mo` beside this module, and nothing else.
"""

import gettext
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

DOMAIN = "congestion_lab"
SOURCE_LANGUAGE = "en"
LANGUAGES = (SOURCE_LANGUAGE, "ar")
OWN_NAMES = {"en": "English", "ar": "العربية"}
LATIN, ARABIC_INDIC = "latin", "arabic"
NUMERALS = (LATIN, ARABIC_INDIC)
LOCALES = Path(__file__).parent / "locale"
_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})
# What comes out of the digits 0 to 9, the point and the percent sign: https://www.unicode.org/charts/PDF/U0600.pdf
_TO_ARABIC_INDIC = str.maketrans("0123456789.%", "٠١٢٣٤٥٦٧٨٩٫٪")
_FIGURE = re.compile(r"(?<![A-Za-z0-9_`])(?<!\d\.)\d+%?(?![A-Za-z0-9_]|\.\d)|(?<= )%$")  # no name, version or code
_FIRST_STRONG, _LEFT_TO_RIGHT, _RIGHT_TO_LEFT_TEXT, _END = "\u2068", "\u2066", "\u2067", "\u2069"


@dataclass(frozen=True, slots=True)
class _Speech:
    """How a report speaks."""

    language: str
    catalogue: gettext.NullTranslations
    numerals: str


_PLAIN = _Speech(SOURCE_LANGUAGE, gettext.NullTranslations(), LATIN)
_speech: ContextVar[_Speech] = ContextVar("report_speech", default=_PLAIN)


@contextmanager
def speaking(language: str, locales: Path = LOCALES, *, numerals: str = LATIN) -> Iterator[None]:
    """Translate into a language inside the block.

    Args:
        language: Its code.
        locales: Where catalogues are.
        numerals: One of NUMERALS.

    Raises:
        FileNotFoundError: The language is not the source language and has no catalogue.
    """
    source = language == SOURCE_LANGUAGE
    catalogue = _PLAIN.catalogue if source else gettext.translation(DOMAIN, str(locales), [language])
    token = _speech.set(_Speech(language, catalogue, numerals))
    try:
        yield
    finally:
        _speech.reset(token)


def is_known(message: str) -> bool:
    """Whether the catalogue has a message; never so in the source language."""
    return bool(message) and _speech.get().catalogue.gettext(message) != message


def _(message: str) -> str:
    """Return the message in the language spoken."""
    said = _speech.get().catalogue.gettext(message)
    return _FIGURE.sub(lambda figure: in_numerals(figure[0]), said) if numerals() != LATIN else said


def plural(one: str, many: str, count: int) -> str:
    """Return the form that fits the count, with `{count}` filled in."""
    return _speech.get().catalogue.ngettext(one, many, count).format(count=in_numerals(f"{count}"))


def language() -> str:
    """Return the code of the language spoken."""
    return _speech.get().language


def direction() -> str:
    """Return the writing direction of the language spoken: `ltr` or `rtl`."""
    return "rtl" if language() in _RIGHT_TO_LEFT else "ltr"


def numerals() -> str:
    """Return the digits that numbers are written with, one of NUMERALS."""
    return _speech.get().numerals


def in_numerals(figure: str) -> str:
    """Return a figure in the numerals spoken; only for what is all number, never for ids or names."""
    return figure.translate(_TO_ARABIC_INDIC) if numerals() == ARABIC_INDIC else figure


def left_to_right(figure: str, *, mirrored: bool = False) -> str:
    """Return a figure whose sign and unit stay where they are inside text that runs from right to left.

    Args:
        figure: The figure.
        mirrored: Whether it has a sign that would be turned round there.
    """
    keeps_signs = numerals() != LATIN and not mirrored  # Arabic-Indic digits take their signs along (CLDR, `ar`)
    turned = direction() == "rtl" and not keeps_signs
    return f"{_LEFT_TO_RIGHT}{figure}{_END}" if turned else figure


def isolated(name: str) -> str:
    """Return a name or an id whose direction cannot disturb the sentence around it."""
    return f"{_FIRST_STRONG}{name}{_END}" if direction() == "rtl" else name


def whole(text: str) -> str:
    """Return a text that keeps its own direction where a picture would write it from left to right."""
    return f"{_RIGHT_TO_LEFT_TEXT}{text}{_END}" if direction() == "rtl" else text


def here(name_en: str, name_ar: str) -> str:
    """Return a name in the language spoken, or in the other where it has only that."""
    return name_ar or name_en if language() == "ar" else name_en or name_ar


def listed(texts: list[str]) -> str:
    """Return an enumeration as the language spoken writes it."""
    return _(", ").join(texts)


def beside(texts: Iterable[str]) -> str:
    """Return texts that stand beside each other and are no enumeration."""
    return _(" · ").join(texts)


def onward(start: str, end: str) -> str:
    """Return two texts joined by an arrow that points on in the direction of reading."""
    return f"{start} {arrow()} {end}"


def arrow() -> str:
    """Return the arrow that points on in the direction of reading."""
    return "←" if direction() == "rtl" else "→"
