"""Traffic congestion simulation and signal optimisation, for Damascus and any SUMO scenario."""

__version__ = "0.1.0"
