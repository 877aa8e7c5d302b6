"""The embedded database by hand: `python -m marketplace.embedded url | dump FILE | restore FILE`.

`dump` may run while the marketplace does. `restore` replaces everything, so it wants the marketplace stopped.
"""

import fcntl
import os
import subprocess
import sys
from pathlib import Path

from marketplace.embedded import folders
from marketplace.embedded.errors import ServerError
from marketplace.embedded.holds import Hold, hold
from marketplace.embedded.postgres import installations
from marketplace.embedded.state import open_lock

USAGE = "python -m marketplace.embedded url | dump FILE | restore FILE"


def _tool(name: str, held: Hold) -> Path:
    """The client program of the very release that serves."""
    for each in installations():
        if each.version == held.version:
            return each.bin / name
    raise ServerError(f"PostgreSQL {held.version} is not here any more: run the environment's installation again.")


def _run(*command: str | Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        raise ServerError((done.stderr.strip().splitlines() or ["failed"])[-1])


def dump(held: Hold, file: Path) -> None:
    """Write the whole database, as of this moment, to one compressed file."""
    fresh = file.with_name(file.name + ".part")
    _run(_tool("pg_dump", held), "--format=custom", "--no-owner", f"--file={fresh}", held.url)
    fresh.replace(file)


def restore(held: Hold, file: Path) -> None:
    """Replace the database by what the file holds. Raises ServerError while the marketplace runs."""
    running = open_lock(folders.data_dir() / "run.lock")
    try:
        fcntl.flock(running, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise ServerError("The marketplace runs: stop it first, since a restore replaces everything.") from None
    if not file.exists():
        raise ServerError(f"There is no {file}.")
    server, _, database = held.url.rpartition("/")
    at = f"{server}/postgres"
    # Into a database beside, so that a broken file leaves the old one as it was.
    beside = f"{database}_restored"
    psql = _tool("psql", held)
    _run(psql, "-Xqc", f"DROP DATABASE IF EXISTS {beside}", at)
    _run(psql, "-Xqc", f"CREATE DATABASE {beside}", at)
    restored = f"{server}/{beside}"
    _run(_tool("pg_restore", held), "--exit-on-error", "--no-owner", f"--dbname={restored}", file)
    _run(psql, "-Xqc", f"DROP DATABASE {database} WITH (FORCE)", at)
    _run(psql, "-Xqc", f"ALTER DATABASE {beside} RENAME TO {database}", at)


def main(arguments: list[str]) -> int:
    """Carry out one command."""
    try:
        held = hold("postgres", folders.data_dir(), say=print)
        match arguments:
            case ["url"]:
                print(held.url)
            case ["dump", file]:
                dump(held, Path(file))
            case ["restore", file]:
                restore(held, Path(file))
            case _:
                print(USAGE)
                return 2
    except ServerError as problem:
        print(problem)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
