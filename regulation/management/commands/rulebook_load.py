"""`manage.py rulebook_load`: bring the shipped rulebook versions into the database, each once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core import clock
from core.errors import Conflict
from regulation.services import rulebook_load


class Command(BaseCommand):
    help = "Load the shipped versions of the rulebook that the database does not have yet."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            loaded = rulebook_load(now=clock.now())
        except Conflict as error:
            raise CommandError(str(error)) from None
        self.stdout.write("\n".join(f"loaded {name}" for name in loaded) or "nothing new to load")
