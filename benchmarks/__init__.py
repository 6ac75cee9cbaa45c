"""Measurements on published scenarios: `python -m benchmarks`."""
