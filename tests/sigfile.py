"""A reader of VISSIG files of its own: it shares nothing with the program but the meaning of the displays."""

from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element, parse

NAMES = {1: "red", 2: "red_yellow", 3: "green", 4: "yellow"}


@dataclass(frozen=True)
class SigFile:
    """What a `.sig` file says: times in milliseconds, groups by name."""

    cycle: int
    offset: int
    groups: tuple[str, ...]
    commands: dict[str, list[tuple[int, int]]]
    fixed: dict[str, dict[int, int]]
    sequences: dict[str, list[int]]
    intergreens: dict[str, dict[tuple[str, str], int]]
    stages: list[set[str]]

    def shown(self, group: str, time: float) -> str:
        """What a group shows at a time on the reference clock: fixed states end where the next command begins."""
        here = (time - self.offset) % self.cycle
        commands = sorted(self.commands[group])
        if not commands:
            (only,) = self.sequences[group]
            return NAMES[only]
        ahead, display = next(((begin, what) for begin, what in commands if begin > here), (0, 0))
        if not display:
            ahead, display = commands[0][0] + self.cycle, commands[0][1]
        before = {1: 4, 3: 2}[display]
        if ahead - self.fixed[group].get(before, 0) <= here:
            return NAMES[before]
        return NAMES[{1: 3, 3: 1}[display]]


def read_sig(path: Path) -> SigFile:
    root = parse(path).getroot()  # noqa: S314 -- the program wrote it
    names = {one.attrib["id"]: one.attrib["name"] for one in root.findall("sgs/sg")}
    (programme,) = root.findall("progs/prog")
    parts = {names[one.attrib["sg_id"]]: one for one in programme.findall("sgs/sg")}
    states = {
        one.attrib["id"]: [int(state.attrib["display"]) for state in one.findall("state")]
        for one in root.findall("signalsequences/signalsequence")
    }
    return SigFile(
        cycle=int(programme.attrib["cycletime"]),
        offset=int(programme.attrib["offset"]),
        groups=tuple(names.values()),
        commands={name: _pairs(part, "cmds/cmd", "begin", "display") for name, part in parts.items()},
        fixed={
            name: dict(_pairs(part, "fixedstates/fixedstate", "display", "duration")) for name, part in parts.items()
        },
        sequences={name: states[part.attrib["signal_sequence"]] for name, part in parts.items()},
        intergreens={
            one.attrib["name"]: {
                (names[each.attrib["clearingsg"]], names[each.attrib["enteringsg"]]): int(each.attrib["value"])
                for each in one
            }
            for one in root.findall("intergreenmatrices/intergreenmatrix")
        },
        stages=[
            {names[each.attrib["sg_id"]] for each in one.findall("activations/activation[@activation='ON']")}
            for one in root.findall("stages/stage")
        ],
    )


def _pairs(part: Element, path: str, key: str, value: str) -> list[tuple[int, int]]:
    return [(int(one.attrib[key]), int(one.attrib[value])) for one in part.findall(path)]
