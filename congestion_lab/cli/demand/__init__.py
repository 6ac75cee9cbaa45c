"""`congestion-lab demand …`: trips built, counted, calibrated and compared with tables of others."""
