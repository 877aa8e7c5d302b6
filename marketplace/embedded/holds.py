"""Holding an embedded server: it runs as long as somebody holds it, and ends with the last holder."""

import contextlib
import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from marketplace.embedded import folders, processes
from marketplace.embedded.errors import ServerError
from marketplace.embedded.state import Files, State, open_lock

PATIENCE = 60.0

# `marketplace/__init__.py` loads Celery, which a keeper has no use for: it gets a bare package instead,
# starts in a tenth of the time and holds a fifth of the memory.
_START_KEEPER = """
import sys, types
package = types.ModuleType("marketplace")
package.__path__ = [sys.argv[1]]
sys.modules["marketplace"] = package
from marketplace.embedded.keeper import main
sys.exit(main(*sys.argv[2:]))
"""


@dataclass
class Hold:
    """A server in use. `url` says where; the server may end once `release` was called."""

    files: Files
    lock: int
    url: str
    version: str
    notes: list[str]

    def state(self) -> State:
        """The keeper's last word."""
        return self.files.read()

    def release(self) -> None:
        """Let go; the last one to do so ends the server."""
        with contextlib.suppress(OSError):
            os.close(self.lock)


def is_running(name: str, folder: Path) -> bool:
    """Whether the server is up, without starting it."""
    files = Files(folder, name)
    if not files.keeper.exists() or not files.keeper_lives():
        return False
    state = files.read()
    return state.ready and processes.alive(state.keeper)


def start_keeper(files: Files, profile: str) -> "subprocess.Popen[bytes]":
    """Start a keeper in a session of its own: Ctrl-C at a terminal is not meant for it."""
    folders.make(files.log.parent)
    with files.log.open("ab") as log:
        return subprocess.Popen(
            [
                sys.executable,
                "-c",
                _START_KEEPER,
                str(folders.ROOT / "marketplace"),
                files.name,
                str(files.folder),
                profile,
            ],
            cwd=folders.ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def hold(name: str, folder: Path, profile: str = "lasting", say: Callable[[str], None] = lambda line: None) -> Hold:
    """Use the server `name` ("postgres" or "redis") over the data in `folder`, starting it when needed.

    `profile` "throwaway" trades safety from power loss for speed, for tests. Raises ServerError.
    """
    folders.make(folder)
    files = Files(folder, name)
    lock = open_lock(files.users)
    fcntl.flock(lock, fcntl.LOCK_SH)  # waits for a keeper that is just stopping its server
    keeper: subprocess.Popen[bytes] | None = None
    began = time.monotonic()
    try:
        while True:
            if files.keeper_lives():
                state = files.read()
                if state.ready and processes.alive(state.keeper):  # not the last word of one that was killed
                    for note in state.notes:
                        say(note)
                    return Hold(files, lock, state.url, state.version, state.notes)
            elif keeper is None:
                keeper = start_keeper(files, profile)
            elif keeper.poll() not in (None, 0):
                state = files.read()
                raise ServerError(state.error or f"{name} cannot be started: see {files.log}")
            elif keeper.poll() == 0:  # another keeper was quicker, and has gone since
                keeper = None
            if time.monotonic() - began > PATIENCE and not _recovering(files):
                raise ServerError(f"{name} does not answer after {PATIENCE:.0f} s: see {files.log}")
            time.sleep(0.03)
    except BaseException:
        os.close(lock)
        raise


def _recovering(files: Files) -> bool:
    """After a crash PostgreSQL replays its journal first; that may take long and is no failure."""
    try:
        return "starting up" in files.log.read_text(errors="replace")[-2000:]
    except OSError:
        return False
