"""Delays that learning and max-pressure controllers reached on the same scenarios.

From the results of the RESCO benchmark (Ault & Sharon 2021, "Reinforcement Learning Benchmarks for Traffic Signal
Control", NeurIPS Datasets and Benchmarks; SUMO 1.9.1): mean delay in seconds of the best episode and of the last ten.
Another version of SUMO gives other seconds for the same plan, so they are compared as ratios to the fixed plan.
"""

from collections.abc import Mapping

FIXED = "FIXED"
Delays = Mapping[str, tuple[float, float]]

_RESCO_S: Mapping[str, Delays] = {
    "cologne3": {
        FIXED: (37.59, 39.77),
        "MAXWAVE": (19.42, 179.19),
        "MAXPRESSURE": (23.45, 114.36),
        "IDQN": (23.99, 95.54),
        "IPPO": (24.03, 123.3),
        "MPLight": (83.65, 713.88),
        "FMA2C": (26.86, 106.27),
    },
    "ingolstadt1": {
        FIXED: (38.11, 39.55),
        "MAXWAVE": (25.63, 28.62),
        "MAXPRESSURE": (22.6, 23.46),
        "IDQN": (21.48, 22.21),
        "IPPO": (20.9, 22.69),
        "MPLightFULL": (28.31, 31.21),
        "FMA2C": (27.0, 31.79),
    },
    "ingolstadt7": {
        FIXED: (87.05, 91.53),
        "MAXWAVE": (65.62, 79.21),
        "MAXPRESSURE": (39.25, 46.41),
        "IDQN": (31.19, 35.65),
        "IPPO": (31.68, 32.45),
        "MPLight": (48.21, 83.11),
        "FMA2C": (51.39, 56.29),
    },
}
"""No figure of the fixed plan was published for the other scenarios."""


def ratios(delays: Delays) -> Delays:
    """Return delays over the mean of the fixed plan's last ten episodes."""
    fixed = delays[FIXED][1]
    return {name: (best / fixed, last / fixed) for name, (best, last) in delays.items() if name != FIXED}


RATIOS: Mapping[str, Delays] = {scene: ratios(delays) for scene, delays in _RESCO_S.items()}
