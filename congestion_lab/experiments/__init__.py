"""Experiment files, the run store, executors, run sets, their comparison, and demand calibrated by runs."""
