"""Keep the agreements that are shipped with the platform: `python manage.py agreements_load`. Safe to repeat."""

from typing import Any

from django.core.management.base import BaseCommand

from core import clock
from core.acts import SYSTEM
from providers.services import agreement_texts_load


class Command(BaseCommand):
    help = "Keeps the agreements that are shipped with the platform, each version once."

    def handle(self, *args: Any, **options: Any) -> None:
        made = agreement_texts_load(actor=SYSTEM, now=clock.now())
        self.stdout.write(f"{made} new agreement texts")
