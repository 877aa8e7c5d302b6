"""`manage.py audit_verify`: check every decision, every audit row and every seal."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from regulation.services.verification import Checked, misfits


class Command(BaseCommand):
    """Exits 1 and names the first row that does not fit: its table, its number, its subject, and what is wrong."""

    help = "Verify the audit trail. --anchor checks that a seal kept elsewhere is still there."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--anchor", metavar="NUMBER:HASH", help="a seal that an earlier run printed")
        parser.add_argument("--all", action="store_true", help="name every row that does not fit, not just the first")

    def handle(self, *args: Any, **options: Any) -> None:
        checked = Checked()
        found = 0
        for misfit in misfits(checked, anchor=_anchor(options["anchor"])):
            self.stderr.write(str(misfit), style_func=str)
            found += 1
            if not options["all"]:
                break
        if found:
            raise SystemExit(1)
        self.stdout.write(
            f"{checked.decisions} decisions, {checked.audit} audit rows, {checked.seals} seals and {checked.rulebooks} "
            f"rulebook versions fit; last seal {checked.head or 'none yet'}"
        )


def _anchor(text: str | None) -> tuple[int, str] | None:
    if text is None:
        return None
    number, _, digest = text.partition(":")
    if not number.isdigit() or len(digest) != 64:
        raise CommandError("--anchor is NUMBER:HASH as a run without it prints")
    return int(number), digest.lower()
