"""Put the shipped categories in place."""

from typing import Any

from django.core.management.base import BaseCommand

from catalog.services.categories import categories_load
from core import clock


class Command(BaseCommand):
    help = "Write the shipped categories (clause 4); safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{categories_load(now=clock.now())} categories")
