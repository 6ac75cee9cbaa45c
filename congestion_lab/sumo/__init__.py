"""The one door to SUMO: its programs, formats and state strings."""
