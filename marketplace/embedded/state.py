"""What a keeper tells those who hold its server: one small file, and two locks beside it.

`NAME.users.lock` is held (shared) by everybody who uses the server, and taken exclusively by the keeper
when nobody does. `NAME.keeper.lock` is held by the keeper as long as it lives. The kernel lets go of both
when their process ends, however it ends, so nothing here can go stale.
"""

import fcntl
import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass
class State:
    """The keeper's last word about its server."""

    ready: bool = False
    url: str = ""
    port: int = 0
    pid: int = 0
    keeper: int = 0
    version: str = ""
    restarts: int = 0
    events: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    error: str = ""


@dataclass(frozen=True)
class Files:
    """The files of one server in a data folder."""

    folder: Path
    name: str

    @property
    def state(self) -> Path:
        return self.folder / f"{self.name}.state.json"

    @property
    def users(self) -> Path:
        return self.folder / f"{self.name}.users.lock"

    @property
    def keeper(self) -> Path:
        return self.folder / f"{self.name}.keeper.lock"

    @property
    def port(self) -> Path:
        return self.folder / f"{self.name}.port"

    @property
    def log(self) -> Path:
        return self.folder / "logs" / f"{self.name}.log"

    def read(self) -> State:
        """The last state written; an empty one when there is none."""
        try:
            return State(**json.loads(self.state.read_text()))
        except (OSError, ValueError, TypeError):
            return State()

    def write(self, state: State) -> None:
        """Replace the state in one step, so that a reader never sees half of it."""
        fresh = self.state.with_suffix(".new")
        fresh.write_text(json.dumps(asdict(state), indent=1))
        fresh.replace(self.state)

    def keeper_lives(self) -> bool:
        """Whether a keeper is at work. Asks with a shared lock, which two askers may hold at once."""
        return not try_lock(self.keeper, fcntl.LOCK_SH)


def open_lock(path: Path) -> int:
    """A descriptor for a lock file; closed on exec, so that a lock stays with who took it."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)


def try_lock(path: Path, kind: int) -> bool:
    """Whether the lock could be had this moment. It is let go again at once."""
    descriptor = open_lock(path)
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True
