"""The guard ends what a killed supervisor left, and nothing that ended in order."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from marketplace.embedded import processes
from marketplace.supervisor import guard
from marketplace.supervisor.services import Service
from tests.house.machine import until

GUARD = [sys.executable, "-I", "-S", guard.__file__]
STUBBORN = "trap '' TERM; sleep 600 & while :; do wait; done"


def group(script: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(["/bin/sh", "-c", script], start_new_session=True, stdin=subprocess.DEVNULL)


def test_it_ends_every_process_of_a_group_that_is_left() -> None:
    left, ended = group("sleep 600 & wait"), group("sleep 600 & wait")
    watching = subprocess.Popen(GUARD, stdin=subprocess.PIPE, start_new_session=True)
    assert watching.stdin is not None
    watching.stdin.write(f"+{left.pid}\n+{ended.pid}\n-{ended.pid}\n".encode())
    watching.stdin.flush()
    assert left.poll() is None

    watching.stdin.close()  # what the kernel does when the supervisor is killed

    assert left.wait(20) == -signal.SIGTERM
    assert watching.wait(20) == 0
    until(lambda: not processes.group_alive(left.pid), "the whole group ended", 10)
    assert ended.poll() is None
    processes.signal_group(ended.pid, signal.SIGKILL)
    ended.wait()


def test_it_does_not_wait_for_the_stubborn_for_ever(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    script = tmp_path / "guard.py"
    script.write_text(Path(guard.__file__).read_text().replace("GRACE = 8.0", "GRACE = 0.3"))
    stubborn = group(STUBBORN)
    watching = subprocess.Popen([sys.executable, "-I", "-S", str(script)], stdin=subprocess.PIPE)

    watching.communicate(f"+{stubborn.pid}\n".encode(), timeout=20)

    assert stubborn.wait(20) == -signal.SIGKILL
    until(lambda: not processes.group_alive(stubborn.pid), "the whole group ended", 10)


class _Told:
    """Stands where the guard would, and remembers what it was told."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def tell(self, sign: str, group: int) -> None:
        self.lines.append(f"{sign}{group}")


def test_a_service_that_keeps_ending_is_started_again_ever_later(tmp_path: Path) -> None:
    told = _Told()
    service = Service("Short", "short", ["-c", "print('so short'); raise SystemExit(3)"], lambda _: True, tmp_path)
    waits = []

    for _ in range(4):
        service.start(told)  # type: ignore[arg-type]
        started = service.process
        assert started is not None
        started.wait(20)
        assert service.has_ended()
        assert service.bury(told) == "exit status 3"  # type: ignore[arg-type]
        assert service.due is not None
        waits.append(round(service.due - service.began))
        assert told.lines[-2:] == [f"+{started.pid}", f"-{started.pid}"]

    assert waits == sorted(waits)
    assert waits[-1] >= 5
    assert "so short" in service.last_words()
