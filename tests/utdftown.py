"""A UTDF file of two signals on an avenue, written by hand: bays, shared lanes, dual rings, a curve."""

from collections.abc import Iterable, Mapping
from pathlib import Path

NETWORK = """\
[Network]
Network Settings
RECORDNAME,DATA
UTDFVERSION,8
Metric,{metric}
yellowTime,3.5
"""
NODES = """\
[Nodes]
Node Data
INTID,TYPE,X,Y,Z,DESCRIPTION,CBD
1,1,-1500,0,0,,
2,0,0,0,0,First and Main,
3,0,1600,200,0,,
4,1,3200,200,0,,
5,1,0,1200,0,,
6,1,0,-1200,0,,
7,1,1600,-1000,0,,
"""
Columns = Mapping[str, Mapping[str, Mapping[str, object]]]
"""Records by node and column."""


def _link(up: int, lanes: object, name: str, distance: int, speed: int, *bend: int) -> dict[str, object]:
    curve = {"Curve Pt X": bend[0], "Curve Pt Y": bend[1]} if bend else {}
    return {"Up ID": up, "Lanes": lanes, "Name": name, "Distance": distance, "Speed": speed, **curve}


def _turn(up: int, dest: int, lanes: int, **records: object) -> dict[str, object]:
    names = {"perm": "PermPhase1", "phase": "Phase1", "rtor": "Allow RTOR", "shared": "Shared"}
    bay = {"Storage": records["bay"], "StLanes": 1} if "bay" in records else {}
    rest = {names[key]: value for key, value in records.items() if key != "bay"}
    return {"Up Node": up, "Dest Node": dest, "Lanes": lanes, **bay, **rest}


LINKS: Columns = {
    "1": {"WB": _link(2, 2, "Main St", 1500, 35)},
    "2": {
        "EB": _link(1, 4, "Main St", 1500, 35),
        "WB": _link(3, 3, "Main St", 1617, 35, 530, 0),
        "SB": _link(5, "*2", "First Ave", 1200, 25),
        "NB": _link(6, 1, "First Ave", 1200, 25),
    },
    "3": {
        "EB": _link(2, 2, "Main St", 1617, 35, 1070, 200),
        "WB": _link(4, 3, "Main St", 1600, 35),
        "NB": _link(7, 2, "Mill, Road", 1200, 25),
    },
    "4": {"EB": _link(3, 2, "", 1600, 35)},
    "5": {"NB": _link(2, 1, "", 1200, 25)},
    "6": {"SB": _link(2, 1, "", 1200, 25)},
    "7": {"SB": _link(3, 1, "", 1200, 25)},
}
LANES: Columns = {
    "2": {
        "EBL": _turn(1, 5, 1, shared=0, bay=200, phase=5, perm=2),
        "EBT": _turn(1, 3, 2, shared=0, phase=2),
        "EBR": _turn(1, 6, 1, bay=100, perm=2, rtor=1),
        "WBL": _turn(3, 6, 1, shared=0, bay=250, phase=1),
        "WBT": _turn(3, 1, 2, shared=2, phase=6),
        "WBR": _turn(3, 5, 0),
        "NBL": _turn(6, 1, 0, perm=8),
        "NBT": _turn(6, 5, 1, shared=3, phase=8),
        "NBR": _turn(6, 3, 0),
        "SBL": _turn(5, 3, 1, shared=0, perm=4),
        "SBT": _turn(5, 6, 1, shared=2, phase=4),
        "SBR": _turn(5, 1, 0),
    },
    "3": {
        "EBT": _turn(2, 4, 2, shared=2, phase=2),
        "EBR": _turn(2, 7, 0),
        "WBL": _turn(4, 7, 1, bay=150, phase=1, perm=6),
        "WBT": _turn(4, 2, 2, shared=0, phase=6),
        "NBL": _turn(7, 2, 1, shared=0, phase=4),
        "NBR": _turn(7, 4, 1, perm=4),
    },
}
PLANS: Mapping[str, Mapping[str, object]] = {
    "2": {"Control Type": 0, "Cycle Length": 90, "Referenced To": 1, "Reference Phase": 206, "Offset": 17, "Node 0": 2},
    "3": {"Control Type": 3, "Cycle Length": 90, "Referenced To": 3, "Reference Phase": 206, "Offset": 21, "Node 0": 3},
}
Timing = tuple[int, float, float, float, float, float, float]
# phase -> BRP, green, yellow, all-red, walk, don't walk, start on the clock
PHASES: Mapping[str, Mapping[int, Timing]] = {
    "2": {
        1: (111, 8, 3, 1, 0, 0, 55),
        2: (112, 40, 3.5, 1.5, 7, 11, 67),
        4: (211, 27, 3.5, 2.5, 7, 14, 22),
        5: (121, 12, 3, 1, 0, 0, 55),
        6: (122, 36, 3.5, 1.5, 7, 11, 71),
        8: (221, 27, 3.5, 2.5, 7, 14, 22),
    },
    "3": {
        1: (111, 10, 3, 1, 0, 0, 21),
        2: (112, 41, 3.5, 1.5, 7, 11, 35),
        4: (211, 24, 3.5, 2.5, 7, 14, 81),
        6: (121, 55, 3.5, 1.5, 7, 11, 21),
    },
}


def text(
    *,
    metric: int = 0,
    nodes: str = NODES,
    lanes: Columns = LANES,
    plans: Mapping[str, Mapping[str, object]] = PLANS,
    phases: Mapping[str, Mapping[int, Timing]] = PHASES,
    clock: bool = True,
) -> str:
    """Return the file; without a clock it has no Start and End."""
    parts = [NETWORK.format(metric=metric), nodes]
    parts.append(_table("Links", "Link Data", LINKS))
    parts.append(_table("Lanes", "Lane Group Data", lanes))
    rows = [f"{record},{node},{value}" for node, plan in plans.items() for record, value in plan.items()]
    parts.append("\n".join(["[Timeplans]", "Timing Plan Settings", "RECORDNAME,INTID,DATA", *rows]))
    parts.append("\n".join(_phases(phases, plans, clock=clock)))
    return "\n\n".join(parts) + "\n"


def written(folder: Path, content: str | None = None, name: str = "town.csv") -> Path:
    """Return the file in a folder."""
    path = folder / name
    path.write_text(text() if content is None else content, encoding="utf-8")
    return path


def _table(name: str, title: str, values: Columns) -> str:
    columns = list(dict.fromkeys(column for node in values.values() for column in node))
    lines = [f"[{name}]", title, ",".join(["RECORDNAME", "INTID", *columns])]
    for node, given in values.items():
        for record in dict.fromkeys(record for cells in given.values() for record in cells):
            cells = (_quoted(given.get(column, {}).get(record, "")) for column in columns)
            lines.append(",".join([record, node, *cells]))
    return "\n".join(lines)


def _quoted(value: object) -> str:
    return f'"{value}"' if "," in str(value) else str(value)


def _phases(
    phases: Mapping[str, Mapping[int, Timing]],
    plans: Mapping[str, Mapping[str, object]],
    *,
    clock: bool,
) -> Iterable[str]:
    yield from ("[Phases]", "Phasing Data", "RECORDNAME,INTID," + ",".join(f"D{number}" for number in range(1, 9)))
    for node, given in phases.items():
        cycle = float(str(plans.get(node, {}).get("Cycle Length", 90)))
        records = {
            "BRP": {number: brp for number, (brp, *_) in given.items()},
            "MinGreen": dict.fromkeys(given, 5),
            "MaxGreen": {number: green for number, (_, green, *_) in given.items()},
            "Yellow": {number: yellow for number, (_, _, yellow, *_) in given.items()},
            "AllRed": {number: red for number, (_, _, _, red, *_) in given.items()},
            "Walk": {number: walk for number, (*_, walk, _, _) in given.items() if walk},
            "DontWalk": {number: wait for number, (*_, walk, wait, _) in given.items() if walk},
        }
        if clock:
            records["Start"] = {number: start for number, (*_, start) in given.items()}
            records["End"] = {
                number: (start + green + yellow + red) % cycle
                for number, (_, green, yellow, red, _, _, start) in given.items()
            }
        for record, values in records.items():
            yield ",".join([record, node, *(str(values.get(number, "")) for number in range(1, 9))])
