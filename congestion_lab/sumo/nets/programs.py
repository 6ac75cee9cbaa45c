"""Signal plans and SUMO's signal programmes: either can be had from the other without loss.

What SUMO 1.28 does, found by trying it: of several programmes for one controller the last one loaded runs; a programme
name may be loaded once only; an element without phases changes the offset and parameters of a programme that is
already there, and not which one runs; without an `offset` the offset is 0.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from xml.etree.ElementTree import ParseError, fromstring
from xml.sax.saxutils import quoteattr

from congestion_lab.core.errors import Fault, InputError, SignalPlanError
from congestion_lab.core.files import write_text
from congestion_lab.core.names import xml_comment
from congestion_lab.signals.plan import Aspect, Control, Interval, PlanSet, SignalGroup, SignalPlan
from congestion_lab.sumo.files.clock import seconds
from congestion_lab.sumo.files.records import Record, records

_ASPECTS = {
    "r": Aspect.RED,
    "u": Aspect.RED_YELLOW,
    "y": Aspect.YELLOW,
    "Y": Aspect.YELLOW,
    "G": Aspect.GREEN,
    "g": Aspect.PERMITTED,
    "s": Aspect.STOP_THEN_GO,
    "o": Aspect.FLASHING,
    "O": Aspect.DARK,
}
_LETTERS = {aspect: letter for letter, aspect in _ASPECTS.items() if letter != "Y"}
_CONTROLS = {
    "static": Control.FIXED,
    "actuated": Control.ACTUATED,
    "delay_based": Control.DELAY_BASED,
    "NEMA": Control.NEMA,
}
_TYPES = {control: name for name, control in _CONTROLS.items()}
_MODELLED = frozenset({"duration", "state", "minDur", "maxDur"})
_OF_THE_PLAN = _MODELLED - {"state"}  # "state" is compared with what the plan shows
_NAME = re.compile(r"[A-Za-z]\w*", re.ASCII)
_DEFINITIONS = frozenset({"condition", "function", "assignment", "param"})  # what SUMO's <tlLogic> holds beside phases
_SWITCHED_OFF = "off"  # SUMO's reserved name: no phases, signals dark


def plan_of_record(record: Record) -> SignalPlan:
    """Return the plan that a `<tlLogic>` element with phases describes.

    Heads whose colours agree all through the cycle form a group, named by its first head.

    Raises:
        ValueError: An attribute is missing or has no meaning.
    """
    phases = [child for child in record.children if child.tag == "phase"]
    states = [phase.get("state") for phase in phases]
    if len(set(map(len, states))) != 1:
        raise ValueError(
            f"the phases set {', '.join(str(len(state)) for state in states)} signals; all set the same number"
        )
    groups = _groups(states)
    return SignalPlan(
        controller_id=record.get("id"),
        program_id=record.get("programID"),
        control=_control(record.get("type", "static")),
        offset_s=seconds(record.get("offset", "0")),
        groups=groups,
        intervals=tuple(_interval(phase, groups) for phase in phases),
        parameters=tuple(record.parameters().items()),
        attachments=tuple(_text(child) for child in record.children if child.tag not in {"phase", "param"}),
    )


def _groups(states: Sequence[str]) -> tuple[SignalGroup, ...]:
    heads_by_column: dict[tuple[str, ...], list[int]] = {}
    for head, column in enumerate(zip(*states, strict=True)):
        heads_by_column.setdefault(column, []).append(head)
    return tuple(SignalGroup(str(heads[0]), tuple(heads)) for heads in heads_by_column.values())


def aspects_of_state(state: str) -> tuple[Aspect, ...]:
    """Return what each signal head shows in one of SUMO's state strings.

    Raises:
        KeyError: SUMO does not know a letter of it.
    """
    return tuple(_ASPECTS[letter] for letter in state)


def _control(name: str) -> Control:
    if name not in _CONTROLS:
        raise ValueError(f"the controller type {name!r} is none of {', '.join(_CONTROLS)}")
    return _CONTROLS[name]


def _interval(phase: Record, groups: Sequence[SignalGroup]) -> Interval:
    state = phase.get("state")
    unknown = sorted(set(state) - _ASPECTS.keys())
    if unknown:
        raise ValueError(f"the state {state!r} holds {', '.join(unknown)}, which SUMO does not know")
    extras = [(name, text) for name, text in phase.attributes.items() if name not in _MODELLED]
    if "Y" in state:  # the only pair of letters with one meaning here; kept so that the file comes back as it was
        extras.append(("state", state))
    return Interval(
        duration_s=seconds(phase.get("duration")),
        aspects=tuple(_ASPECTS[state[group.heads[0]]] for group in groups),
        min_s=seconds(phase.get("minDur")) if "minDur" in phase.attributes else None,
        max_s=seconds(phase.get("maxDur")) if "maxDur" in phase.attributes else None,
        extras=tuple(extras),
    )


def running_plans(net: Iterable[Record], path: Path, additional: Sequence[Path]) -> PlanSet:
    """Return the plans that SUMO would run with a network's programmes and the additional files, loaded in order.

    A controller that is switched off has no plan.

    Raises:
        SignalPlanError: Some programmes cannot be read; each is named with file and line.
    """
    loaded: dict[str, dict[str, SignalPlan | None]] = {}
    faults: list[Fault] = []
    found = [(path, record) for record in net]
    found += [entry for file in additional for entry in _programmes(file, frozenset())]
    for source, record in found:
        try:
            _load(loaded.setdefault(record.get("id"), {}), record)
        except InputError as problem:
            faults += [replace(fault, source=str(source), line=record.line) for fault in problem.faults]
        except ValueError as problem:
            hint = "mend the programme; SUMO would not run it either"
            faults.append(Fault(str(problem), hint, str(source), record.line, f"tlLogic {record.get('id')}"))
    if faults:
        raise SignalPlanError(*faults)
    running = {controller: list(programmes.values())[-1] for controller, programmes in loaded.items() if programmes}
    return PlanSet(tuple(plan for _, plan in sorted(running.items()) if plan is not None))


def _programmes(file: Path, open_files: frozenset[Path]) -> Iterator[tuple[Path, Record]]:
    """Yield the programmes of an additional file and of the files it includes."""
    here = file.resolve()
    if here in open_files:
        raise SignalPlanError(Fault("the file includes itself", "remove the <include>", str(file)))
    for record in records(file, ("tlLogic", "include"), roots=(), error=SignalPlanError):
        if record.tag == "include":
            yield from _programmes(file.parent / record.get("href"), open_files | {here})
        else:
            yield file, record


def plans_of_file(file: Path, net: Iterable[Record], path: Path) -> Mapping[str, SignalPlan | None]:
    """Return the plans of an additional file by controller, in its order; None where it switches signals off.

    Programmes that a net has under the same names give way; those that only change an offset are changed.

    Raises:
        SignalPlanError: Some programmes cannot be read; each is named with file and line.
    """
    found = [record for _, record in _programmes(file, frozenset())]
    ours = {_key(record) for record in found if any(child.tag == "phase" for child in record.children)}
    running = running_plans((record for record in net if _key(record) not in ours), path, (file,))
    by_id = {plan.controller_id: plan for plan in running}
    return {name: by_id.get(name) for name in dict.fromkeys(record.get("id") for record in found)}


def _key(record: Record) -> tuple[str, str]:
    return record.get("id"), record.get("programID")


def _load(programmes: dict[str, SignalPlan | None], record: Record) -> None:
    name = record.get("programID")
    if any(child.tag == "phase" for child in record.children):
        if name in programmes:
            raise ValueError(f"programme {name!r} of this controller is loaded twice")
        programmes[name] = plan_of_record(record)
    elif name == _SWITCHED_OFF:
        programmes[name] = None
    else:
        present = programmes.get(name)
        if present is None:
            raise ValueError(f"programme {name!r} has no phases and changes none that is loaded")
        parameters = {**dict(present.parameters), **record.parameters()}
        offset_s = seconds(record.get("offset")) if "offset" in record.attributes else present.offset_s
        programmes[name] = replace(present, offset_s=offset_s, parameters=tuple(parameters.items()))


def write_programs(plans: PlanSet, target: Path, *, program_id: str | None = None, comment: str = "") -> None:
    """Write plans as an additional file for SUMO, whole.

    Args:
        plans: What is to run.
        target: The file.
        program_id: Name for all the programmes instead of their own. SUMO runs the programme that is loaded last, and
            refuses one whose name the network already uses for that controller: give a name that is new to it.
        comment: A line for whoever opens the file.

    Raises:
        SignalPlanError: A plan leaves out a signal head, or cannot run in SUMO.
    """
    renamed = (plan if program_id is None else replace(plan, program_id=program_id) for plan in plans)
    elements = "".join(_gathered(renamed, program_text))
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n{xml_comment(comment)}'
    write_text(target, f"{head}<additional>\n{elements}</additional>\n")


def _gathered(plans: Iterable[SignalPlan], convert: Callable[[SignalPlan], str]) -> list[str]:
    texts: list[str] = []
    faults: list[Fault] = []
    for plan in plans:
        try:
            texts.append(convert(plan))
        except SignalPlanError as problem:
            faults += problem.faults
    if faults:
        raise SignalPlanError(*faults)
    return texts


def program_text(plan: SignalPlan) -> str:
    """Return the `<tlLogic>` element of a plan.

    Raises:
        SignalPlanError: The plan leaves out a signal head, its name is SUMO's name for "switched off", or it carries
            along what is no part of a programme.
    """
    head = {"id": plan.controller_id, "type": _TYPES[plan.control], "programID": plan.program_id}
    source = f"plan {plan.controller_id}/{plan.program_id}"
    if plan.program_id == _SWITCHED_OFF:
        raise SignalPlanError(Fault(f"{_SWITCHED_OFF!r} is SUMO's name for dark signals", "rename the plan", source))
    heads = sorted(plan.places)
    if heads != list(range(len(heads))) or not heads:
        rule = f"groups hold the heads {heads}; they hold all from 0 on, without a gap"
        raise SignalPlanError(Fault(rule, "give every signal head to a group", source))
    if foreign := [*_foreign(plan)]:
        raise SignalPlanError(*(Fault(rule, "read the plan from a network anew", source) for rule in foreign))
    lines = [f"    <tlLogic{_attributes({**head, 'offset': number_text(plan.offset_s)})}>"]
    lines += [f"        <phase{_attributes(_phase(interval, plan.groups))}/>" for interval in plan.intervals]
    lines += [f"        <param{_attributes({'key': key, 'value': value})}/>" for key, value in plan.parameters]
    lines += [f"        {attachment}" for attachment in plan.attachments]
    return "\n".join([*lines, "    </tlLogic>", ""])


def _foreign(plan: SignalPlan) -> Iterator[str]:
    """Yield what a plan carries along that would be more than SUMO's own words, or change what the plan says."""
    for number, interval in enumerate(plan.intervals):
        for name, _ in interval.extras:
            if name in _OF_THE_PLAN or not _NAME.fullmatch(name):
                yield f"interval {number} carries {name!r} along, which is no further attribute of a phase"
    for attachment in plan.attachments:
        if not _is_definition(attachment):
            yield f"{attachment!r} is no definition of a responsive controller"


def _is_definition(text: str) -> bool:
    if "<!" in text or "<?" in text:
        return False
    try:
        (element,) = fromstring(f"<one>{text}</one>")  # noqa: S314 -- ours or checked above: no declarations
    except (ParseError, ValueError):
        return False
    return {each.tag for each in element.iter()} <= _DEFINITIONS


def _phase(interval: Interval, groups: Sequence[SignalGroup]) -> dict[str, str]:
    extras = dict(interval.extras)
    letters = {
        head: _LETTERS[aspect] for group, aspect in zip(groups, interval.aspects, strict=True) for head in group.heads
    }
    state = "".join(letters[head] for head in sorted(letters))
    shipped = extras.pop("state", state)
    limits = {"minDur": interval.min_s, "maxDur": interval.max_s}
    return {
        "duration": number_text(interval.duration_s),
        "state": shipped if shipped.replace("Y", "y") == state else state,
        **{name: number_text(limit) for name, limit in limits.items() if limit is not None},
        **extras,
    }


def number_text(value: float) -> str:
    """Return a number as SUMO writes it."""
    return str(int(value)) if value == int(value) else repr(float(value))


def _text(record: Record) -> str:
    inside = "".join(_text(child) for child in record.children)
    return f"<{record.tag}{_attributes(record.attributes)}>{inside}</{record.tag}>"


def _attributes(attributes: Mapping[str, str]) -> str:
    return "".join(f" {name}={quoteattr(text)}" for name, text in attributes.items())
