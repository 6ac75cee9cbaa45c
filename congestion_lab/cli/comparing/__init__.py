"""`congestion-lab compare` and `report`: run sets and studies against each other, as tables and as pages."""
