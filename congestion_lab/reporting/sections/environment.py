"""What the traffic emits and burns, before and after, and by which factors."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from congestion_lab.core.names import clean_name
from congestion_lab.metrics.emissions import Emitted, emission_rows, emitted
from congestion_lab.metrics.indicators import Indicator
from congestion_lab.reporting.gathering import Side, Story
from congestion_lab.reporting.sections.figures import Figure, Values, figures_of
from congestion_lab.reporting.translation import _, isolated, listed, whole
from congestion_lab.reporting.wording import number, share
from congestion_lab.sumo.routes.demandfacts import emission_classes

_KG = 1e-3


@dataclass(frozen=True, slots=True)
class ClassRow:
    """A class of vehicles: its name, its share of the carbon dioxide before, and kg and g/km of each side."""

    name: str
    percent: float
    share: str
    sides: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Environment:
    """The section on emissions.

    Attributes:
        figures: Totals, per vehicle and per kilometre.
        classes: By class of vehicles, the largest emitter first.
        remarks: What the figures rest on.
    """

    figures: tuple[Figure, ...]
    classes: tuple[ClassRow, ...]
    remarks: tuple[str, ...]


def environment(story: Story) -> Environment | None:
    """Return the section; None where a side recorded no emissions."""
    sides = [side for side in (story.before, story.after) if side is not None]
    found = [_by_seed(side) for side in sides]
    if not all(found):
        return None
    rows = [(each, [_values(each.id, side) for side in found]) for each in _indicators()]
    return Environment(tuple(figures_of(rows)), _classes(sides), tuple(_remarks(story)))


def _indicators() -> tuple[Indicator, ...]:
    co2, nox, fuel = _("Carbon dioxide"), _("Nitrogen oxides"), _("Fuel")
    co2_total, nox_total, fuel_total = _("Carbon dioxide, total"), _("Nitrogen oxides, total"), _("Fuel, total")
    per_vehicle, per_km = _("{substance} per vehicle"), _("{substance} per kilometre")
    g, g_km = _("g"), _("g/km")
    return (
        Indicator("co2.total_kg", "kg", label=co2_total, decimals=0, lower_is_better=True),
        Indicator("co2.per_vehicle_g", g, label=per_vehicle.format(substance=co2), decimals=0, lower_is_better=True),
        Indicator("co2.per_km_g", g_km, label=per_km.format(substance=co2), decimals=0, lower_is_better=True),
        Indicator("nox.total_kg", "kg", label=nox_total, decimals=3, lower_is_better=True),
        Indicator("nox.per_vehicle_g", g, label=per_vehicle.format(substance=nox), decimals=3, lower_is_better=True),
        Indicator("nox.per_km_g", g_km, label=per_km.format(substance=nox), decimals=3, lower_is_better=True),
        Indicator("fuel.total_kg", "kg", label=fuel_total, decimals=0, lower_is_better=True),
        Indicator("fuel.per_vehicle_g", g, label=per_vehicle.format(substance=fuel), decimals=0, lower_is_better=True),
        Indicator("fuel.per_km_g", g_km, label=per_km.format(substance=fuel), decimals=1, lower_is_better=True),
    )


def _by_seed(side: Side) -> dict[int, dict[str, Emitted]]:
    found = {seed: emitted(result) for seed, result in side.runs.by_seed.items()}
    return {seed: substances for seed, substances in found.items() if substances}


def _values(name: str, found: dict[int, dict[str, Emitted]]) -> Values:
    substance, figure = name.split(".")
    return {seed: getattr(substances[substance], figure) for seed, substances in found.items()}


def _classes(sides: Sequence[Side]) -> tuple[ClassRow, ...]:
    tables = [_by_class(side) for side in sides]
    total = tables[0]["co2_g"].sum()
    names = sorted(set().union(*(table.index for table in tables)), key=lambda name: -_of(tables[0], name, "co2_g"))
    shares = {name: _of(tables[0], name, "co2_g") / total if total else 0.0 for name in names}
    return tuple(
        ClassRow(
            class_name(name),
            100 * shares[name],
            share(shares[name]),
            tuple(
                (number(_of(table, name, "co2_g") * _KG, 0), number(_of(table, name, "per_km_g"), 0))
                for table in tables
            ),
        )
        for name in names
    )


def class_name(name: str) -> str:
    """Return what a class of vehicles is called in the language spoken; a name that is not usual stays as it is."""
    usual = {
        "car": _("car"),
        "taxi": _("taxi"),
        "microbus": _("microbus"),
        "bus": _("bus"),
        "truck": _("truck"),
        "motorcycle": _("motorcycle"),
    }
    return usual.get(name) or clean_name(name)


def _by_class(side: Side) -> pd.DataFrame:
    """Return co2_g (mean over the runs) and per_km_g by class of vehicles."""
    rows = [emission_rows(result) for result in side.runs.results]
    sums = pd.concat(rows).groupby("vehicle_class")[["co2_g", "distance_m"]].sum()
    per_km_g = sums["co2_g"] / (sums["distance_m"] / 1000).where(sums["distance_m"] > 0)
    return pd.DataFrame({"co2_g": sums["co2_g"] / sum(not each.empty for each in rows), "per_km_g": per_km_g})


def _of(table: pd.DataFrame, name: str, column: str) -> float:
    return float(table[column].get(name, 0.0))


def _remarks(story: Story) -> list[str]:
    told = [
        _(
            "Emissions of the exhaust, from speed and acceleration step by step, by SUMO's factors for the emission "
            "class of each vehicle; cold starts, wear and evaporation are not in them."
        ),
        _("Vehicles that could not enter emit nothing, so a total is read beside the number of unserved vehicles."),
    ]
    inputs = story.before.runs.inputs
    files = [path for path in (*inputs.additional_files, *inputs.route_files) if path.exists()]
    classes = emission_classes(files)
    stated = [
        whole(f"{class_name(name)}: {isolated(clean_name(value))}") for name, value in sorted(classes.items()) if value
    ]
    if stated:
        text = _(
            "Emission classes as the scenario states them (HBEFA is the Handbook of Emission Factors for Road "
            "Transport), assumed unless the fleet was surveyed: {classes}."
        )
        told.append(text.format(classes=listed(stated)))
    if not stated or not all(classes.values()):
        told.append(_("Vehicle types without a class of their own have SUMO's default class, an assumption."))
    return told
