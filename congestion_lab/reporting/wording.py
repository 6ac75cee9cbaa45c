"""Numbers, times and changes as people read them."""

import math

from congestion_lab.core.times import clock_from_seconds
from congestion_lab.reporting.translation import _, direction, in_numerals, left_to_right

MINUS = "\N{MINUS SIGN}"
NOTHING = "\N{EN DASH}"
AT_LEAST = "\N{GREATER-THAN OR EQUAL TO}"
_KILOMETRE_M = 1000.0
_THIN_SPACE = "\N{NARROW NO-BREAK SPACE}"


def number(value: float, digits: int = 1) -> str:
    """Return a number with a real minus sign and thin spaces between thousands; a dash where there is none."""
    text = _plain(value, digits)
    return left_to_right(text) if text.startswith(MINUS) else text


def exact(time_s: float) -> str:
    """Return a time of a plan: whole seconds as such, others with the tenths that a controller's clock tells."""
    tenths = round(time_s, 1)
    return number(tenths, 0 if tenths.is_integer() else 1)


def signed(value: float, digits: int = 1) -> str:
    """Return a change with its sign."""
    return left_to_right(_signed(value, digits))


def share(value: float, digits: int = 0) -> str:
    """Return a share in percent, without the sign of a change."""
    return left_to_right(f"{_plain(100 * value, digits)}{_percent()}") if math.isfinite(value) else NOTHING


def percent(share: float, digits: int = 0) -> str:
    """Return the change of a share, or a change as a share, in percent with its sign."""
    return left_to_right(f"{_signed(100 * share, digits)}{_percent()}") if math.isfinite(share) else NOTHING


def interval(low: float, high: float, digits: int = 1) -> str:
    """Return a confidence interval; a dash where one seed gives none."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return NOTHING
    return _("{low} to {high}").format(low=signed(low, digits), high=signed(high, digits))


def clock(seconds: float) -> str:
    """Return a time of day."""
    return in_numerals(clock_from_seconds(seconds))


def period(begin_s: float, end_s: float) -> str:
    """Return the time from one time of day to another, the earlier first in the direction of reading."""
    return f"{clock(begin_s)}{NOTHING}{clock(end_s)}"


def distance(metres: float) -> str:
    """Return a round distance in metres, or from a kilometre on in kilometres."""
    if metres < _KILOMETRE_M:
        return _("{distance} m").format(distance=number(metres, 0))
    return _("{distance} km").format(distance=number(metres / _KILOMETRE_M, 0))


def queue_text(length_m: float, *, full: bool) -> str:
    """Return a queue in metres; of one that filled its link, that it is at least so long."""
    return (
        left_to_right(f"{AT_LEAST}{_THIN_SPACE}{number(length_m, 0)}", mirrored=True) if full else number(length_m, 0)
    )


def _plain(value: float, places: int) -> str:
    if not math.isfinite(value):
        return NOTHING
    text = f"{abs(value):,.{places}f}".replace(",", _THIN_SPACE)
    negative = value < 0 and any(char in "123456789" for char in text)
    return in_numerals(MINUS + text if negative else text)


def _signed(value: float, places: int) -> str:
    text = _plain(value, places)
    unsigned = text.startswith((MINUS, NOTHING)) or not round(abs(value), places)
    return text if unsigned else f"+{text}"


def _percent() -> str:
    return in_numerals("%" if direction() == "rtl" else f"{_THIN_SPACE}%")  # Arabic sets it close (CLDR, `ar`)
