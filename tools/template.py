"""One migrated database that every test database is copied from.

Migrating takes most of a minute and each test process would do it again; a copy takes a moment. The template
is kept until a migration or a package changes.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import psycopg2
from psycopg2 import sql

ROOT = Path(__file__).resolve().parents[1]
VARIABLE = "TEST_DATABASE_TEMPLATE"
PREFIX = "template_"


class Unmigrated(Exception):
    """The migrations fail; the message says how."""


def name() -> str:
    """The template's name, from everything that decides what is in it."""
    digest = hashlib.sha256((ROOT / "uv.lock").read_bytes())
    for path in sorted(ROOT.glob("*/migrations/*.py")):
        digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return PREFIX + digest.hexdigest()[:16]


def ensure() -> bool:
    """Make the template unless it is there, and name it in the environment. Returns whether it was made.

    Raises Unmigrated.
    """
    url = os.environ["DATABASE_URL"]
    server, _, _ = url.rpartition("/")
    wanted = name()
    with _Admin(url) as admin:
        known = admin.names()
        fresh = wanted not in known
        if fresh:
            for old in known:
                admin.run("DROP DATABASE IF EXISTS {}", old)
            # Under another name until it is whole: an interrupted one is not taken for a template.
            making = f"{PREFIX}making"
            admin.run("CREATE DATABASE {}", making)
            _migrate(f"{server}/{making}")
            admin.run("ALTER DATABASE {} RENAME TO {}", making, wanted)
    os.environ[VARIABLE] = wanted
    return fresh


def _migrate(url: str) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--noinput", "--verbosity", "0"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.settings"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        raise Unmigrated(f"The migrations fail:\n{done.stdout.rstrip()}")


class _Admin:
    """A connection that makes and removes databases."""

    def __init__(self, url: str) -> None:
        self.line = psycopg2.connect(url)
        self.line.autocommit = True

    def __enter__(self) -> "_Admin":
        return self

    def __exit__(self, *_: object) -> None:
        self.line.close()

    def run(self, statement: str, *names: str) -> None:
        with self.line.cursor() as cursor:
            cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def names(self) -> list[str]:
        with self.line.cursor() as cursor:
            cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
            return [row[0] for row in cursor.fetchall()]
