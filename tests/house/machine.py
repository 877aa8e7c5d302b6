"""Real processes for the tests of the house: started with a clean environment, found again, and ended."""

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path

from marketplace.embedded import processes

ROOT = Path(__file__).resolve().parents[2]
MARK = "HOUSE_TEST_MARK"


def clean_environment(**more: str) -> dict[str, str]:
    """Ours without what a test run sets: a stranger's shell has none of it."""
    ours = (
        "DATABASE_URL",
        "REDIS_URL",
        "DJANGO_SETTINGS_MODULE",
        "MAKELEVEL",
        "MAKEFLAGS",
        "DATA_DIR",
        "DEBUG",
        "ARGS",
    )
    kept = {name: value for name, value in os.environ.items() if name not in ours and not name.startswith("PYTEST")}
    return {**kept, "PYTHONUNBUFFERED": "1", **more}


def until(condition: Callable[[], bool], what: str, seconds: float = 60.0) -> None:
    """Wait for something to become true; a failed assertion says what did not."""
    assert processes.wait_until(condition, seconds), f"after {seconds:.0f} s still not: {what}"


def marked(mark: str) -> set[int]:
    """Every living process that carries the mark in its environment, with all its descendants.

    PostgreSQL overwrites the memory that the kernel shows as its environment; it is found as a descendant.
    """
    found: set[int] = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                carries = mark.encode() in (entry / "environ").read_bytes()
            except OSError:
                continue
            if carries:
                found |= family(int(entry.name))
    return {pid for pid in found if processes.alive(pid)}


def family(pid: int) -> set[int]:
    """The process and everything below it."""
    found = {pid}
    for child in processes.children_of(pid):
        found |= family(child)
    return found


def command_of(pid: int) -> str:
    """The command line, as `ps` shows it."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return ""


class Program:
    """A program of ours that runs, with everything it prints."""

    def __init__(self, arguments: list[str], output: Path, **environment: str) -> None:
        self.mark = uuid.uuid4().hex
        self.output = output
        with output.open("wb") as sink:
            self.process = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=ROOT,
                env=clean_environment(**environment, **{MARK: self.mark}),
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        return self.output.read_text(errors="replace")

    def until_says(self, text: str, seconds: float = 120.0) -> None:
        """Wait for a text in what it prints; fail at once when it ends without."""
        processes.wait_until(lambda: text in self.said or self.process.poll() is not None, seconds)
        assert text in self.said, f"did not say {text!r}:\n{self.said}"

    def pids(self) -> set[int]:
        return marked(self.mark)

    def kill(self) -> None:
        """`kill -9`, as a person or the kernel's memory guard would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def clear(self) -> None:
        """Leave nothing behind, whatever the test did."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        processes.wait_until(lambda: not self.pids(), 15)
        for pid in self.pids():
            os.kill(pid, signal.SIGKILL)


def finished(arguments: list[str], seconds: float = 60.0, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run a program of ours to its end."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=clean_environment(**environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=seconds,
    )


def seconds_of(act: Callable[[], object]) -> float:
    """How long something took."""
    began = time.monotonic()
    act()
    return time.monotonic() - began
