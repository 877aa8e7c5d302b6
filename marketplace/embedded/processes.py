"""Processes that do not outlive the one that needs them."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_LINUX = sys.platform.startswith("linux")
# Loaded once, before any fork: a child between fork and exec must not take the loader's locks.
_LIBC = ctypes.CDLL(None, use_errno=True) if _LINUX else None


def die_with_parent(sig: int = signal.SIGKILL) -> None:
    """Ask the kernel to send `sig` to this process when the thread that started it ends (Linux)."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, int(sig), 0, 0, 0)


def leashed(sig: int) -> Callable[[], None]:
    """A `preexec_fn` that ties the child's life to this process.

    Start such a child from the main thread: the kernel counts the death of the starting *thread*.
    """
    parent = os.getpid()

    def tie() -> None:
        die_with_parent(sig)
        if os.getppid() != parent:  # the parent went away between fork and prctl
            os._exit(1)

    return tie


def adopt_orphans() -> None:
    """Become the parent of whatever this process's descendants leave behind (Linux)."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def children_of(pid: int) -> list[int]:
    """Process ids whose parent is `pid`."""
    if not _LINUX:
        listing = subprocess.run(["ps", "-axo", "pid=,ppid="], capture_output=True, text=True).stdout
        rows = [line.split() for line in listing.splitlines()]
        return [int(row[0]) for row in rows if len(row) == 2 and int(row[1]) == pid]
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
            except OSError:
                continue
            # The name in parentheses may hold spaces; the parent is the second field after it.
            if int(stat.rpartition(")")[2].split()[1]) == pid:
                found.append(int(entry.name))
    return found


def name_of(pid: int) -> str:
    """The program's short name, or an empty text when there is no such process."""
    if _LINUX:
        try:
            return Path(f"/proc/{pid}/comm").read_text().strip()
        except OSError:
            return ""
    listing = subprocess.run(["ps", "-o", "comm=", "-p", str(pid)], capture_output=True, text=True)
    return os.path.basename(listing.stdout.strip())


def alive(pid: int) -> bool:
    """Whether the process exists and is not merely waiting to be reaped."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    if _LINUX:
        try:
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        except OSError:
            return False
    return True


def group_alive(group: int) -> bool:
    """Whether any process of the group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def signal_group(group: int, sig: int) -> None:
    """Send `sig` to every process of the group that still exists."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, sig)


def wait_until(condition: Callable[[], bool], seconds: float, step: float = 0.05) -> bool:
    """Poll `condition` until it holds; False when `seconds` have passed without."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= deadline:
            return False
        time.sleep(step)
    return True


def reap_orphans(keep: int | None) -> None:
    """Collect the exit statuses of adopted children, leaving the child `keep` to its owner."""
    while True:
        try:
            seen = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return
        if seen is None or seen.si_pid == keep:
            return
        os.waitpid(seen.si_pid, os.WNOHANG)


def ended_how(code: int) -> str:
    """A return code in words: `exit status 1`, `signal SIGKILL`."""
    if code < 0:
        try:
            return f"signal {signal.Signals(-code).name}"
        except ValueError:
            return f"signal {-code}"
    return f"exit status {code}"
