"""Open Matrix (OMX) files: HDF5 with square matrices and zone numbers. Only what lies in the file itself is read."""

from collections.abc import Sequence
from pathlib import Path

import h5py
import numpy as np
from numpy.typing import NDArray

from congestion_lab.core.cellvalues import shown
from congestion_lab.core.errors import DemandError, Fault

_MOST_ZONES = 8000  # 512 MB of figures; also what a packed file may unpack to
_DATA, _LOOKUP = "data", "lookup"


def read_omx(path: Path, core: str = "", lookup: str = "") -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """Return zone ids and trips of a matrix.

    Args:
        path: The file.
        core: Name of the matrix; "" for the only one.
        lookup: Name of the zone numbers; "" for the only ones, or 1, 2, … where there are none.

    Raises:
        DemandError: The file is no OMX, damaged or too large, or lacks the matrix or the zone numbers.
    """
    try:
        with h5py.File(path, "r") as file:
            trips = _matrix(file, core, path)
            return _zones(file, lookup, trips.shape[0], path), trips
    except OSError as error:
        raise DemandError(Fault(f"the matrix cannot be read: {error}", "is it an OMX file?", str(path))) from None


def _matrix(file: h5py.File, core: str, path: Path) -> NDArray[np.float64]:
    found = _chosen(file, _DATA, core, path, "core")
    if found is None:
        raise DemandError(Fault("the file holds no matrix", "OMX keeps matrices in the group /data", str(path)))
    shape = found.shape
    if len(shape) != 2 or shape[0] != shape[1] or not 0 < shape[0] <= _MOST_ZONES:  # noqa: PLR2004 -- a square
        rule = f"the matrix is of shape {shape}, not square with at most {_MOST_ZONES} zones"
        raise DemandError(Fault(rule, "export zones by zones", str(path)))
    if not np.issubdtype(found.dtype, np.number) or np.issubdtype(found.dtype, np.complexfloating):
        raise DemandError(Fault(f"the matrix holds {found.dtype}, no numbers", source=str(path)))
    return np.asarray(found[:], dtype=np.float64)


def _zones(file: h5py.File, lookup: str, count: int, path: Path) -> tuple[str, ...]:
    found = _chosen(file, _LOOKUP, lookup, path, "lookup")
    if found is None:
        return tuple(str(number) for number in range(1, count + 1))
    if found.shape != (count,):
        rule = f"the zone numbers are of shape {found.shape}, the matrix has {count} zones"
        raise DemandError(Fault(rule, "choose others by `--lookup`", str(path)))
    names = tuple(_name(value) for value in found[:])
    if len(set(names)) < count:
        raise DemandError(Fault("zone numbers stand twice", "zones are unique", str(path)))
    return names


def _name(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    if isinstance(value, np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value)


def _chosen(file: h5py.File, group: str, name: str, path: Path, key: str) -> h5py.Dataset | None:
    """Return the dataset of a group by name, or its only one; None if the group is missing or empty.

    Links to other files and data kept in other files are not followed: a matrix must not read what its sender chose.
    """
    links = file.get(group, getlink=True)
    holder = file.get(group) if isinstance(links, h5py.HardLink) else None
    names: Sequence[str] = sorted(holder) if isinstance(holder, h5py.Group) else ()
    if name and name not in names:
        rule = f"there is no {shown(name)} in /{group}"
        raise DemandError(Fault(rule, f"there are {', '.join(names) or 'none'}", str(path), key=f"--{key}"))
    if not names or not isinstance(holder, h5py.Group):
        return None
    if not name and len(names) > 1:
        rule = f"the file holds several in /{group}: {', '.join(names)}"
        raise DemandError(Fault(rule, f"choose one by `--{key}`", str(path)))
    wanted = name or names[0]
    found = holder.get(wanted) if isinstance(holder.get(wanted, getlink=True), h5py.HardLink) else None
    if not isinstance(found, h5py.Dataset) or found.is_virtual or found.external:
        rule = f"/{group}/{wanted} does not lie in the file itself"
        raise DemandError(Fault(rule, "export it as a plain matrix", str(path)))
    return found
