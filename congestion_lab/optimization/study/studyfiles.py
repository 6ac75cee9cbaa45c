"""The files of a study's folder."""

from pathlib import Path

DATABASE_FILE = "study.db"
HISTORY_FILE = "history.json"
SUMMARY_FILE = "summary.json"
BEST_PLAN_FILE = "best-plan.json"
PRESENT_PLAN_FILE = "present-plan.json"

MARKS = (SUMMARY_FILE, HISTORY_FILE, DATABASE_FILE)  # the last from the beginning on, the others at the end


def is_study(folder: Path) -> bool:
    """Whether a folder holds a study, finished or not."""
    return any((folder / name).exists() for name in MARKS)
