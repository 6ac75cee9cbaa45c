"""Where a study stands: told while it runs, gone when it ends."""

import math
import os
from pathlib import Path

import pytest

from congestion_lab.core.errors import ExperimentError
from congestion_lab.core.files import machine
from congestion_lab.optimization.study.simulating import Progress
from congestion_lab.optimization.study.standing import STANDING_FILE, announced, read_standing, require_alone


def test_it_is_known_from_the_beginning_and_gone_at_the_end(tmp_path: Path) -> None:
    heard: list[Progress] = []
    with announced(tmp_path, heard.append) as tell:
        begun = read_standing(tmp_path, tmp_path)
        tell(Progress("confirming", 2, 6, math.inf))
        further = read_standing(tmp_path, tmp_path)
    assert begun is not None
    assert begun.stage == "searching"
    assert further is not None
    assert (further.stage, further.done, further.total) == ("confirming", 2, 6)
    assert [state.stage for state in heard] == ["confirming"]
    assert read_standing(tmp_path, tmp_path) is None


def test_it_is_gone_after_an_error_too(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), announced(tmp_path, lambda _state: None):
        raise KeyboardInterrupt
    assert not (tmp_path / STANDING_FILE).exists()


def test_a_study_at_which_another_process_is_at_work_is_refused(tmp_path: Path) -> None:
    with announced(tmp_path, lambda _state: None):
        require_alone(tmp_path)  # it is this process
        path = tmp_path / STANDING_FILE
        path.write_text(path.read_text().replace(str(os.getpid()), str(os.getppid())))
        with pytest.raises(ExperimentError, match=rf"process {os.getppid()} is at work on the study in .*; wait for"):
            require_alone(tmp_path)
        path.write_text(path.read_text().replace(machine(), "elsewhere"))
        require_alone(tmp_path)  # nobody here knows
        path.write_text("damaged")
        require_alone(tmp_path)


@pytest.mark.parametrize("text", ["{}", "[]", '{"stage": 1}', "no json"])
def test_a_damaged_one_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / STANDING_FILE).write_text(text)
    with pytest.raises(ExperimentError, match="damaged"):
        read_standing(tmp_path, tmp_path)
