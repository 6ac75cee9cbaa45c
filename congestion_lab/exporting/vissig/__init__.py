"""VISSIG files."""
