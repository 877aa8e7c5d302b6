"""`manage.py demo_accounts`: who may sign in to the demo, and with what."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts import demo, selectors


class Command(BaseCommand):
    """Prints the demo's sign-ins; says so where this database holds no demo."""

    help = "Print the sign-ins of the demo marketplace."

    def handle(self, *args: Any, **options: Any) -> None:
        operators, others = selectors.demo_accounts()
        if not operators and not others:
            self.stdout.write("This database holds no demo accounts.")
            return
        self.stdout.write(f"Password of every demo account: {demo.PASSWORD}")
        for user in operators:
            self.stdout.write(f"  {user.email:<30} {user.display_name} ({', '.join(sorted(user.roles))})")
        for user in others:
            self.stdout.write(f"  {user.email:<30} {user.display_name}")
