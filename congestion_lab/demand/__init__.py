"""Zones, matrices, profiles, vehicle classes and trips."""
