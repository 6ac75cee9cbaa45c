"""What all pages of the server share."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from congestion_lab.reporting.page import rendered
from congestion_lab.reporting.translation import OWN_NAMES

_PAUSE_MS = 2000  # between two questions of a page
_NO_DATA: Mapping[str, Any] = {"links": [], "streets": []}


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a page leads to.

    Attributes:
        home: Address of the list in the language of the page.
        elsewhere: Addresses of the same page in other languages, by language code.
    """

    home: str
    elsewhere: Mapping[str, str]


def served(template: str, title: str, content: Mapping[str, Any], addresses: Addresses) -> str:
    """Return a page of the server.

    Args:
        template: Name of the template, made from `served.html.j2`.
        title: Its title.
        content: What it shows.
        addresses: Where it leads to.
    """
    shell = {
        "title": title,
        "home": addresses.home,
        "elsewhere": [(code, OWN_NAMES[code], address) for code, address in addresses.elsewhere.items()],
        "pause_ms": _PAUSE_MS,
    }
    return rendered(template, {**content, **shell}, _NO_DATA, is_served=True)
