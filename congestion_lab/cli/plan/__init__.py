"""`congestion-lab plan …`."""
