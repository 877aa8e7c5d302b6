"""`manage.py operator_create`: the first operators of an installation."""

import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import services
from accounts.types import Role
from core import clock
from core.acts import SYSTEM, act
from core.errors import DomainError


class Command(BaseCommand):
    """Opens an operator's account; the password is asked for, or read from standard input."""

    help = "Open an operator's account with its roles."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", default="", help="display name")
        parser.add_argument(
            "--role", action="append", choices=[role.value for role in Role], default=[], help="may be repeated"
        )
        parser.add_argument(
            "--every-role", action="store_true", help="also hands roles to others (keep such accounts few)"
        )
        parser.add_argument("--password-stdin", action="store_true", help="read the password from standard input")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["role"] and not options["every_role"]:
            raise CommandError("give at least one --role, or --every-role")
        if options["password_stdin"]:
            password = input()
        else:
            password = getpass.getpass("Password: ")
            if getpass.getpass("Again: ") != password:
                raise CommandError("the passwords differ")
        try:
            validate_password(password)
            open_account(
                email=options["email"],
                name=options["name"],
                password=password,
                roles=list(Role) if options["every_role"] else options["role"],
                chief=options["every_role"],
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        except DomainError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{options['email']} may work at the desk; the second factor is set up at the first sign-in.")


@act
def open_account(*, email: str, name: str, password: str, roles: list[str], chief: bool) -> None:
    """The account with everything an operator needs, or nothing."""
    now = clock.now()
    user = services.account_create(email=email, password=password, display_name=name, actor=SYSTEM, now=now)
    services.contacts_confirm(user=user, actor=SYSTEM, now=now)
    services.operator_appoint(user=user, roles=roles, actor=SYSTEM, now=now)
    if chief:
        services.operator_make_chief(user=user, actor=SYSTEM, now=now)
