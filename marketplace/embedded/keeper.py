"""The keeper of one embedded server: starts it, restarts it when it dies, stops it when nobody needs it.

Runs as a process of its own (`python -m marketplace.embedded.keeper NAME FOLDER PROFILE`), so that the
server serves several holders and ends with the last of them.
"""

import fcntl
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Protocol

from marketplace.embedded import folders, ports, processes
from marketplace.embedded.errors import ServerError
from marketplace.embedded.postgres import Postgres
from marketplace.embedded.redis import Redis
from marketplace.embedded.state import Files, State, open_lock

BACK_OFF = (0.2, 0.5, 1, 2, 5, 10, 30)
STEADY = 60.0  # seconds of service after which earlier failures are forgotten
STARTS = 4  # failures in a row, before it ever answered, after which it is given up
LOG_LIMIT = 10 * 1024 * 1024


class Server(Protocol):
    """What a keeper keeps."""

    title: str
    first_port: int
    stop_signal: signal.Signals
    process_name: str
    data: Path
    version: str
    notes: list[str]

    def __init__(self, folder: Path, profile: str) -> None: ...
    def url(self, port: int) -> str: ...
    def prepare(self) -> None: ...
    def spawn(self, port: int, log: int) -> "subprocess.Popen[bytes]": ...
    def answers(self, port: int) -> bool: ...
    def finish(self, port: int) -> None: ...


SERVERS: dict[str, type[Server]] = {"postgres": Postgres, "redis": Redis}


class Keeper:
    """One server, kept."""

    def __init__(self, name: str, folder: Path, profile: str) -> None:
        self.files = Files(folder, name)
        self.server_type = SERVERS[name]
        self.profile = profile
        self.ending = False
        self.state = State(keeper=os.getpid())
        self.child: subprocess.Popen[bytes] | None = None
        self.wake_read, self.wake_write = os.pipe()
        os.set_blocking(self.wake_write, False)
        os.set_blocking(self.wake_read, False)

    def run(self) -> int:
        """Keep the server until nobody holds it. Returns the exit status."""
        self._listen()
        previous = self.files.read()
        self.log = self._open_log()
        try:
            self.server = self.server_type(self.files.folder, self.profile)
            self._clear(previous)
            self.server.prepare()
            self.state.version, self.state.notes = self.server.version, self.server.notes
            self._serve()
        except ServerError as problem:
            self.state.error = str(problem)
            self.state.ready = False
            self.files.write(self.state)
            return 1
        finally:
            self._stop()
        self.state.ready = False
        self.files.write(self.state)
        return 0

    def _open_log(self) -> int:
        """The server's log, put aside when it has grown large."""
        log = self.files.log
        folders.make(log.parent)
        if log.exists() and log.stat().st_size > LOG_LIMIT:
            log.replace(log.with_suffix(".log.1"))
        return os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)

    def _listen(self) -> None:
        """Be woken by a child's end, by SIGTERM, and by the last holder's going."""
        signal.set_wakeup_fd(self.wake_write, warn_on_full_buffer=False)
        for unwanted in (signal.SIGINT, signal.SIGHUP):
            signal.signal(unwanted, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, self._end)
        processes.adopt_orphans()
        threading.Thread(target=self._await_disuse, daemon=True).start()

    def _end(self, *_: object) -> None:
        self.ending = True

    def _await_disuse(self) -> None:
        """Wait until no user is left, then keep new ones waiting until this process has gone."""
        users = open_lock(self.files.users)
        fcntl.flock(users, fcntl.LOCK_EX)
        self.ending = True
        os.write(self.wake_write, b"!")

    def _pause(self, seconds: float) -> None:
        """Sleep, but wake for anything that happens."""
        with selectors.DefaultSelector() as waiting:
            waiting.register(self.wake_read, selectors.EVENT_READ)
            if waiting.select(seconds):
                os.read(self.wake_read, 4096)

    def _clear(self, previous: State) -> None:
        """A server whose keeper was killed may still be on its way out, or never have noticed."""
        pid = previous.pid
        if not pid or processes.name_of(pid) != self.server.process_name:
            return
        for sig, patience in ((self.server.stop_signal, 10.0), (signal.SIGQUIT, 3.0), (signal.SIGKILL, 3.0)):
            try:
                os.kill(pid, sig)
            except ProcessLookupError:
                return
            if processes.wait_until(lambda: not processes.alive(pid), patience):
                return

    def _serve(self) -> None:
        failures = 0
        answered = False
        while not self.ending:
            port = ports.choose(self.files.port, self.server.first_port)
            self.child = self.server.spawn(port, self.log)
            self.state.port, self.state.pid, self.state.url = port, self.child.pid, self.server.url(port)
            self.files.write(self.state)
            began = time.monotonic()
            if self._await_answer(port):
                self.server.finish(port)
                self.state.ready = answered = True
                if self.state.restarts:
                    self._say(f"started again in {time.monotonic() - began:.1f} s")
                self.files.write(self.state)
                while not self.ending and self.child.poll() is None:
                    self._pause(5.0)
                    processes.reap_orphans(keep=self.child.pid)
            if self.ending:
                return
            if time.monotonic() - began > STEADY:
                failures = 0
            how = processes.ended_how(self.child.wait())
            self._sweep_remains()
            failures += 1
            if not answered and failures >= STARTS:
                raise ServerError(
                    f"{self.server.title} does not start ({how}): {self._last_words()}. Where {self.server.data} is "
                    "damaged: move it away to start anew, or restore a backup (docs/operations.md)."
                )
            self.state.ready = False
            self.state.restarts += 1
            self._say(f"ended by {how}")
            self._pause(BACK_OFF[min(failures, len(BACK_OFF)) - 1])

    def _await_answer(self, port: int) -> bool:
        """Wait as long as the process lives: recovery after a crash takes as long as it takes."""
        assert self.child is not None
        while not self.ending and self.child.poll() is None:
            if self.server.answers(port):
                return True
            self._pause(0.05)
        return False

    def _say(self, what: str) -> None:
        self.state.events = [*self.state.events[-19:], f"{time.time():.3f} {what}"]
        self.files.write(self.state)

    def _last_words(self) -> str:
        lines = [line for line in self.files.log.read_text(errors="replace").splitlines() if line.strip()]
        # Whoever asks while it starts is refused with a FATAL of his own, which says nothing of why it does not.
        said = [line for line in lines[-40:] if "the database system is starting up" not in line]
        telling = [line for line in said if "PANIC" in line or "FATAL" in line or "rror" in line]
        return f"{(telling or lines or ['it said nothing'])[-1].strip()} (log: {self.files.log})"

    def _sweep_remains(self) -> None:
        """What a killed server leaves behind would keep its successor from starting."""
        for pid in processes.children_of(os.getpid()):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        processes.wait_until(lambda: not self._remains(), 5.0)

    def _remains(self) -> list[int]:
        processes.reap_orphans(keep=None)
        return processes.children_of(os.getpid())

    def _stop(self) -> None:
        if self.child is None or self.child.poll() is not None:
            return
        for sig, patience in ((self.server.stop_signal, 20.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
            self.child.send_signal(sig)
            if processes.wait_until(lambda: self.child.poll() is not None, patience):  # type: ignore[union-attr]
                break
        self._sweep_remains()


def main(name: str, folder: str, profile: str) -> int:
    """Keep the server NAME of FOLDER unless another keeper already does."""
    files = Files(Path(folder), name)
    held = open_lock(files.keeper)
    # Somebody who only asks whether a keeper lives holds the lock for an instant: try for a moment.
    for _ in range(20):
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            time.sleep(0.01)
    else:
        return 0
    return Keeper(name, Path(folder), profile).run()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
