"""Prove the books."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ledger.selectors import verification


class Command(BaseCommand):
    help = "Prove the books: balances, holds, hashes, reversals, and money in against money out and held."

    def handle(self, *args: Any, **options: Any) -> None:
        misfits = verification.verify()
        if misfits:
            raise CommandError("the books do not fit\n" + "\n".join(map(str, misfits)), returncode=1)
        transactions, entries = verification.counts()
        self.stdout.write(f"the books fit: {transactions} transactions, {entries} entries")
