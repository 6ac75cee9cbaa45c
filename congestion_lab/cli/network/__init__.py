"""`congestion-lab network …`: maps imported and built, judged, drawn, with gates and speeds."""
