"""`make bench`: the benchmarks, each beside its bare SQL. `NAME` and `SIZE` choose one and how large."""

import os
import subprocess
import sys
from pathlib import Path

from marketplace.embedded import environment, folders
from marketplace.embedded.errors import ServerError
from tools.translations import compile_stale

ROOT = Path(__file__).resolve().parents[1]


def names() -> list[str]:
    """The benchmarks: modules of `benchmarks/` that can be run."""
    modules = sorted(path for path in (ROOT / "benchmarks").glob("[a-z]*.py"))
    return [path.stem for path in modules if "__main__" in path.read_text()]


def main() -> int:
    """Run one benchmark or all of them at a small size; the exit status says whether one failed."""
    wanted = os.environ.get("NAME", "")
    known = names()
    if wanted and wanted not in known:
        print(f"No benchmark is called {wanted!r}; there are: {', '.join(known)}.")
        return 1
    try:
        environment.take(folders.data_dir() / "bench")
    except ServerError as problem:
        print(problem)
        return 1
    compile_stale()
    manage = [sys.executable, "manage.py"]
    for command in (["migrate", "--verbosity", "0"], ["rulebook_load", "--verbosity", "0"]):
        if subprocess.run([*manage, *command], cwd=ROOT).returncode:
            return 1
    size = os.environ.get("SIZE", "")
    failed = []
    for name in [wanted] if wanted else known:
        print(f"\n== {name}", flush=True)
        command = [sys.executable, "-m", f"benchmarks.{name}", *(["--size", size] if size else [])]
        if subprocess.run(command, cwd=ROOT).returncode:
            failed.append(name)
    if failed:
        print(f"\nFailed: {', '.join(failed)}.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
