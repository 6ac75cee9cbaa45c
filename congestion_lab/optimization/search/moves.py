"""Small steps from the best plan known: one or two intersections at a time, as an engineer fine-tunes."""

from collections.abc import Iterator

import numpy as np

from congestion_lab.optimization.space.space import DecisionSpace, Point

_CYCLE_CHANCE = 0.15  # one step in seven also moves the common cycle
_NEIGHBOUR_CHANCE = 0.35  # one step in three moves a second intersection
_KIND_CHANCE = 0.2  # one step in five at an intersection also tries another order of phases, or control
_GROW, _SHRINK = 1.3, 0.85  # step control: about one success in three steps keeps the size


class Moves:
    """Steps with a size of their own that follows success.

    Attributes:
        size: Standard deviation of a coordinate's change.
    """

    def __init__(self, space: DecisionSpace, *, seed: int, size: float = 0.05) -> None:
        self.size = size
        self._random = np.random.default_rng(seed)
        self._blocks = list(blocks(space))
        self._choices = space.choices

    def around(self, centre: Point, count: int) -> list[Point]:
        """Return points a step away from a centre."""
        return [self._step(centre) for _ in range(count)]

    def learn(self, *, succeeded: bool) -> None:
        """Take longer steps after a success, shorter ones after a failure."""
        self.size = float(np.clip(self.size * (_GROW if succeeded else _SHRINK), 0.01, 0.2))

    def _step(self, centre: Point) -> Point:
        point = np.array(centre)
        chosen = 2 if self._random.random() < _NEIGHBOUR_CHANCE else 1
        blocks = self._random.choice(len(self._blocks), size=min(chosen, len(self._blocks)), replace=False)
        moved = [index for block in blocks for index in self._blocks[block]]
        if self._random.random() < _CYCLE_CHANCE:
            moved.append(0)
        point[moved] += self.size * self._random.standard_normal(len(moved))
        for index in moved:
            if self._choices[index]:
                point[index] = self._kind(float(centre[index]), self._choices[index])
        return tuple(float(value) for value in np.clip(point, 0.0, 1.0))

    def _kind(self, present: float, choices: int) -> float:
        """Return the coordinate of a kind drawn anew now and then; half a kind's share further is no other kind."""
        if self._random.random() >= _KIND_CHANCE:
            return present
        return (int(self._random.integers(choices)) + 0.5) / choices


def blocks(space: DecisionSpace) -> Iterator[range]:
    """Yield the coordinates of each intersection; the common cycle stands before them all."""
    yield from (range(block.start, block.stop) for block in space.blocks)
