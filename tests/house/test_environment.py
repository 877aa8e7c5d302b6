"""The environment is made by a Python that really runs, and made again only when something changed."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools import environment

ROOT = Path(__file__).resolve().parents[2]


def program(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def test_a_shim_that_leads_nowhere_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("python3.12", "python3.11", "python3"):
        program(tmp_path, name, "echo 'pyenv: command not found' >&2; exit 127")
    real = program(tmp_path, "python", f'exec "{sys.executable}" "$@"')
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(sys, "executable", "")

    version, path = environment.find_python()

    assert version.startswith(("3.11.", "3.12."))
    assert os.access(path, os.X_OK)
    assert real.exists()


def test_with_no_fitting_python_the_way_out_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    too_new = program(tmp_path, "python3", """echo '[[3, 14, 0], "/somewhere/python3.14"]'""")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(too_new))
    monkeypatch.setattr(environment.glob, "glob", lambda pattern: [])

    with pytest.raises(environment.Unprepared, match=r"No Python 3\.11 or 3\.12 runs here: install one"):
        environment.find_python()


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout whose environment is in place, and whose every further installation is an error."""
    for name in ("uv.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    venv = tmp_path / ".venv"
    (venv / "bin").mkdir(parents=True)
    program(venv / "bin", "python", "exit 0")
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    monkeypatch.setattr(environment, "VENV", venv)
    monkeypatch.setattr(environment, "STAMP", venv / ".prepared.json")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    environment.STAMP.write_text(json.dumps({"inputs": environment._inputs(), "groups": ["dev", "embedded"]}))

    def refuse(*_: object) -> tuple[str, str]:
        raise environment.Unprepared("looked for a Python")

    monkeypatch.setattr(environment, "find_python", refuse)
    return tmp_path


def test_what_is_in_place_is_not_made_again(made: Path) -> None:
    assert environment.prepare({"embedded"}) == made / ".venv" / "bin" / "python"
    assert environment.prepare({"embedded", "dev"}) == made / ".venv" / "bin" / "python"


@pytest.mark.parametrize("changed", ["uv.lock", "pyproject.toml"])
def test_a_changed_lock_is_installed(made: Path, changed: str) -> None:
    (made / changed).write_text((made / changed).read_text() + "\n# changed\n")

    with pytest.raises(environment.Unprepared, match="looked for a Python"):
        environment.prepare({"embedded"})


def test_a_group_that_is_missing_is_installed(made: Path) -> None:
    environment.STAMP.write_text(json.dumps({"inputs": environment._inputs(), "groups": ["embedded"]}))

    assert environment.prepare({"embedded"})
    with pytest.raises(environment.Unprepared, match="looked for a Python"):
        environment.prepare({"embedded", "dev"})


def test_with_both_servers_named_the_embedded_ones_are_not_fetched(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment.STAMP.write_text(json.dumps({"inputs": environment._inputs(), "groups": []}))
    monkeypatch.setenv("DATABASE_URL", "postgres://elsewhere/market")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere/0")

    assert environment.prepare({"embedded"})


def test_the_one_script_says_what_it_can_do() -> None:
    helped = subprocess.run([sys.executable, "launch.py"], cwd=ROOT, capture_output=True, text=True)
    strange = subprocess.run([sys.executable, "launch.py", "fly"], cwd=ROOT, capture_output=True, text=True)

    assert helped.returncode == 0
    assert all(f"make {command}" in helped.stdout for command in ("run", "test", "check", "bench", "install"))
    assert strange.returncode == 1
    assert "'fly'" in strange.stderr
