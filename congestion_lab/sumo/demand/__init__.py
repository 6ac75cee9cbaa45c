"""Demand made for SUMO, and what runs tell counters and cameras."""
