"""Fixed-time programmes as VISSIG files (`.sig`), which carry stages and intergreens beside the programme.

The format is not published; its elements and their meaning were read from files that VISSIG wrote. Times are in
milliseconds. A command begins its display at the time it names; amber and red-amber are fixed states that end there,
so that amber lies before the command for red, and red-amber before the one for green.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from congestion_lab.core.errors import Fault, SignalPlanError
from congestion_lab.core.files import write_text
from congestion_lab.core.names import clean_name, xml_comment
from congestion_lab.exporting.cells import movements_text
from congestion_lab.exporting.filenames import file_stem
from congestion_lab.exporting.handover import Handover, Written
from congestion_lab.exporting.intergreens import Intergreens, intergreens
from congestion_lab.exporting.vissig.lamps import SEQUENCES, Lamps, lamps
from congestion_lab.signals.approaches import served
from congestion_lab.signals.cycle import within_cycle_s
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.phases import phases
from congestion_lab.signals.plan import SignalPlan

_DISPLAYS = ((1, "Red", "RED"), (2, "Red/Amber", "REDAMBER"), (3, "Green", "GREEN"), (4, "Amber", "AMBER"))
_FREQUENCY = 10  # steps per second: times are told in tenths
_NEEDED, _PRESENT = 1, 2  # ids of the intergreen matrices


def write_vissig(handover: Handover, stem: Path) -> Written:
    """Write `<stem>-<number>-<controller>.sig`, one file per controller.

    Two matrices are written: what clearing needs (ITE), which the programme is held to, and what the programme leaves
    where one group follows another. Groups that ever run together are in neither.

    Raises:
        SignalPlanError: A plan is timed by traffic, or shows colours in an order that no signal sequence has.
    """
    texts, remarks = _texts(handover)
    width = len(str(len(texts)))
    files = []
    for number, (controller, text) in enumerate(texts.items(), start=1):
        files.append(stem.with_name(f"{stem.name}-{number:0{width}}-{file_stem(controller)}.sig"))
        write_text(files[-1], text)
    return Written(tuple(files), tuple(remarks))


def _texts(handover: Handover) -> tuple[dict[str, str], list[str]]:
    texts: dict[str, str] = {}
    faults: list[Fault] = []
    notes: Counter[str] = Counter()
    for number, (plan, site) in enumerate(handover, start=1):
        try:
            shown = [lamps(plan, place) for place in range(len(plan.groups))]
            notes.update(note for each in shown for note in each.notes)
            texts[plan.controller_id] = _document(_controller(number, plan, site, shown), handover.marking)
        except SignalPlanError as problem:
            faults += problem.faults
    if faults:
        raise SignalPlanError(*faults)
    return texts, [f"vissig: {note} (signal groups: {count})" for note, count in sorted(notes.items())]


def _document(root: Element, marking: str) -> str:
    indent(root)
    body = tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{xml_comment(marking)}{body}\n'


def _controller(number: int, plan: SignalPlan, site: Intersection, shown: Sequence[Lamps]) -> Element:
    name = clean_name(site.name) or clean_name(plan.controller_id)
    root = _element(
        "sc",
        id=number,
        name=name if name == plan.controller_id else f"{clean_name(plan.controller_id)}: {name}",
        frequency=_FREQUENCY,
        steps=0,
        defaultIntergreenMatrix=_NEEDED,
    )
    displays = SubElement(root, "signaldisplays")
    displays.extend(_element("display", id=id, name=words, state=state) for id, words, state in _DISPLAYS)
    root.append(_sequences(shown))
    root.append(_groups(plan, site, shown))
    root.append(_matrices(intergreens(plan, site)))
    progs = SubElement(root, "progs")
    progs.append(_programme(plan, shown))
    root.append(_stages(plan))
    for empty in ("interstageProgs", "stageProgs", "dailyProgLists"):
        SubElement(root, empty)
    return root


def _sequences(shown: Sequence[Lamps]) -> Element:
    sequences = Element("signalsequences")
    for number in sorted({each.sequence for each in shown}):
        name, states = SEQUENCES[number]
        sequence = _element("signalsequence", id=number, name=name)
        for display, fixed, closed, duration in states:
            sequence.append(
                _element(
                    "state",
                    display=display,
                    isFixedDuration=_truth(fixed),
                    isClosed=_truth(closed),
                    defaultDuration=duration,
                )
            )
        sequences.append(sequence)
    return sequences


def _groups(plan: SignalPlan, site: Intersection, shown: Sequence[Lamps]) -> Element:
    groups = Element("sgs")
    for number, (each, heads) in enumerate(zip(shown, plan.groups, strict=True), start=1):
        group = _element("sg", id=number, name=clean_name(each.group), defaultSignalSequence=each.sequence)
        SubElement(group, "notes").text = movements_text(served(heads, site))
        durations = SubElement(group, "defaultDurations")
        durations.extend(_element("defaultDuration", display=of, duration=ms) for of, ms in each.fixed_ms.items())
        groups.append(group)
    return groups


def _matrices(times: Intergreens) -> Element:
    matrices = Element("intergreenmatrices")
    named: Iterable[tuple[int, str, Mapping[tuple[int, int], float]]] = (
        (_NEEDED, "Needed to clear", times.needed_s),
        (_PRESENT, "Left by the programme", times.present_s),
    )
    for number, name, pairs in named:
        matrix = _element("intergreenmatrix", id=number, name=name)
        for (clearing, entering), time_s in sorted(pairs.items()):
            ends = {"clearingsg": clearing + 1, "enteringsg": entering + 1}
            matrix.append(_element("intergreen", **ends, value=round(1000 * time_s)))
        matrices.append(matrix)
    return matrices


def _programme(plan: SignalPlan, shown: Sequence[Lamps]) -> Element:
    programme = _element(
        "prog",
        id=1,
        cycletime=round(1000 * plan.cycle_s),
        switchpoint=0,
        offset=round(1000 * within_cycle_s(plan.offset_s, plan.cycle_s)),
        intergreens=_NEEDED,
        fitness="0.000000",
        vehicleCount=0,
        name=clean_name(plan.program_id) or "1",
    )
    groups = SubElement(programme, "sgs")
    for number, each in enumerate(shown, start=1):
        group = _element("sg", sg_id=number, signal_sequence=each.sequence)
        commands, states = SubElement(group, "cmds"), SubElement(group, "fixedstates")
        commands.extend(_element("cmd", display=display, begin=begin) for begin, display in each.commands_ms)
        states.extend(_element("fixedstate", display=display, duration=ms) for display, ms in each.fixed_ms.items())
        groups.append(group)
    return programme


def _stages(plan: SignalPlan) -> Element:
    stages = Element("stages")
    for number, phase in enumerate(phases(plan), start=1):
        stage = _element("stage", id=number, name=f"Stage {number}", isPseudoStage="false")
        stage.append(Element("activations"))
        stage[0].extend(_activations(plan, phase.groups))
        stages.append(stage)
    return stages


def _activations(plan: SignalPlan, green: Sequence[str]) -> Iterator[Element]:
    for number, group in enumerate(plan.groups, start=1):
        yield _element("activation", sg_id=number, activation="ON" if group.id in green else "OFF")


def _truth(value: bool) -> str:  # noqa: FBT001 -- it is what is written
    return "true" if value else "false"


def _element(tag: str, /, **attributes: str | int) -> Element:
    return Element(tag, {name: str(value) for name, value in attributes.items()})
