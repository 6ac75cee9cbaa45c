"""Experiment files, the run store, executors and comparisons."""
