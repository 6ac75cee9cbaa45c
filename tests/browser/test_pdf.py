"""The report on paper, printed by the program."""

import re
from pathlib import Path

import pytest

from congestion_lab.core.errors import EngineError
from congestion_lab.reporting.chromium import find_chromium, needed_chromium, print_pdf


def test_without_a_browser_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_chromium() is None
    with pytest.raises(EngineError, match="leave out `--pdf`"):
        needed_chromium()


@pytest.mark.parametrize("voice", ["en", "ar"])
def test_a_report_is_printed_on_a4(reports: dict[str, Path], tmp_path: Path, voice: str) -> None:
    program = find_chromium()
    if program is None:
        pytest.skip("no Chromium is installed on this machine")
    target = tmp_path / "report.pdf"
    print_pdf(program, reports[voice], target)
    paper = target.read_bytes()
    assert paper.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) > 1
    assert {path.name for path in tmp_path.iterdir()} == {"report.pdf"}


def test_a_browser_that_fails_leaves_no_file(reports: dict[str, Path], tmp_path: Path) -> None:
    program = tmp_path / "chromium"
    program.write_text("#!/bin/sh\necho no screen >&2\nexit 3\n", encoding="utf-8")
    program.chmod(0o755)
    with pytest.raises(EngineError, match="no screen"):
        print_pdf(str(program), reports["en"], tmp_path / "report.pdf")
    assert not (tmp_path / "report.pdf").exists()
