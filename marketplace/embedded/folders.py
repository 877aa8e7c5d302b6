"""Where the embedded servers keep their data, and who they run as.

PostgreSQL refuses to run as root. Started by root it runs as an account without rights, which must be
able to reach its binaries and its data. The modes of folders above ours are never changed: when the
checkout lies where that account cannot go, a private folder elsewhere is used and said.
"""

import hashlib
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marketplace.embedded.errors import ServerError

ROOT = Path(__file__).resolve().parents[2]
_NOBODY = 65534


def data_dir() -> Path:
    """The folder of everything that the project keeps on this machine: `DATA_DIR`, else `.data/`."""
    return Path(os.environ.get("DATA_DIR") or ROOT / ".data").resolve()


@dataclass(frozen=True)
class Account:
    """The operating system's account that a server runs as."""

    uid: int
    gid: int

    def popen_options(self) -> dict[str, Any]:
        """What `subprocess` needs to start a process as this account."""
        if os.geteuid() == self.uid:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can_enter(self, folder: Path) -> bool:
        """Whether the account can reach the folder and list it. Tried for real, not guessed from modes."""
        if os.geteuid() == self.uid:
            return os.access(folder, os.R_OK | os.X_OK)
        try:
            tried = subprocess.run(
                ["/bin/sh", "-c", 'test -r "$1" && cd "$1"', "sh", str(folder)],
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                **self.popen_options(),
            )
        except (OSError, subprocess.SubprocessError) as problem:
            raise ServerError(
                f"PostgreSQL does not run as root, and no other account can be used here ({problem}): "
                "start as an ordinary user, or set DATABASE_URL."
            ) from None
        return tried.returncode == 0

    def owns(self, folder: Path) -> None:
        """Give the folder to the account, for itself only."""
        folder.chmod(0o700)
        if os.geteuid() != self.uid:
            os.chown(folder, self.uid, self.gid)


def server_account() -> Account:
    """Whoever we are; an account without rights when we are root."""
    if os.geteuid() == 0:
        return Account(_NOBODY, _NOBODY)
    return Account(os.geteuid(), os.getegid())


def private_folder(purpose: Path) -> Path:
    """A folder outside the checkout that belongs to `purpose` alone, for what must lie elsewhere."""
    key = hashlib.sha256(str(purpose).encode()).hexdigest()[:12]
    for base in (Path("/var/lib"), Path(tempfile.gettempdir())):
        if os.access(base, os.W_OK | os.X_OK):
            folder = base / "cloud-marketplace" / key
            folder.mkdir(parents=True, exist_ok=True)
            folder.parent.chmod(0o755)
            folder.chmod(0o755)
            return folder
    raise ServerError("No folder to keep the database in: set DATA_DIR to one that can be written.")


def make(folder: Path) -> Path:
    """Make one of our own folders; others may pass through it, since a server may run as another."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if folder.stat().st_uid == os.geteuid():
            folder.chmod(0o755)
    except OSError as problem:
        raise ServerError(f"{folder} cannot be used ({problem.strerror}): set DATA_DIR to another.") from None
    return folder


def reachable_copy(tree: Path, into: Path) -> Path:
    """Copy a folder to where other accounts can read it; finished copies are used again."""
    target = into / tree.name
    if not target.exists():
        fresh = into / f"{tree.name}.new"
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.copytree(tree, fresh, symlinks=True)
        for path in [fresh, *fresh.rglob("*")]:
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        fresh.rename(target)
    return target
