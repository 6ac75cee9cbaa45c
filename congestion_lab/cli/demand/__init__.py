"""`congestion-lab demand …`."""
