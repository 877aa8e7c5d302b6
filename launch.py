#!/usr/bin/env python3
"""The one way in: python3 launch.py run|test|check|bench|install (the Makefile calls it).

Needs Python 3.11 or 3.12 somewhere on the machine and nothing else; standard library only.
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
HELP = """\
make run       start the marketplace: database, broker, web, worker, beat (PORT=8001 for another port)
make test      the whole test suite, browser journeys included (ARGS='tests/ledger -x' for a part)
make check     linters, types, import directions, migrations, translations, templates, styles
make bench     the benchmarks at a small size (NAME=orders SIZE=100000 for one)
make install   only prepare the environment in .venv

Without make: python3 launch.py run|test|check|bench|install
"""
# What each command needs beside the packages of the product, and the module that carries it out.
COMMANDS = {
    "run": ({"embedded"}, "marketplace.supervisor"),
    "test": ({"embedded", "dev"}, "tools.suite"),
    "check": ({"embedded", "dev"}, "tools.checks"),
    "bench": ({"embedded", "dev"}, "tools.bench"),
    "install": ({"embedded", "dev"}, "tools.translations"),
}


def main() -> None:
    """Prepare the environment, then become the command."""
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    if command in ("help", "-h", "--help"):
        print(HELP, end="")
        return
    if command not in COMMANDS:
        sys.exit(f"launch.py does not know {command!r}.\n{HELP}")
    sys.path.insert(0, str(ROOT))
    os.chdir(ROOT)
    from tools import environment

    groups, module = COMMANDS[command]
    try:
        python = environment.prepare(groups)
    except environment.Unprepared as problem:
        sys.exit(str(problem))
    except KeyboardInterrupt:
        sys.exit(130)
    os.environ["PYTHONUNBUFFERED"] = "1"
    # Our own processes are many and import the same thousands of modules: compiled once, not in each.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    # Become the command, so that signals and the process id mean what they seem to.
    os.execv(python, [str(python), "-m", module, *sys.argv[2:]])


if __name__ == "__main__":
    main()
