"""Names that come from maps and files of others: text to be shown, never to be obeyed."""

import re
import unicodedata

_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_JOINERS = frozenset({"\N{ZERO WIDTH JOINER}", "\N{ZERO WIDTH NON-JOINER}"})  # letters of Arabic and Persian need them
_SPACES = re.compile(r"\s+")
_LONGEST_NAME = 120


def clean_name(name: str) -> str:
    """Return a name without anything that could reorder, hide or break the text around it.

    Control characters, bidirectional overrides and unassigned code points go; white space becomes one space; what is
    longer than 120 characters is cut. Markup is not touched: whoever writes HTML or XML escapes.
    """
    spaced = _SPACES.sub(" ", name)
    kept = (char for char in spaced if char in _JOINERS or unicodedata.category(char) not in _INVISIBLE)
    text = "".join(kept).strip()
    return text if len(text) <= _LONGEST_NAME else text[: _LONGEST_NAME - 1] + "…"
