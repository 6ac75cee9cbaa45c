"""Runs, studies and their reports for a browser on this computer."""
