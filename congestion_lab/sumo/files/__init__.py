"""SUMO's files, read under guard."""
