"""Reports in the language, the digits and the form that were asked for."""

import os
import sys
from pathlib import Path

import pytest

from congestion_lab.reporting.chromium import find_chromium
from tests.cli.conftest import Run


@pytest.fixture
def simulated(run: Run, town: Path) -> str:
    """A run set of the town."""
    assert run("simulate", "town.yaml", "--seeds", 2, "--engine", "queue", "-q", "-o", "runs/town").code == 0
    return "runs/town"


def test_a_page_is_written_in_each_language(run: Run, simulated: str) -> None:
    told = run("report", simulated, "--lang", "both", "-o", "pages/town.html", "--json").json
    assert told["reports"] == {"en": "pages/town.en.html", "ar": "pages/town.ar.html"}
    english, arabic = (Path(told["reports"][language]).read_text(encoding="utf-8") for language in ("en", "ar"))
    assert '<html lang="en" dir="ltr"' in english
    assert '<html lang="ar" dir="rtl"' in arabic
    assert 'href="town.ar.html" hreflang="ar"' in english
    assert 'href="town.en.html" hreflang="en"' in arabic
    assert "تقرير محاكاة مرورية" in arabic


def test_a_page_alone_names_no_other_and_keeps_its_name(run: Run, simulated: str) -> None:
    assert run("report", simulated, "--lang", "ar", "--numerals", "arabic", "-o", "town.html").out == "town.html\n"
    page = Path("town.html").read_text(encoding="utf-8")
    assert "hreflang" not in page
    assert 'data-numerals="arabic"' in page
    assert "محاكاة على بذرتين" in page


@pytest.mark.skipif(sys.platform == "win32", reason="no named pipes")
def test_nobody_waits_for_a_pipe(run: Run, simulated: str) -> None:
    for command, name in (
        ("compare runs/town runs/town", "runs/town/runs/*/trips.parquet"),
        ("network geojson runs/town -o town.geojson", "runs/town/runs/*/run.json"),
        ("report runs/town", "runs/town/runset.json"),
        ("report runs/study", "runs/study/summary.json"),
        ("plan check runs/best-plan.json", "runs/best-plan.json"),
    ):
        path = next(Path().glob(name), Path(name))
        path.parent.mkdir(exist_ok=True)
        path.unlink(missing_ok=True)
        os.mkfifo(path)
        ended = run(*command.split())
        assert ended.code != 0
        assert f"{path.name} is no plain file; it is not read" in ended.err


def test_without_a_browser_a_pdf_is_refused_before_any_work(
    run: Run, simulated: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("congestion_lab.reporting.chromium.find_chromium", lambda: None)
    ended = run("report", simulated, "--pdf", "-o", "town.html")
    assert ended.code == 4
    assert "leave out `--pdf`" in ended.err
    assert not Path("town.html").exists()


def test_a_pdf_stands_beside_its_page(run: Run, simulated: str) -> None:
    if find_chromium() is None:
        pytest.skip("no Chromium is installed on this machine")
    told = run("report", simulated, "--lang", "ar", "--pdf", "-o", "town.html", "--json").json
    assert told["pdf"] == {"ar": "town.pdf"}
    assert Path("town.pdf").read_bytes().startswith(b"%PDF")


def test_a_map_of_a_network_is_drawn_in_arabic(run: Run, town: Path) -> None:
    assert run("network", "show", "roads.net.xml", "--lang", "ar", "--numerals", "arabic", "-o", "town.svg").code == 0
    picture = Path("town.svg").read_text(encoding="utf-8")
    assert "أجهزة التحكم بالإشارات: ٢" in picture
