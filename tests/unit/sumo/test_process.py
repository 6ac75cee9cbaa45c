import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from congestion_lab.core.errors import RunTimeoutError, SumoFailedError
from congestion_lab.sumo.installation import binary
from congestion_lab.sumo.process import run_program, started


def test_output_is_kept(tmp_path: Path) -> None:
    done = run_program([binary("sumo"), "--version"], cwd=tmp_path)
    assert "sumo 1.28" in done.stdout
    assert done.wall_s > 0


def test_a_failure_carries_command_code_and_log() -> None:
    with pytest.raises(SumoFailedError, match="nowhere") as caught:
        run_program([binary("sumo"), "-n", "nowhere.net.xml"])
    assert caught.value.returncode == 1
    assert caught.value.command[1:] == ("-n", "nowhere.net.xml")


def test_a_program_that_is_not_there_is_a_failure() -> None:
    with pytest.raises(SumoFailedError, match="No such file"):
        run_program(["/no/such/program"])


def test_a_slow_program_is_killed() -> None:
    begin = time.monotonic()
    with pytest.raises(RunTimeoutError, match=r"longer than 0\.2 s"):
        run_program([sys.executable, "-c", "import time; time.sleep(60)"], timeout_s=0.2)
    assert time.monotonic() - begin < 10


def test_leaving_the_block_kills() -> None:
    with started([sys.executable, "-c", "import time; time.sleep(60)"]) as process:
        pass
    assert process.returncode == -signal.SIGKILL


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ties a child's life to its parent's")
def test_a_child_dies_with_a_killed_parent() -> None:
    code = (
        "import sys\n"
        "from congestion_lab.sumo.process import started\n"
        "with started([sys.executable, '-c', 'import time; time.sleep(60)']) as child:\n"
        "    print(child.pid, flush=True)\n"
        "    child.wait()\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    assert _gone(child)


def _gone(pid: int) -> bool:
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        if Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z":
            return True
        time.sleep(0.05)
    return False
