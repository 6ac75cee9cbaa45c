"""`congestion-lab network …`."""
