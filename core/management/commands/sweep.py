"""Run a sweep by hand."""

import argparse
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core import clock, sweeps


def instant(text: str) -> datetime:
    """An ISO 8601 instant with an offset."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError("give the instant with an offset, such as 2026-03-02T09:00+08:00")
    return moment


class Command(BaseCommand):
    help = "Run a sweep, or every sweep; --dry-run lists what is due and changes nothing."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("name", nargs="?", help="the sweep's name; without it, all")
        parser.add_argument("--at", type=instant, help="the instant to run it for (default: now)")
        parser.add_argument("--dry-run", action="store_true")
        parser.add_argument("--list", action="store_true", help="name the sweeps")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["list"]:
            for sweep in sweeps.all_sweeps():
                self.stdout.write(f"{sweep.name}  §{sweep.clause}  {sweep.title}")
            return
        names = [options["name"]] if options["name"] else [sweep.name for sweep in sweeps.all_sweeps()]
        now = options["at"] or clock.now()
        for name in names:
            try:
                outcome = sweeps.run(name, now, dry_run=options["dry_run"])
            except KeyError:
                raise CommandError(f"there is no sweep {name}; `sweep --list` names them") from None
            if outcome.due is not None:
                rows = f": {', '.join(map(str, outcome.due))}" if outcome.due else ""
                self.stdout.write(f"{name}: {len(outcome.due)} due{rows}")
            else:
                self.stdout.write(f"{name}: {outcome.done} done, {outcome.failed} failed")
