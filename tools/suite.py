"""`make test`: the whole suite on servers of its own, browser journeys included.

Ordinary tests run in two processes; those marked `serial` then run alone, and the browser journeys at last in two
processes again. Arguments (or `ARGS`) go to pytest as they are; with a `-m` of their own pytest runs once.
"""

import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from marketplace.embedded import environment, folders
from marketplace.embedded.errors import ServerError
from tools import browser, journeys, template
from tools.translations import compile_stale

ROOT = Path(__file__).resolve().parents[1]
NOTHING_SELECTED = 5

ORDINARY = ["-n", "2", "--dist", "worksteal", "-m", "not serial and not journey"]
ALONE = ["-p", "no:xdist", "-m", "serial"]
# A file stays in one process: its tests share what they lay out. Last, for the report counts what its own run saw.
BROWSERS = ["-n", "2", "--dist", "loadfile", "-m", "journey"]


def main() -> int:
    """Run the suite; the exit status is pytest's, or 1 when a journey did not run."""
    arguments = sys.argv[1:] or shlex.split(os.environ.pop("ARGS", ""))
    began = time.monotonic()
    made = compile_stale()
    if made:
        print(f"  ✓ Translations — {made} compiled", flush=True)
    missing = browser.ensure()
    if chromium := browser.find():
        os.environ["CHROMIUM"] = chromium
    try:
        environment.take(folders.data_dir() / "test", "throwaway")
    except ServerError as problem:
        print(problem)
        return 1
    print(f"  ✓ Servers for the tests  {time.monotonic() - began:.1f} s", flush=True)
    began = time.monotonic()
    try:
        fresh = template.ensure()
    except template.Unmigrated as problem:
        print(problem)
        return 1
    print(f"  ✓ Migrations — {'applied' if fresh else 'as before'}  {time.monotonic() - began:.1f} s", flush=True)

    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch) / "journeys.json"
        os.environ[journeys.VARIABLE] = str(report)
        statuses = [_pytest(options, arguments) for options in _phases(arguments)]
        counts = json.loads(report.read_text()) if report.exists() else {}
    return _conclude(statuses, counts, missing, partial=bool(arguments))


def _phases(arguments: list[str]) -> list[list[str]]:
    if any(argument == "-m" or argument.startswith("--markexpr") for argument in arguments):
        return [[]]
    return [ORDINARY, ALONE, BROWSERS]


def _pytest(options: list[str], arguments: list[str]) -> int:
    command = [sys.executable, "-m", "pytest", "--ds=tests.settings", "-p", "tools.journeys", *options, *arguments]
    try:
        return subprocess.run(command, cwd=ROOT).returncode
    except KeyboardInterrupt:
        return 130


def _conclude(statuses: list[int], counts: dict[str, int], missing: str, partial: bool) -> int:
    """The last lines: how many journeys ran, and why not all did."""
    failed = [status for status in statuses if status not in (0, NOTHING_SELECTED)]
    status = failed[0] if failed else 0
    if all(each == NOTHING_SELECTED for each in statuses):
        print("No test was selected.")
        status = NOTHING_SELECTED
    ran = counts.get("passed", 0) + counts.get("failed", 0)
    line = f"{ran} journeys ran" if ran != 1 else "1 journey ran"
    if counts.get("failed"):
        line += f", {counts['failed']} failed"
    if counts.get("skipped"):
        line += f", {counts['skipped']} skipped: that counts as a failure"
        status = status or 1
    if missing and (not partial or counts):
        line += f". {missing} missing: install it ({browser.ADVICE})"
        status = status or 1
    print(f"{line}.", flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
