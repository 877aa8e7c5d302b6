"""The steps that need Django, in one process so that it loads once: translations, migrations, rulebook, beat's table,
demo, sign-ins.

Writes one JSON object a line to its standard output for the supervisor: `{"step": title}` when a step
begins, `{"line": text}` for what it says, `{"done": detail}` at its end, `{"failed": text}` when it fails,
`{"accounts": text}` last. Everything else goes to standard error, a log.
"""

import io
import json
import logging
import os
import sys
import traceback
from collections.abc import Callable

from tools.translations import compile_stale

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")


class _Teller(io.TextIOBase):
    """A stream that passes on each whole line."""

    def __init__(self, pass_on: Callable[[str], object]) -> None:
        self.pass_on = pass_on
        self.rest = ""

    def write(self, text: str) -> int:
        *lines, self.rest = (self.rest + text).split("\n")
        for line in filter(None, (line.strip() for line in lines)):
            self.pass_on(line)
        return len(text)


def _emit(**event: str) -> None:
    print(json.dumps(event, ensure_ascii=False), file=sys.__stdout__, flush=True)


def _migrate(stream: _Teller) -> str:
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    call_command("migrate", interactive=False, stdout=stream, verbosity=1 if missing else 0)
    return f"{missing} applied" if missing else "up to date"


def _command(name: str, *arguments: str) -> Callable[[_Teller], str]:
    def run(stream: _Teller) -> str:
        from django.core.management import call_command

        said: list[str] = []

        def both_ways(line: str) -> None:
            said.append(line)
            stream.pass_on(line)

        both = _Teller(both_ways)
        call_command(name, *arguments, stdout=both)
        return said[-1] if said else ""

    return run


STEPS: list[tuple[str, Callable[[_Teller], str]]] = [
    ("Migrations", _migrate),
    ("Rulebook", _command("rulebook_load")),
    ("Agreements", _command("agreements_load")),
    ("Categories", _command("categories_load")),
    ("Schedule", _command("schedule_load")),
    ("Demo marketplace", _command("seed_demo", "--if-empty")),
]


def main() -> int:
    """Carry the steps out in order; the first that fails ends the process."""
    try:
        # Before Django reads them: a fresh clone has none, and a change of the texts is seen at the next start.
        if made := compile_stale():
            _emit(step="Translations")
            _emit(done=f"{made} compiled")
        _emit(step="Application")
        import django

        django.setup()
        logging.getLogger().setLevel(logging.WARNING)
        _emit(done="")
        for title, step in STEPS:
            _emit(step=title)
            _emit(done=step(_Teller(lambda line: _emit(line=line))))
        _emit(accounts=_accounts())
    except Exception as problem:
        traceback.print_exc()
        _emit(failed=f"{type(problem).__name__}: {str(problem).strip().splitlines()[0] if str(problem) else ''}")
        return 1
    return 0


def _accounts() -> str:
    """The demo's sign-ins as its own command prints them."""
    from django.core.management import call_command, get_commands

    if "demo_accounts" not in get_commands():
        return ""
    said = io.StringIO()
    call_command("demo_accounts", stdout=said)
    return said.getvalue().rstrip()


if __name__ == "__main__":
    sys.exit(main())
