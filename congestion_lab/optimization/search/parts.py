"""Parts of the decision space: coordinates that may move while the others stay."""

from collections.abc import Sequence
from dataclasses import dataclass

from congestion_lab.optimization.search.surrogate import Place
from congestion_lab.optimization.space.space import DecisionSpace, Point

_PROBES = (0.1, 0.35, 0.6, 0.85)
_OF_ONE = ("offset", "split", "phases", "control")  # facets that mean something at one intersection only


@dataclass(frozen=True, slots=True)
class Part:
    """Points that differ from a place in some coordinates only.

    Attributes:
        through: The place.
        moving: Indices of the coordinates that differ.
    """

    through: Place
    moving: tuple[int, ...]

    @property
    def values(self) -> Point:
        """The moving coordinates of the place."""
        return tuple(self.through.point[index] for index in self.moving)

    def point(self, values: Sequence[float]) -> Point:
        """Return the point with other values of the moving coordinates."""
        return changed(self.through.point, self.moving, values)


def changed(point: Point, indices: Sequence[int], values: Sequence[float]) -> Point:
    """Return a point with other values of some coordinates, moved into the cube."""
    new = list(point)
    for index, value in zip(indices, values, strict=True):
        new[index] = min(1.0, max(0.0, float(value)))
    return tuple(new)


def moving(space: DecisionSpace, point: Point) -> tuple[int, ...]:
    """Return the gradual coordinates that change the plans around a point.

    Where the clock ends the greens, no gap does; where traffic ends them there is no offset.
    """
    here = space.decode(point)
    return tuple(
        index
        for index, choices in enumerate(space.choices)
        if not choices and any(space.decode(changed(point, [index], [value])) != here for value in _PROBES)
    )


def facets(space: DecisionSpace) -> list[str]:
    """Return what each coordinate sets: the cycle, then at each intersection its `offset`, `split` and so on."""
    names = ["cycle"]
    for ring, block in zip(space.rings, space.blocks, strict=True):
        own = (name.removeprefix(f"{ring.plan.controller_id}.") for name in space.names[block])
        names += [name.partition(".")[0] for name in own]
    return names


def shared(space: DecisionSpace) -> list[tuple[int, ...]]:
    """Return the coordinates that mean the same at every intersection: the cycle, then facet by facet the others."""
    found: dict[str, list[int]] = {}
    for index, facet in enumerate(facets(space)):
        found.setdefault(facet, []).append(index)
    return [tuple(indices) for facet, indices in found.items() if facet not in _OF_ONE]
