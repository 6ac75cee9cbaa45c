"""Plan files: the plans of a scenario with all that is needed to judge and export them, in one JSON file."""

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from congestion_lab.core.errors import Fault, SignalPlanError
from congestion_lab.core.files import write_text
from congestion_lab.core.guarded import plain_file
from congestion_lab.core.plain import plain
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.plan import MAX_HEADS, PlanSet

FORMAT = 1
_LINE_WIDTH = 240  # a signal head, an interval or a group stands on a line
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+')
_SLOWEST_MPS, _FASTEST_MPS = 0.01, 100.0
_LONGEST_M = 10_000.0  # no junction is wider
_PLAN_HINT = "give a plan file that an optimisation wrote, such as best-plan.json"
_REWRITE_HINT = "write the plan anew with this version of the program"


@dataclass(frozen=True, slots=True)
class PlanFile:
    """Plans, and what they are for.

    Attributes:
        scenario: Name of the scenario they were made for.
        network_digest: Digest of its network file.
        intersections: What the plans must respect, ordered by controller id.
        plans: The plans.
        provenance: How they were made: anything that JSON can hold, by name.
        format: Version of the file format.
    """

    scenario: str
    network_digest: str
    intersections: tuple[Intersection, ...]
    plans: PlanSet
    provenance: Mapping[str, object] = field(default_factory=dict)
    format: int = FORMAT


def write_plan_file(path: Path, plan_file: PlanFile) -> None:
    """Write a plan file, whole; the same content gives the same bytes."""
    write_text(path, "".join(_pretty(plain(plan_file), "")) + "\n")


def read_plan_file(path: Path) -> PlanFile:
    """Return what a plan file holds.

    Raises:
        SignalPlanError: The file is missing, damaged or of another format; every fault is named with line and key.
        ExperimentError: It is a pipe or something else that is no plain file.
    """
    text, found = _loaded(path)
    if not isinstance(found, dict) or "format" not in found:
        raise SignalPlanError(Fault("the file is no plan file: it states no format", _PLAN_HINT, str(path)))
    written = found["format"]
    if written != FORMAT or isinstance(written, bool):
        rule = f"the plan file has format {written!r}; this program reads format {FORMAT}"
        raise SignalPlanError(Fault(rule, _REWRITE_HINT, str(path), _line_of(text, ("format",)), "format"))
    try:
        content = TypeAdapter(PlanFile).validate_json(text, strict=True)
    except ValidationError as problem:
        raise SignalPlanError(*_faults(problem, text, path)) from None
    wrong = [*_unknown_keys(found, plain(content), ()), *_misfits(content.intersections)]
    if wrong:
        faults = (Fault(rule, _REWRITE_HINT, str(path), _line_of(text, place), _dotted(place)) for place, rule in wrong)
        raise SignalPlanError(*faults)
    return content


def _loaded(path: Path) -> tuple[str, object]:
    """Return the text of a JSON file and what it says."""
    try:
        text = plain_file(path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise SignalPlanError(Fault("the file is no text", _PLAN_HINT, str(path))) from None
    except OSError as problem:
        rule = f"the file cannot be read: {problem.strerror or problem}"
        raise SignalPlanError(Fault(rule, "check the path", str(path))) from None
    try:
        return text, json.loads(text, parse_float=_finite, parse_constant=_finite, object_pairs_hook=_each_once)
    except json.JSONDecodeError as problem:
        raise SignalPlanError(
            Fault(f"the file is no JSON: {problem.msg}", _PLAN_HINT, str(path), problem.lineno)
        ) from None
    except ValueError as problem:
        raise SignalPlanError(Fault(f"the file is no plan file: {problem}", _PLAN_HINT, str(path))) from None
    except RecursionError:
        raise SignalPlanError(Fault("the file is nested too deeply for a plan file", _PLAN_HINT, str(path))) from None


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is no number of a plan")
    return value


def _each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice!r} stands twice in one place")
    return found


Place = tuple[str | int, ...]


def _unknown_keys(found: object, kept: object, place: Place) -> Iterator[tuple[Place, str]]:
    """Yield the keys of a file that mean nothing to this program: they were meant to say something."""
    if found == kept:
        return
    if isinstance(found, dict) and isinstance(kept, dict):
        for name, value in found.items():
            if name in kept:
                yield from _unknown_keys(value, kept[name], (*place, name))
            else:
                yield (*place, name), "the key is unknown"
    elif isinstance(found, list) and isinstance(kept, list):
        for number, (one, other) in enumerate(zip(found, kept, strict=False)):
            yield from _unknown_keys(one, other, (*place, number))


def _misfits(intersections: Sequence[Intersection]) -> Iterator[tuple[Place, str]]:
    """Yield what no road network says of an intersection."""
    ids = [intersection.controller_id for intersection in intersections]
    for number, intersection in enumerate(intersections):
        place = ("intersections", number)
        if intersection.controller_id in ids[:number]:
            yield (*place, "controller_id"), f"the intersection {intersection.controller_id!r} stands twice"
        if any(first >= second for first, second in intersection.conflicts):
            yield (*place, "conflicts"), "a conflict names two heads, the lower one first"
        for count, head in enumerate(intersection.heads):
            here = (*place, "heads", count)
            if not 0 <= head.index < MAX_HEADS:
                yield (*here, "index"), f"{head.index} is no signal head"
            if head.is_crossing != (head.from_link == ""):
                yield (*here, "turn"), "who drives comes from a link and turns somewhere; who walks does neither"
            if not _SLOWEST_MPS <= head.approach_speed_mps <= _FASTEST_MPS:
                rule = (
                    f"a speed of {head.approach_speed_mps:g} m/s is not between {_SLOWEST_MPS:g} and {_FASTEST_MPS:g}"
                )
                yield (*here, "approach_speed_mps"), rule
            if not 0 <= head.path_length_m <= _LONGEST_M:
                rule = f"a length of {head.path_length_m:g} m is not between 0 and {_LONGEST_M:g}"
                yield (*here, "path_length_m"), rule
        yield from _wrong_distances(intersection, place)


def _wrong_distances(intersection: Intersection, place: Place) -> Iterator[tuple[Place, str]]:
    for count, way in enumerate(intersection.distances):
        here = (*place, "distances", count)
        if not intersection.in_conflict(way.clearing, way.entering):
            yield here, f"the heads {way.clearing} and {way.entering} are no conflict"
        if not (0 < way.clearing_m <= _LONGEST_M and 0 <= way.entering_m <= _LONGEST_M):
            yield here, f"a way is cleared over some metres, entered over none or more, and over {_LONGEST_M:g} at most"
    for count, leg in enumerate(intersection.legs):
        if not 0 < leg.width_m <= _LONGEST_M or not leg.links:
            yield (*place, "legs", count), f"a leg crosses links over some metres; this one {leg.width_m:g} m"


def _dotted(place: Sequence[str | int]) -> str:
    return ".".join(str(part) for part in place)


def _faults(problem: ValidationError, text: str, path: Path) -> Iterator[Fault]:
    for error in problem.errors(include_url=False):
        yield Fault(str(error["msg"]), _REWRITE_HINT, str(path), _line_of(text, error["loc"]), _dotted(error["loc"]))


def _line_of(text: str, key: Sequence[str | int]) -> int | None:
    """Return the line on which a key's value starts, or that of the innermost part of the key that is there."""
    best: tuple[int, int | None] = (0, None)
    for place, position in _values(text):
        if len(place) > best[0] and place == tuple(key[: len(place)]):
            best = (len(place), text.count("\n", 0, position) + 1)
    return best[1]


def _values(text: str) -> Iterator[tuple[tuple[str | int, ...], int]]:
    """Yield the key path and the position of every value in JSON text."""
    place: list[str | int] = []
    containers: list[str] = []
    previous = ""
    for match in _TOKEN.finditer(text):
        part = match.group()
        if part in "}]":
            containers.pop()
            place = place[: len(containers)]
        elif part == ",":
            place = place[: len(containers) - 1] + ([_next(place)] if containers[-1] == "[" else [])
        elif containers and containers[-1] == "{" and previous in "{,":
            place = [*place[: len(containers) - 1], json.loads(part)]
        elif part != ":":
            yield tuple(place), match.start()
            if part in "{[":
                containers.append(part)
                place = [*place, *([0] if part == "[" else [])]
        previous = part


def _next(place: Sequence[str | int]) -> int:
    last = place[-1]
    return last + 1 if isinstance(last, int) else 0


def _pretty(value: object, indent: str) -> Iterator[str]:
    """Yield JSON text in which whatever fits on one line stands on one line."""
    text = json.dumps(value, ensure_ascii=False)
    if len(indent) + len(text) <= _LINE_WIDTH or not isinstance(value, (dict, list)):
        yield text
        return
    inner = indent + " "
    items = value.items() if isinstance(value, dict) else (("", item) for item in value)
    yield "{" if isinstance(value, dict) else "["
    for number, (name, item) in enumerate(items):
        yield (",\n" if number else "\n") + inner
        yield f"{json.dumps(name, ensure_ascii=False)}: " if isinstance(value, dict) else ""
        yield from _pretty(item, inner)
    yield f"\n{indent}" + ("}" if isinstance(value, dict) else "]")
