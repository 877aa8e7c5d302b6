"""Put the beat table in place."""

from typing import Any

from django.core.management.base import BaseCommand

from core.schedule import load_schedule


class Command(BaseCommand):
    help = "Write the periodic tasks of the outbox and of every sweep; an operator's changes to them are kept."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{load_schedule()} periodic tasks")
