"""`make bench`: what the fast engine and the search must reach, measured side by side on published scenarios.

Finished runs are kept under the output folder, so that an interrupted benchmark goes on where it was.
"""

import argparse
import importlib
import os
import sys
from pathlib import Path

from benchmarks.measuring import Answer, Setting
from benchmarks.scenes import NAMES, PUBLISHED
from congestion_lab.core.errors import InputError
from congestion_lab.core.files import write_text

GROUPS = ("ours", "tools", "sampler", "responsive")
QUESTIONS = {
    "speed": "What does one plan cost in SUMO, and what in the fast engine?",
    "fidelity": "Does the fast engine rank plans as SUMO does?",
    "quality": "How good are the plans?",
    "cost": "How much of a search is not engine time?",
    "scale": "How does the cost of a plan grow?",
    "imports": "What do maps become?",
    "recovery": "Does calibration find a demand that is known?",
}
_DEFAULT_SCENES = (*PUBLISHED, "damascus-centre")


def main() -> None:
    """Answer the questions named on the command line, or all."""
    options = _options()
    setting = Setting(
        tuple(options.networks),
        options.out,
        options.workers,
        _tell,
        options.plans,
        frozenset(options.skip),
        tuple(options.maps),
    )
    parts = []
    for question in options.questions or QUESTIONS:
        answer = _answered(question, setting)
        answer.save(options.out, question)
        parts.append(f"## {QUESTIONS[question]}\n\n{answer.text}")
    text = "\n".join(parts)
    write_text(options.out / "results.md", text)
    print(text)


def _answered(question: str, setting: Setting) -> Answer:
    _tell(f"--- {question}: {QUESTIONS[question]}")
    answer = importlib.import_module(f"benchmarks.{question}").answered(setting)
    if not isinstance(answer, Answer):
        raise TypeError(f"{question} gave no answer")
    return answer


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    said = ", ".join(QUESTIONS)
    parser.add_argument("questions", nargs="*", metavar="QUESTION", help=f"of {said}; default: all")
    parser.add_argument("--networks", nargs="+", default=_DEFAULT_SCENES, choices=NAMES, metavar="NETWORK")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="simulations at a time")
    parser.add_argument("-o", "--out", type=Path, default=Path("runs/bench"))
    parser.add_argument("--plans", type=int, default=60, help="random plans of `fidelity`; fewer say less")
    parser.add_argument(
        "--maps", nargs="+", default=(), metavar="MAP", help="of `imports`, such as volos; default: all"
    )
    parser.add_argument("--skip", nargs="+", default=(), choices=GROUPS, metavar="GROUP", help="left out of `quality`")
    options = parser.parse_args()
    unknown = [question for question in options.questions if question not in QUESTIONS]
    if unknown:
        parser.error(f"{', '.join(unknown)} is no question; there are {said}")
    return options


if __name__ == "__main__":
    try:
        main()
    except InputError as error:
        sys.exit(f"error: {error}")
