"""Times of day and durations: `07:30` on paper, seconds since midnight inside."""

import re

_CLOCK = re.compile(r"(\d{1,2}):([0-5]\d)(?::([0-5]\d))?")


def seconds_from_clock(text: str) -> int:
    """Return the seconds since midnight of `H:MM` or `H:MM:SS`; hours past 24 continue into the next day.

    Raises:
        ValueError: The text is no time of day.
    """
    match = _CLOCK.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a time like 07:30 or 07:30:00")
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return 3600 * hours + 60 * minutes + seconds


def clock_from_seconds(seconds: float) -> str:
    """Return `HH:MM` for whole minutes and `HH:MM:SS` otherwise."""
    hours, rest = divmod(round(seconds), 3600)
    minutes, remainder = divmod(rest, 60)
    return f"{hours:02d}:{minutes:02d}" + (f":{remainder:02d}" if remainder else "")
