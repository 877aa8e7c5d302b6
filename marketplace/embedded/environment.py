"""The environment that the settings read, filled in where a machine has nothing of its own."""

import os
import sys
from pathlib import Path

from marketplace.embedded import folders
from marketplace.embedded.errors import ServerError
from marketplace.embedded.holds import Hold, hold, is_running
from marketplace.embedded.state import Files

VARIABLES = {"postgres": "DATABASE_URL", "redis": "REDIS_URL"}

# Commands that never open a connection: they do not start a server, but use one that is running.
WITHOUT_SERVERS = {
    *("", "help", "version", "--help", "-h", "--version", "check", "clauses_doc", "collectstatic", "compilemessages"),
    *("diagrams", "diffsettings", "findstatic", "makemessages", "spectacular", "startapp"),
}
# Commands that ask a database which is there, and do without where none was ever made.
WITH_WHAT_IS_THERE = {"decide"}

# Ports that nothing listens on: a command that does connect says so instead of finding another's server.
NOWHERE = {
    "postgres": "postgres://postgres@127.0.0.1:1/marketplace",
    "redis": "redis://127.0.0.1:1/0",
}

_held: list[Hold] = []


def take(folder: Path, profile: str = "lasting") -> list[Hold]:
    """Hold the embedded servers that no variable replaces, and name them in the environment.

    Raises ServerError.
    """
    taken = []
    for name, variable in VARIABLES.items():
        if not os.environ.get(variable):
            held = hold(name, folder, profile, say=lambda line: print(line, file=sys.stderr))
            os.environ[variable] = held.url
            taken.append(held)
    return taken


def prepare(arguments: list[str]) -> None:
    """For `manage.py`: see to it that the servers its command needs are there, until this process ends."""
    command = arguments[1] if len(arguments) > 1 else ""
    folder = folders.data_dir()
    if command in WITHOUT_SERVERS or "--help" in arguments[2:] or "-h" in arguments[2:]:
        _do_without(folder)
    elif command in WITH_WHAT_IS_THERE:
        try:
            _held.extend(take(folder) if Files(folder, "postgres").port.exists() else [])
        except ServerError as problem:
            print(problem, file=sys.stderr)
        _do_without(folder)
    try:
        _held.extend(take(folder))
    except ServerError as problem:
        sys.exit(str(problem))


def _do_without(folder: Path) -> None:
    """Name a place where nothing listens for each server that is neither named nor running."""
    for name, variable in VARIABLES.items():
        if not os.environ.get(variable) and not is_running(name, folder):
            os.environ[variable] = NOWHERE[name]
