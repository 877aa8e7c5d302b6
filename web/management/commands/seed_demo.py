"""`manage.py seed_demo`: a marketplace with a year behind it."""

import gc
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.test.utils import override_settings

from accounts.models import User
from core import clock
from providers.models import Provider
from web.demo.seeding import FULL, SMALL, seed


class Command(BaseCommand):
    """Fills an empty database with the demo; one that holds anybody or anything is left as it is."""

    help = "Fill an empty database with the demo marketplace."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="say nothing worse than that there is no need")
        parser.add_argument("--small", action="store_true", help="a few providers and products only, for tests")

    def handle(self, *args: Any, **options: Any) -> None:
        if User.objects.exists() or Provider.objects.exists():
            if options["if_empty"]:
                self.stdout.write("The database holds data already; no demo is added.")
                return
            raise SystemExit(
                "seed_demo: this database holds accounts already, and the demo is made for an empty one only. "
                "Create another database, or run it with --if-empty to pass over this step."
            )
        began = time.monotonic()

        def say(line: str) -> None:
            if options["verbosity"] > 0:
                self.stdout.write(f"  {line} ({time.monotonic() - began:.0f} s)")
                self.stdout.flush()

        # Nobody is woken for each message of a year; the dispatcher finds what is left by itself. Nor does anybody read
        # the log of its statements, which development keeps of every query.
        # Much is made and kept for a while, so looking for garbage again and again only costs time.
        gc.disable()
        try:
            with override_settings(OUTBOX_NUDGE=False, DEBUG=False):
                made = seed(now=clock.now(), size=SMALL if options["small"] else FULL, say=say)
        finally:
            gc.enable()
        self.stdout.write(
            f"Demo marketplace: {made.providers} providers, {made.products} products on sale, {made.orders} orders "
            f"({time.monotonic() - began:.0f} s)."
        )
