"""Plans as numbered phases in rings and barriers (NEMA TS 2)."""
