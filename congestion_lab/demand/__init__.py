"""Trips from zones, tables and lines; counts; demand fitted to them; where to count."""
