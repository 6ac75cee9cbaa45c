"""The files of a study's folder."""

DATABASE_FILE = "study.db"
HISTORY_FILE = "history.json"
SUMMARY_FILE = "summary.json"
BEST_PLAN_FILE = "best-plan.json"
PRESENT_PLAN_FILE = "present-plan.json"
