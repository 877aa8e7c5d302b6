"""Browser journeys never skip silently: the suite's last line says how many ran, and a skipped one fails it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.machine import ROOT, clean_environment
from tools import suite

JOURNEYS = """
import pytest

@pytest.mark.journey
def test_passes(): pass

@pytest.mark.journey
def test_fails(): assert False

@pytest.mark.journey
def test_skips(): pytest.skip("no browser")

@pytest.mark.journey
def test_breaks(broken): pass

@pytest.fixture
def broken(): raise RuntimeError("no server")

def test_is_none(): pass
"""


def test_each_journey_is_counted_by_how_it_ended(tmp_path: Path) -> None:
    (tmp_path / "test_some.py").write_text(JOURNEYS)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = journey\n")
    report = tmp_path / "report.json"

    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "tools.journeys", "-p", "no:django", str(tmp_path)],
        cwd=tmp_path,
        env=clean_environment(JOURNEY_REPORT=str(report), PYTHONPATH=str(ROOT)),
        capture_output=True,
        timeout=60,
    )

    assert json.loads(report.read_text()) == {"passed": 1, "failed": 2, "skipped": 1}


@pytest.mark.parametrize(
    ("_case", "statuses", "counts", "missing", "partial", "status", "line"),
    [
        ("all ran", [0, 0], {"passed": 12}, "", False, 0, "12 journeys ran."),
        ("one ran", [0, 0], {"passed": 1}, "", False, 0, "1 journey ran."),
        ("one failed", [0, 1], {"passed": 2, "failed": 1}, "", False, 1, "3 journeys ran, 1 failed."),
        ("one skipped", [0, 0], {"passed": 2, "skipped": 1}, "", False, 1, "2 journeys ran, 1 skipped: that counts"),
        ("no browser", [0, 0], {}, "Chromium", False, 1, "0 journeys ran. Chromium missing: install it (Debian"),
        ("a part without journeys", [0, 5], {}, "Chromium", True, 0, "0 journeys ran."),
        ("only journeys", [5, 0], {"passed": 2}, "", True, 0, "2 journeys ran."),
        ("nothing", [5, 5], {}, "", True, 5, "No test was selected."),
        ("an ordinary test failed", [1, 0], {"passed": 2}, "", False, 1, "2 journeys ran."),
    ],
)
def test_the_last_lines_say_what_ran(
    capsys: pytest.CaptureFixture[str],
    _case: str,
    statuses: list[int],
    counts: dict[str, int],
    missing: str,
    partial: bool,
    status: int,
    line: str,
) -> None:
    assert suite._conclude(statuses, counts, missing, partial) == status
    assert line in capsys.readouterr().out
