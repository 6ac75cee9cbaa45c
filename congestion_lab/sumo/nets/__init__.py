"""SUMO networks as the program's own values."""
