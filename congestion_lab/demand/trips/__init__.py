"""Trips from zones and assumptions, tables and lines."""
