"""A stepped run as a program of its own: `python -m congestion_lab.sumo.running.stepped END_S PORT SUMO ARGUMENTS…`.

PORT 0 means libsumo. SIGINT ends the run between two steps with all outputs written, as it does for SUMO itself.
"""

import sys
from collections.abc import Sequence

from congestion_lab.core.errors import EngineError
from congestion_lab.sumo.running.maxpressure import MaxPressure
from congestion_lab.sumo.running.stepping import interruption, opened


def command(sumo: Sequence[str], *, end_s: float, port: int | None) -> tuple[str, ...]:
    """Return the command line that steps a SUMO command line to its end under max-pressure control."""
    return (sys.executable, "-m", __spec__.name, f"{end_s:.15g}", str(port or 0), *sumo)


def run(sumo: Sequence[str], *, end_s: float, port: int | None) -> None:
    """Step SUMO to its end, or until interrupted.

    Raises:
        SumoFailedError: SUMO ended with an error.
    """
    with interruption() as asked, opened(sumo, port=port) as simulation:
        control = MaxPressure(simulation)
        while simulation.time_s < end_s and not asked.is_set():
            control.act()
            simulation.step()


def main(arguments: Sequence[str]) -> int:
    """Run as a program."""
    end_s, port, *sumo = arguments
    try:
        run(sumo, end_s=float(end_s), port=int(port) or None)
    except EngineError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
