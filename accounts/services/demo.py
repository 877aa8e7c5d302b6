"""Accounts of the demo, opened by the same acts as everybody's."""

from datetime import datetime
from functools import cache

from django.contrib.auth.hashers import make_password

from accounts import demo
from accounts.models import User
from accounts.services.people import account_create, contacts_confirm, operator_appoint
from core.acts import SYSTEM, act


@act
def demo_account_create(
    *, name: str, display_name: str, language: str = "zh-hans", phone: str | None = None, now: datetime
) -> User:
    """An account `<name>@demo.example` with the demo's password, ready to sign in. Raises what account_create does."""
    user = account_create(
        email=demo.address(name),
        phone=phone,
        display_name=display_name,
        language=language,
        actor=SYSTEM,
        now=now,
    )
    user.password = _hashed()
    user.save(update_fields=["password"])
    contacts_confirm(user=user, actor=SYSTEM, now=now)
    return user


@cache
def _hashed() -> str:
    """The demo's password as it is kept: hashed once, because hashing is slow on purpose and everybody has the same."""
    return make_password(demo.PASSWORD)


@act
def demo_operators_create(*, now: datetime) -> dict[str, User]:
    """The demo's operators by name; those who exist already stay as they are."""
    found: dict[str, User] = {}
    for operator in demo.OPERATORS:
        user = User.objects.filter(email=demo.address(operator.name)).first()
        if user is None:
            user = demo_account_create(name=operator.name, display_name=operator.display_name, now=now)
            operator_appoint(user=user, roles=[role.value for role in operator.roles], actor=SYSTEM, now=now)
        found[operator.name] = user
    return found
