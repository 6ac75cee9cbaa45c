"""The language that a report speaks: every string shown to people passes through here.

English is the language of the source. Another language is a catalogue
`locale/<language>/LC_MESSAGES/congestion_lab.mo` beside this module, and nothing else.
"""

import gettext
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

DOMAIN = "congestion_lab"
SOURCE_LANGUAGE = "en"
_LOCALES = Path(__file__).parent / "locale"
_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})
_language: ContextVar[str] = ContextVar("report_language", default=SOURCE_LANGUAGE)
_catalogue: ContextVar[gettext.NullTranslations | None] = ContextVar("report_catalogue", default=None)


@contextmanager
def speaking(language: str, locales: Path = _LOCALES) -> Iterator[None]:
    """Translate into a language inside the block.

    Raises:
        FileNotFoundError: The language is not the source language and has no catalogue.
    """
    source = language == SOURCE_LANGUAGE
    found = None if source else gettext.translation(DOMAIN, str(locales), [language])
    language_token, catalogue_token = _language.set(language), _catalogue.set(found)
    try:
        yield
    finally:
        _language.reset(language_token)
        _catalogue.reset(catalogue_token)


def _(message: str) -> str:
    """Return the message in the language spoken."""
    catalogue = _catalogue.get()
    return message if catalogue is None else catalogue.gettext(message)


def plural(one: str, many: str, count: int) -> str:
    """Return the form that fits the count, with `{count}` filled in."""
    catalogue = _catalogue.get() or gettext.NullTranslations()
    return catalogue.ngettext(one, many, count).format(count=count)


def language() -> str:
    """Return the code of the language spoken."""
    return _language.get()


def direction() -> str:
    """Return the writing direction of the language spoken: `ltr` or `rtl`."""
    return "rtl" if language() in _RIGHT_TO_LEFT else "ltr"
