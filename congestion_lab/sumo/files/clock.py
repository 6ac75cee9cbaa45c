"""Times as SUMO's files write them: `12.5`, `MM:SS`, `HH:MM:SS` or `D:HH:MM:SS`."""

_UNITS_S = (1, 60, 3600, 86_400)


def seconds(text: str) -> float:
    """Return the seconds of a time or duration.

    Raises:
        ValueError: The text is no time.
    """
    try:
        if ":" not in text:
            return float(text)
        parts = [float(part) for part in reversed(text.split(":"))]
        return sum(part * unit for part, unit in zip(parts, _UNITS_S[: len(parts)], strict=True))
    except ValueError:
        raise ValueError(f"{text!r} is no number of seconds") from None


def moment_s(text: str) -> float | None:
    """Return the seconds of a time; None for none at all and for words such as `triggered`."""
    try:
        return seconds(text)
    except ValueError:
        return None
