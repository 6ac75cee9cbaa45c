"""Roads from an Overpass server, or what it answered the last time when there is no connection."""

import datetime as dt
import tempfile
from dataclasses import dataclass
from pathlib import Path

from congestion_lab.core.errors import Fault, NetworkError
from congestion_lab.network.maps.osm import OsmMap
from congestion_lab.network.maps.overpass import Area, NoAnswerError, cached, fetch
from congestion_lab.sumo.building.osmfile import read_osm


@dataclass(frozen=True)
class Answer:
    """A map from a server.

    Attributes:
        map: The map.
        file: Where the answer is kept.
        remark: What to tell the user: why an earlier answer was taken, and of which day; empty for a fresh one.
    """

    map: OsmMap
    file: Path
    remark: str


def ask(area: Area, server: str, cache: Path) -> Answer:
    """Ask a server for roads, and keep its answer; without an answer take the one that was kept.

    Raises:
        NetworkError: There is no answer and none was kept, or the area holds no road.
    """
    kept = cached(area, cache)
    try:
        return _fresh(area, server, kept)
    except NoAnswerError as error:
        if not kept.is_file():
            raise
        day = dt.datetime.fromtimestamp(kept.stat().st_mtime, dt.UTC).date()
        return Answer(read_osm(kept), kept, f"{error}\nThe answer of {day:%Y-%m-%d} is used instead: {kept}")


def _fresh(area: Area, server: str, kept: Path) -> Answer:
    """Return a new answer; only one that can be read takes the place of the one that was kept."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept.parent, prefix=".asking-") as scratch:
        fresh = Path(scratch) / kept.name
        fetch(area, server, fresh)
        try:
            found = read_osm(fresh)
        except NetworkError as error:
            hint = "check the spelling of the place or the corners of the box"
            rules = (Fault(fault.rule, hint, f"{area}") for fault in error.faults)
            raise NetworkError(*rules) from error
        fresh.replace(kept)
    return Answer(found, kept, "")
