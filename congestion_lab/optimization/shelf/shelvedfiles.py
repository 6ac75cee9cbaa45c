"""Files of a study or a run set that are made to be handed over: plans, and what was exported beside them."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from congestion_lab.core.digests import digest_of, encodable
from congestion_lab.core.errors import ExperimentError
from congestion_lab.core.guarded import require_guarded
from congestion_lab.optimization.shelf.shelvedrunset import RUNS
from congestion_lab.optimization.study.studyfiles import BEST_PLAN_FILE, PRESENT_PLAN_FILE

LARGEST_BYTES = 500_000_000
MOST_FILES = 200
_PLANS = (BEST_PLAN_FILE, PRESENT_PLAN_FILE)
_EXPORTED = frozenset({".csv", ".geojson", ".html", ".pdf", ".sig", ".svg", ".txt", ".xlsx", ".xml", ".zip"})
_INNER = frozenset({RUNS, "present", "best"})


def handed_over(folder: Path, root: Path) -> Mapping[str, Path]:
    """Return files that may be given away, by an id that is a digest of their path: plans first, then exports.

    Args:
        folder: Folder of the study or run set; its own folders are looked into, but not further.
        root: Folder that files must not leave; what does is left out.
    """
    found: dict[str, Path] = {}
    for path in _candidates(folder):
        try:
            require_guarded(path, root, most_bytes=LARGEST_BYTES)
        except ExperimentError:
            continue
        found[digest_of(encodable(path.relative_to(folder)))] = path
        if len(found) == MOST_FILES:
            break
    return found


def _candidates(folder: Path) -> Iterator[Path]:
    yield from (folder / name for name in _PLANS)
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.name in _INNER:
            continue
        if path.is_dir():
            yield from (each for each in sorted(path.iterdir()) if _is_exported(each))
        elif _is_exported(path):
            yield path


def _is_exported(path: Path) -> bool:
    return path.suffix.lower() in _EXPORTED and not path.name.startswith(".")
