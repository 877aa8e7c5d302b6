"""Whether the committed styles and scripts are those that a rebuild makes: `python -m tools.styles`.

Node comes from its wheel in `.venv`, so nothing has to be installed on the machine.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUILT = ROOT / "static"
STAMP = ROOT / "node_modules" / ".installed"


def _prints(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(ROOT)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _npm(*arguments: str) -> bool:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    done = subprocess.run(
        ["npm", *arguments],
        cwd=ROOT,
        env={**os.environ, "PATH": path, "npm_config_fund": "false", "npm_config_audit": "false"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        print(done.stdout)
    return done.returncode == 0


def main() -> int:
    """Rebuild and compare; the exit status says whether anything changed."""
    lock = hashlib.sha256((ROOT / "package-lock.json").read_bytes()).hexdigest()
    if not STAMP.exists() or STAMP.read_text() != lock:
        # Not `npm ci`: it wants the lock to name the native parts of every platform, also of those that a
        # registry does not offer. `--no-save` installs what the lock names and leaves the lock as it is.
        if not _npm("install", "--no-save", "--ignore-scripts"):
            return 1
        STAMP.write_text(lock)
    before = _prints(BUILT)
    if not _npm("run", "build"):
        return 1
    after = _prints(BUILT)
    changed = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    for name in changed:
        print(f"{name}: a rebuild changes it; commit what is there now")
    return 1 if changed else 0


if __name__ == "__main__":
    sys.exit(main())
