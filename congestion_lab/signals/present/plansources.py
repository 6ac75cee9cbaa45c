"""Which kind of file or folder plans come in, and its plans."""

from pathlib import Path

from congestion_lab.core.errors import Fault, SignalPlanError
from congestion_lab.core.tablefile import WORKBOOKS
from congestion_lab.core.utdffile import is_utdf
from congestion_lab.signals.present.gmnsplans import read_gmns_plans
from congestion_lab.signals.present.planrecords import PlanSource
from congestion_lab.signals.present.plantable import read_plan_table
from congestion_lab.signals.present.utdfplans import read_utdf_plans

_TEXTS = frozenset({".csv", ".txt", ".tsv"})


def read_plan_source(path: Path, *, plan: str = "", sheet: str = "") -> tuple[str, PlanSource]:
    """Return the kind of a source of plans (table, utdf, gmns) and what it tells.

    Args:
        path: A table (CSV, XLSX), a UTDF file, or a folder of GMNS tables.
        plan: Which of its plans; "" where it has one.
        sheet: Sheet of a workbook; "" for the first.

    Raises:
        SignalPlanError: It cannot be used; every fault is named.
    """
    if path.is_dir():
        return "gmns", read_gmns_plans(path, plan)
    suffix = path.suffix.lower()
    if suffix not in WORKBOOKS | _TEXTS:
        hint = "give a table (.csv, .xlsx), a UTDF file (.csv), a folder of GMNS tables, or SUMO's programmes (.xml)"
        raise SignalPlanError(Fault("this is no source of plans that can be read", hint, str(path)))
    if suffix not in WORKBOOKS and is_utdf(path):
        if plan:
            raise SignalPlanError(Fault("a UTDF file holds one plan", "leave out --plan", str(path), key="--plan"))
        return "utdf", read_utdf_plans(path)
    return "table", read_plan_table(path, plan, sheet)
