"""Numbers and changes as people read them."""

import math

from congestion_lab.reporting.translation import _

MINUS = "\N{MINUS SIGN}"
NOTHING = "\N{EN DASH}"
_THIN_SPACE = "\N{NARROW NO-BREAK SPACE}"


def number(value: float, digits: int = 1) -> str:
    """Return a number with a real minus sign and thin spaces between thousands; a dash where there is none."""
    if not math.isfinite(value):
        return NOTHING
    text = f"{abs(value):,.{digits}f}".replace(",", _THIN_SPACE)
    negative = value < 0 and any(char in "123456789" for char in text)
    return MINUS + text if negative else text


def signed(value: float, digits: int = 1) -> str:
    """Return a change with its sign."""
    text = number(value, digits)
    return text if text.startswith(MINUS) or not any(char in "123456789" for char in text) else f"+{text}"


def percent(share: float, digits: int = 0) -> str:
    """Return a signed share in percent."""
    return f"{signed(100 * share, digits)}{_THIN_SPACE}%" if math.isfinite(share) else NOTHING


def interval(low: float, high: float, digits: int = 1) -> str:
    """Return a confidence interval; a dash where one seed gives none."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return NOTHING
    return _("{low} to {high}").format(low=signed(low, digits), high=signed(high, digits))
