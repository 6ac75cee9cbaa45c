"""`congestion-lab compare` and `report`."""
