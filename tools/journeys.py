"""A pytest plugin that counts the browser journeys, so that none is left out without anybody noticing."""

import json
import os
from collections import Counter
from pathlib import Path

import pytest

VARIABLE = "JOURNEY_REPORT"
_outcomes: dict[str, str] = {}


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remember how each journey ended; an error before or after it counts as its failure."""
    if "journey" in report.keywords and (report.when == "call" or report.outcome != "passed"):
        _outcomes[report.nodeid] = report.outcome


def pytest_sessionfinish() -> None:
    """Leave the counts for the suite, which says them in its last lines."""
    if (place := os.environ.get(VARIABLE)) and not os.environ.get("PYTEST_XDIST_WORKER"):
        Path(place).write_text(json.dumps(Counter(_outcomes.values())))
