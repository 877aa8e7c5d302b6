"""The services of a running marketplace: processes that are started, watched, restarted and stopped."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from marketplace.embedded import folders, processes

BACK_OFF = (0.5, 1, 2, 5, 10, 30)
STEADY = 60.0
LOG_LIMIT = 10 * 1024 * 1024


class Guard:
    """Our line to the guard process; see `guard.py`."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(Path(__file__).with_name("guard.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
        )

    def tell(self, sign: str, group: int) -> None:
        """Name a group that exists now ("+") or has ended ("-")."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(f"{sign}{group}\n".encode())
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # noticed by `lives`

    def lives(self) -> bool:
        return self.process.poll() is None

    def dismiss(self) -> None:
        """Let the guard go: it ends what is still listed, which after an orderly stop is nothing."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


@dataclass
class Service:
    """One service: how it is started, and how it is doing."""

    title: str
    name: str
    arguments: list[str]
    ready: Callable[["Service"], bool]
    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    grace: float = 10.0
    process: "subprocess.Popen[bytes] | None" = None
    failures: int = 0
    began: float = 0.0
    due: float | None = None  # when to start it again, while it is down
    announced: bool = True  # whether its return has been said

    @property
    def log(self) -> Path:
        return self.folder / "logs" / f"{self.name}.log"

    @property
    def ready_file(self) -> Path:
        return self.folder / f"{self.name}.ready"

    def start(self, guard: Guard) -> None:
        """Start it in a group of its own, tied to this process, its output in its log."""
        folders.make(self.log.parent)
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".log.1"))
        self.ready_file.unlink(missing_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *self.arguments],
                cwd=folders.ROOT,
                env={**os.environ, **self.environment, "READY_FILE": str(self.ready_file)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=processes.leashed(signal.SIGTERM),
            )
        guard.tell("+", self.process.pid)
        self.began = time.monotonic()
        self.due = None
        self.announced = False

    def is_ready(self) -> bool:
        return self.process is not None and self.process.poll() is None and self.ready(self)

    def has_ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def bury(self, guard: Guard) -> str:
        """After it ended: end what it left behind and plan the next start. Returns how it ended."""
        assert self.process is not None
        processes.signal_group(self.process.pid, signal.SIGKILL)
        processes.wait_until(lambda: not processes.group_alive(self.process.pid), 5.0)  # type: ignore[union-attr]
        guard.tell("-", self.process.pid)
        how = processes.ended_how(self.process.returncode)
        if time.monotonic() - self.began > STEADY:
            self.failures = 0
        self.due = time.monotonic() + BACK_OFF[min(self.failures, len(BACK_OFF) - 1)]
        self.failures += 1
        self.process = None
        return how

    def ask_to_end(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def end(self, guard: Guard, hurried: Callable[[], bool]) -> None:
        """Wait for it to end as asked, then make it, with everything it started. `hurried` cuts the wait."""
        if self.process is None:
            return
        group = self.process.pid
        processes.wait_until(lambda: self.has_ended() or hurried(), self.grace)
        if not self.has_ended():
            processes.signal_group(group, signal.SIGKILL)
            self.process.wait()
        processes.signal_group(group, signal.SIGKILL)
        processes.wait_until(lambda: not processes.group_alive(group), 5.0)
        guard.tell("-", group)
        self.process = None
        self.ready_file.unlink(missing_ok=True)

    def last_words(self) -> str:
        """The end of its log, for a person who asks why it does not start."""
        try:
            lines = [line for line in self.log.read_text(errors="replace").splitlines() if line.strip()]
        except OSError:
            return ""
        return "\n".join(f"    {line}" for line in lines[-8:])
