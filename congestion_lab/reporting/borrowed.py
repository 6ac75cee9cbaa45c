"""Sentences of rooms below, which speak English, told in the language of the report.

A sentence that no template fits, such as a note of the user's own, is repeated as it stands, set apart from the
text around it.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import NamedTuple

from congestion_lab.core.errors import CongestionLabError, Fault, InputError
from congestion_lab.core.names import clean_name
from congestion_lab.reporting.borrowedtexts import TEXTS
from congestion_lab.reporting.translation import (
    SOURCE_LANGUAGE,
    _,
    in_numerals,
    is_known,
    isolated,
    language,
    left_to_right,
    listed,
)

_GAP = re.compile(r"{([a-z_]+)}")
_FIGURE = re.compile(r"[+-]?\d+(?:\.\d+)?(?: %)?(?: \+ \d+(?:\.\d+)?)*")  # a sum too
_CODE = re.compile("`[^`]*`")
_SIGNED = re.compile("[-+%]")
_LONGEST = 1000  # letters of a sentence that is matched: patterns with several gaps take their time on endless names


class _Pattern(NamedTuple):
    template: str
    sentence: re.Pattern[str]


def retold(sentence: str) -> str:
    """Return a sentence of a room below in the language spoken; as it stands, but clean, where it is not known."""
    if language() == SOURCE_LANGUAGE:
        return clean_words(sentence)
    return _translated(sentence) or isolated(clean_words(sentence)) if sentence else ""


def told_error(error: Exception) -> str:
    """Return what went wrong in the language spoken: every fault with its place and what to do."""
    if isinstance(error, InputError):
        return " ".join(map(_told_fault, error.faults))
    return retold(str(error) if isinstance(error, CongestionLabError) else f"{type(error).__name__}: {error}")


def _told_fault(fault: Fault) -> str:
    line = "" if fault.line is None else str(fault.line)
    place = ":".join(part for part in (clean_words(fault.source), line) if part)
    words = [f"{isolated(part)}:" for part in (place, fault.key and f"`{clean_words(fault.key)}`") if part]
    hint = f" — {retold(fault.hint)}" if fault.hint else ""
    return " ".join([*words, retold(fault.rule)]) + hint


def clean_words(sentence: str) -> str:
    """Return a sentence without anything that could break the text around it; it may be longer than a name."""
    return " ".join(clean_name(word) for word in sentence.split())


def _translated(sentence: str) -> str:
    """Return a sentence in the language spoken; "" where nothing of it is known."""
    if is_known(sentence):
        return _CODE.sub(lambda code: isolated(code[0]), _(sentence))
    return "" if len(sentence) > _LONGEST else _filled(sentence) or _enumerated(sentence)


def _filled(sentence: str) -> str:
    for template, expression in _patterns():
        values = expression.fullmatch(sentence)
        if values is not None:
            said = {key: _value(text) for key, text in values.groupdict().items()}
            return _GAP.sub(_from(said), _CODE.sub(lambda code: isolated(code[0]), _(template)))
    return ""


def _enumerated(sentence: str) -> str:
    parts = sentence.split(", ")
    known = len(parts) > 1 and any(_translated(part) for part in parts)
    return listed([retold(part) for part in parts]) if known else ""


def _from(said: Mapping[str, str]) -> Callable[[re.Match[str]], str]:
    return lambda gap: said[gap[1]]


def _value(text: str) -> str:
    if not _FIGURE.fullmatch(text):
        return retold(text)
    figure = in_numerals(text)
    return left_to_right(figure) if _SIGNED.search(text) else figure


@cache
def _patterns() -> tuple[_Pattern, ...]:
    """Return the templates with gaps, those that say most first."""
    found = [text for text in TEXTS if _GAP.search(text)]
    return tuple(_Pattern(text, re.compile(_expression(text))) for text in sorted(found, key=lambda one: -len(one)))


def _expression(template: str) -> str:
    literals_and_gaps = _GAP.split(template)
    return "".join(f"(?P<{part}>.*?)" if place % 2 else re.escape(part) for place, part in enumerate(literals_and_gaps))
