"""Scenario files made safe to load: a simulation writes into its own run folder and nowhere else.

SUMO resolves file names inside its inputs relative to those inputs, so a detector in an additional file would write
beside the scenario. Such outputs are sent to SUMO's null device in a cleaned copy; the file itself is not touched.
"""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath
from xml.etree.ElementTree import Element, ElementTree  # builds and writes; parsing is done under guard

from congestion_lab.core.digests import digest_of, digest_of_file
from congestion_lab.core.errors import Fault, InputError, ScenarioError
from congestion_lab.core.files import inside, written_whole
from congestion_lab.sumo.files.xmlfiles import Start, starts, tree

_NULL_DEVICE = "NUL"  # SUMO's own name for it, on every system
_NULL_NAMES = frozenset({"", _NULL_DEVICE, "nul", "/dev/null"})
_OUTPUT_ATTRIBUTES = frozenset({"file", "output", "dest", "destination", "outputFile"})
_OUTPUT_PARAMETERS = ("file", "output")  # also as the last part of a dotted key, e.g. device.ssm.file
_PURE_OUTPUTS = frozenset({"edgeData", "laneData", "timedEvent", "vTypeProbe"})  # nothing else refers to these
_RECORDERS = frozenset({"has.ssm.device"})  # writes ssm_<vehicle>.xml where it stands, and does nothing else
_FILE_IS_INPUT = frozenset({"rerouter", "variableSpeedSign"})
_MAX_INCLUDES = 16  # levels
_RULES = 1  # counts up when what is cleaned changes, so that no copy of an older version is used


def cleaned(path: Path, cache: Path) -> Path:
    """Return a file that SUMO may load: the given one if it writes and includes nothing, else a cleaned copy.

    Raises:
        InputError: With every fault: unsafe XML, outputs or includes that leave the scenario's folder.
    """
    found = [finding for start in starts(path) for finding in _findings(start)]
    if not found:
        return path
    faults = [fault for finding in found if (fault := _fault(finding, path)) is not None]
    if faults:
        raise ScenarioError(*faults)
    contents = [digest_of_file(file) for file in _included(path, ())]
    target = cache / "cleaned" / digest_of([_RULES, contents]) / _plain_name(path)
    if not target.exists():
        with written_whole(target) as temporary:
            ElementTree(_clean_root(path)).write(temporary, encoding="utf-8", xml_declaration=True)
    return target


Finding = tuple[Start, str, str]  # the tag, its attribute and the file named there


def _findings(start: Start) -> Iterator[Finding]:
    if start.tag == "include":
        yield start, "href", start.attributes.get("href", "")
    elif start.tag == "param":
        if start.attributes.get("key") in _RECORDERS:
            yield start, "key", ""
        elif _writes(start.attributes.get("key", "")) and start.attributes.get("value", "") not in _NULL_NAMES:
            yield start, "value", start.attributes["value"]
    else:
        for name in sorted(_OUTPUT_ATTRIBUTES & start.attributes.keys()):
            if start.attributes[name] not in _NULL_NAMES:
                yield start, name, start.attributes[name]


def _writes(parameter: str) -> bool:
    return parameter.rpartition(".")[2] in _OUTPUT_PARAMETERS


def _fault(finding: Finding, path: Path) -> Fault | None:
    start, attribute, value = finding
    key = f"{start.tag}.{attribute}"
    if start.tag in _FILE_IS_INPUT:
        return Fault("reads its settings from another file", "write them into this file", str(path), start.line, key)
    if _leaves(value):
        rule = f"names {value!r}, which is outside the scenario's folder"
        return Fault(rule, "name a file in the same folder, or remove it", str(path), start.line, key)
    return None


def _leaves(value: str) -> bool:
    """Whether a name is absolute, climbs, or is a network address; on any system."""
    ways = (PurePosixPath(value), PureWindowsPath(value))
    return any(way.is_absolute() or way.anchor or ".." in way.parts for way in ways) or ":" in value


def _plain_name(path: Path) -> str:
    return path.name.removesuffix(".gz")


def _included(path: Path, above: tuple[Path, ...]) -> Iterator[Path]:
    """Yield a file and all that it includes, each checked."""
    if path in above or len(above) > _MAX_INCLUDES:
        raise InputError(Fault("includes itself, or nests includes too deeply", "remove the include", str(path)))
    yield path
    for start in starts(path):
        for finding in _findings(start):
            fault = _fault(finding, path)
            if fault is not None:
                raise ScenarioError(fault)
        if start.tag == "include":
            yield from _included(_target(path, start.attributes.get("href", ""), start.line), (*above, path))


def _target(path: Path, href: str, line: int | None = None) -> Path:
    target = inside(path.parent.resolve(), href, key="include.href", source=str(path))
    if not target.is_file():
        raise ScenarioError(Fault(f"includes {href!r}, which is missing", "check the path", str(path), line, "href"))
    return target


def _clean_root(path: Path) -> Element:
    root = tree(path)
    _clean(root, path)
    return root


def _clean(parent: Element, path: Path) -> None:
    for child in list(parent):
        if child.tag in _PURE_OUTPUTS or (child.tag == "param" and child.get("key") in _RECORDERS):
            parent.remove(child)
        elif child.tag == "include":
            place = list(parent).index(child)
            parent[place : place + 1] = list(_clean_root(_target(path, child.get("href", ""))))
        else:
            _silence(child)
            _clean(child, path)


def _silence(element: Element) -> None:
    if element.tag == "param" and _writes(element.get("key", "")):
        element.set("value", _NULL_DEVICE)
    for name in _OUTPUT_ATTRIBUTES & element.attrib.keys():
        element.set(name, _NULL_DEVICE)
