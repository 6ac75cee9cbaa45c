"""A run's passages as sightings: who left which link for which other, and when."""

import numpy as np

from congestion_lab.demand.estimation.cells import Ints
from congestion_lab.demand.estimation.sightings import NOWHERE, Sightings
from congestion_lab.queueing.layout import Records
from congestion_lab.queueing.model import QueueModel, Run


def sightings(model: QueueModel, run: Run) -> Sightings:
    """Return who passed where in a run that was probed; vehicles are those of the demand, in its order."""
    noted = run.work.passages[: int(run.work.total["noted"][0])]
    noted = noted[np.lexsort((noted["entered_s"], noted["vehicle"]))]
    link = model.bed.lanes["link"][noted["lane"]].astype(np.int64)
    demand = model.traffic.demand
    return Sightings(
        links=model.traffic.roads.link_ids,
        kinds=tuple(one.id for one in demand.types),
        vehicle=run.fleet.number[noted["vehicle"]].astype(np.int64),
        kind=run.fleet.kind[noted["vehicle"]].astype(np.int64),
        link=link,
        onto=_next(noted, link),
        ready_s=noted["ready_s"],
        left_s=np.nan_to_num(noted["left_s"], nan=np.inf, posinf=np.inf),
        vehicles=len(demand.vehicle_ids),
    )


def _next(noted: Records, link: Ints) -> Ints:
    """Return the link after each, of passages ordered by vehicle and time."""
    onto = np.full(len(noted), NOWHERE, dtype=np.int64)
    goes_on = noted["vehicle"][1:] == noted["vehicle"][:-1]
    onto[:-1][goes_on] = link[1:][goes_on]
    return onto
