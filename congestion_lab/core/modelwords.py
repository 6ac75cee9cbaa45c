"""What pydantic finds wrong with a file, in the words of its author."""

from pydantic_core import ErrorDetails

_MAX_SHOWN = 60  # characters of an offending value
_MAPPINGS = frozenset({"dict_type", "model_type", "model_attributes_type"})


def told(detail: ErrorDetails) -> tuple[str, str]:
    """Return the rule that is broken and the next step; the next step is "" where the rule says it."""
    match detail["type"]:
        case "missing":
            return "this key is missing", "add it"
        case "extra_forbidden":
            return "unknown key", "remove it, or correct its name"
        case "value_error":
            reason = detail["ctx"]["error"]
            return str(reason), getattr(reason, "hint", "")
        case "too_short" | "too_long":
            least, most = detail["ctx"].get("min_length"), detail["ctx"].get("max_length")
            bound, number = ("at least", least) if most is None else ("at most", most)
            items = "1 item belongs" if number == 1 else f"{number} items belong"
            return f"{bound} {items} here, not {detail['ctx']['actual_length']}", ""
        case kind if kind in _MAPPINGS:
            return f"keys and their values belong here, not {shown_value(detail['input'])}", ""
        case _:
            rule = detail["msg"].removeprefix("Input ").partition(", unable to parse")[0]
            return f"{rule}, not {shown_value(detail['input'])}", ""


def shown_value(value: object) -> str:
    """Return a value of a file as messages quote it."""
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}…"
