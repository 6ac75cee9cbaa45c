"""Names that come from maps and files of others: text to be shown, never to be obeyed."""

import re
import unicodedata

_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_JOINERS = frozenset({"\N{ZERO WIDTH JOINER}", "\N{ZERO WIDTH NON-JOINER}"})  # letters of Arabic and Persian need them
_SPACES = re.compile(r"\s+")
_LONGEST_NAME = 120
# Spreadsheets run text that starts so as a formula (OWASP, "CSV injection"); East Asian ones also its wide forms.
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def clean_name(name: str) -> str:
    """Return a name without anything that could reorder, hide or break the text around it.

    Control characters, bidirectional overrides and unassigned code points go; white space becomes one space; what is
    longer than 120 characters is cut. Markup is not touched: whoever writes HTML or XML escapes.
    """
    text = _visible(_SPACES.sub(" ", name)).strip()
    return text if len(text) <= _LONGEST_NAME else text[: _LONGEST_NAME - 1] + "…"


def folded(name: str) -> str:
    """Return a name as names are compared: clean, and without regard to capitals."""
    return clean_name(name).casefold()


def printable(text: str) -> str:
    """Return lines of text without anything that a terminal would obey or hide."""
    return "\n".join(_visible(line.replace("\t", " ")) for line in text.split("\n"))


def _visible(text: str) -> str:
    return "".join(char for char in text if char in _JOINERS or unicodedata.category(char) not in _INVISIBLE)


def inert(text: str) -> str:
    """Return text for people that no spreadsheet takes for a formula."""
    cleaned = clean_name(text)
    return f"'{cleaned}" if cleaned.startswith(_STARTS_A_FORMULA) else cleaned


def shielded(text: str) -> str:
    """Return text that no spreadsheet takes for a formula, and that `unshielded` gives back as it was."""
    return f"'{text}" if text.startswith((*_STARTS_A_FORMULA, "'")) else text


def unshielded(text: str) -> str:
    """Return text as it was before `shielded`."""
    return text[1:] if text.startswith("'") and text[1:].startswith((*_STARTS_A_FORMULA, "'")) else text


def xml_comment(text: str) -> str:
    """Return a line of XML that only people read; nothing for empty text."""
    return f"<!-- {re.sub('-(?=-)', '- ', text)} -->\n" if text else ""
