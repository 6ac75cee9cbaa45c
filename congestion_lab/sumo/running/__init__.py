"""SUMO as an engine: one specification in, result tables out."""
