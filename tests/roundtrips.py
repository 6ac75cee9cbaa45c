"""Plans written in a format and read back by what `plan import` reads with."""

from collections.abc import Sequence
from pathlib import Path

from congestion_lab.exporting.formats import FORMATS
from congestion_lab.exporting.handover import Handover
from congestion_lab.exporting.plantable import write_plan_table
from congestion_lab.signals.plan import PlanSet, SignalPlan
from congestion_lab.signals.present.plansources import read_plan_source
from congestion_lab.signals.sameness import shows_the_same
from congestion_lab.sumo.controllers.planmatching import PlanImport, place_plans
from congestion_lab.sumo.controllers.plansite import PlanSite, place_programmes
from congestion_lab.sumo.nets.netfile import read_intersections, read_network

IN_RINGS = ("utdf", "gmns")
TABLES = ("csv", "xlsx")
_NONE = PlanSet(())


def site_of(net: Path) -> PlanSite:
    """The signals of a net, without any plan: whatever comes back has been read."""
    return PlanSite("case", net, read_network(net), read_intersections(net), _NONE)


def handover(site: PlanSite, plans: Sequence[SignalPlan]) -> Handover:
    return Handover(
        site.name, PlanSet(tuple(plans)), {one.controller_id: one for one in site.intersections}, site.network
    )


def read_back(format: str, plans: Sequence[SignalPlan], site: PlanSite, folder: Path) -> PlanImport:
    """Return plans after a trip through a format: sumo, utdf, gmns, or a table as csv or xlsx."""
    if format in TABLES:
        written = folder / f"table.{format}"
        write_plan_table(written, PlanSet(tuple(plans)), site.intersections)
    else:
        files = FORMATS[format](handover(site, plans), folder / "case").files
        written = files[0] if len(files) == 1 else files[0].parent
    if format == "sumo":
        return place_programmes(written, site)
    kind, source = read_plan_source(written)
    assert kind == ("table" if format in TABLES else format)
    return place_plans(source, site.network, site.intersections, _NONE, pairs={}, origin=str(written))


def changed(format: str, plans: Sequence[SignalPlan], site: PlanSite, folder: Path) -> list[str]:
    """Return the controllers whose plan does not come back as it was, second by second."""
    made = read_back(format, plans, site, folder)
    back = {plan.controller_id: plan for plan in made.plans}
    assert not made.unused
    assert {one.ours for one in made.matches} == back.keys()
    return [
        one.controller_id
        for one in plans
        if one.controller_id not in back or not shows_the_same(one, back[one.controller_id])
    ]
