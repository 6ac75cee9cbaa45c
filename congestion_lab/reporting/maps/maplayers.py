"""Maps of a report as layers that a reader chooses: speed, delay, queues, spillback and level of service."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from markupsafe import Markup

from congestion_lab.metrics.service import LEVELS, approach_service
from congestion_lab.reporting import scales
from congestion_lab.reporting.gathering import Side, Story
from congestion_lab.reporting.maps.linkmap import LinkMap
from congestion_lab.reporting.maps.packing import packed
from congestion_lab.reporting.scales import Scale
from congestion_lab.reporting.translation import _
from congestion_lab.reporting.wording import number

Values = Mapping[str, float]
Legend = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Kind:
    """What a layer shows.

    Attributes:
        id: Its id on the page.
        label: Its name.
        unit: Unit of its legend; "" where classes have names.
        scale: Colours of a side.
        change: Colours of the change.
        worse_high: Whether high values are the bad ones.
        values: Takes them from a side, by link.
        classes: Names of the classes of `scale`, where they have some.
        changes: Names of the classes of `change`, where they have some.
    """

    id: str
    label: str
    unit: str
    scale: Scale
    change: Scale
    worse_high: bool
    values: Callable[[Side], Values]
    classes: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer in words.

    Attributes:
        id: Its id.
        label: Its name.
        captions: Of each panel.
        legends: Of each panel.
    """

    id: str
    label: str
    captions: tuple[str, ...]
    legends: tuple[Legend, ...]


@dataclass(frozen=True, slots=True)
class MapLayers:
    """The maps of a report.

    Attributes:
        layers: In the order in which they are offered; the first is the one drawn.
        panels: Drawings of the first layer: before, after, change.
        data: What the script reads: for each layer, of each panel, keys of classes, their order of drawing, a digit
            per link.
    """

    layers: tuple[Layer, ...]
    panels: tuple[Markup, ...]
    data: dict[str, list[dict[str, Any]]]


def map_layers(story: Story, link_map: LinkMap) -> MapLayers | None:
    """Return the maps; None where no side recorded links."""
    sides = [side for side in (story.before, story.after) if side is not None and not side.links.empty]
    if not sides:
        return None
    found = [(kind, [kind.values(side) for side in sides]) for kind in _kinds()]
    shown = [(kind, values) for kind, values in found if any(math.isfinite(each) for each in values[0].values())]
    if not shown:
        return None
    layers = tuple(_layer(kind, sides) for kind, _values in shown)
    drawn = zip(_panels(*shown[0]), layers[0].captions, strict=True)
    panels = tuple(link_map.coloured(values, scale, label, weight=weight) for (values, scale, weight), label in drawn)
    return MapLayers(layers, panels, {kind.id: _packed(kind, values, link_map.ids) for kind, values in shown})


def speed_legend() -> Legend:
    """Return the legend of speeds."""
    return _legend(scales.SPEED_KMH, _("km/h"), ())


def _kinds() -> tuple[Kind, ...]:
    return (
        Kind(
            *("speed", _("Speed"), _("km/h"), scales.SPEED_KMH, scales.SPEED_CHANGE),
            worse_high=False,
            values=lambda side: _column(side, "speed_kmh"),
        ),
        Kind(
            *("delay", _("Delay per vehicle"), _("s"), scales.DELAY_S, scales.DELAY_CHANGE),
            worse_high=True,
            values=lambda side: _column(side, "delay_s"),
        ),
        Kind(
            *("queue", _("Longest queue"), _("m"), scales.QUEUE_M, scales.QUEUE_CHANGE),
            worse_high=True,
            values=lambda side: _column(side, "max_queue_m"),
        ),
        Kind(
            *("spillback", _("Time with spillback"), "%", scales.SPILLBACK_PERCENT, scales.SPILLBACK_CHANGE),
            worse_high=True,
            values=lambda side: {link: 100 * share for link, share in _column(side, "spillback_share").items()},
        ),
        Kind(
            *("los", _("Level of service"), "", scales.SERVICE, scales.SERVICE_CHANGE),
            worse_high=True,
            values=_levels,
            classes=LEVELS,
            changes=_level_changes(),
        ),
    )


def _column(side: Side, name: str) -> Values:
    return {str(link): float(value) for link, value in side.links[name].items()}


def _levels(side: Side) -> Values:
    """Return the level of service of each inbound link: 0 for A to 5 for F."""
    approaches = approach_service(side.movements)
    return {str(link): float(LEVELS.index(los)) for link, los in approaches["los"].items() if los}


def _panels(kind: Kind, values: Sequence[Values]) -> list[tuple[Values, Scale, Callable[[float], float]]]:
    def badness(value: float) -> float:
        return value if kind.worse_high else -value

    panels: list[tuple[Values, Scale, Callable[[float], float]]] = [(each, kind.scale, badness) for each in values]
    if len(values) > 1:
        before, after = values
        change = {link: after.get(link, math.nan) - value for link, value in before.items()}
        panels.append((change, kind.change, abs))
    return panels


def _packed(kind: Kind, values: Sequence[Values], ids: Sequence[str]) -> list[dict[str, Any]]:
    found = []
    for panel, scale, weight in _panels(kind, values):
        row = np.array([[panel.get(link, math.nan) for link in ids]])
        middle = (len(scale.classes) - 1) / 2
        place = [abs(at - middle) if scale is kind.change else weight(at) for at in range(len(scale.classes))]
        order = sorted(range(len(place)), key=lambda at: place[at])
        found.append({"keys": [each.key for each in scale.classes], "order": order, "links": packed(row, scale)[0]})
    return found


def _layer(kind: Kind, sides: Sequence[Side]) -> Layer:
    caption, legend = _("{side}: {what}"), _legend(kind.scale, kind.unit, kind.classes)
    captions = [caption.format(side=side.name, what=kind.label) for side in sides]
    legends = [legend] * len(sides)
    if len(sides) > 1:
        captions.append(_("Change: {what}").format(what=kind.label))
        legends.append(_legend(kind.change, kind.unit, kind.changes))
    return Layer(kind.id, kind.label, tuple(captions), tuple(legends))


def _legend(scale: Scale, unit: str, names: Sequence[str]) -> Legend:
    if names:
        return [(each.key, name) for each, name in zip(scale.classes, names, strict=True)]
    return [(each.key, _bounds(each.low, each.high, unit)) for each in scale.classes]


def _bounds(low: float, high: float, unit: str) -> str:
    if math.isinf(low):
        return _("below {high} {unit}").format(high=number(high, 0), unit=unit)
    if math.isinf(high):
        return _("{low} {unit} and more").format(low=number(low, 0), unit=unit)
    return _("{low} to {high} {unit}").format(low=number(low, 0), high=number(high, 0), unit=unit)


def _level_changes() -> tuple[str, ...]:
    return (
        _("better by three levels or more"),
        _("better by two levels"),
        _("better by one level"),
        _("the same level"),
        _("worse by one level"),
        _("worse by two levels"),
        _("worse by three levels or more"),
    )
