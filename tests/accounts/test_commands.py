"""Commands: the first operators, and the demo's sign-ins."""

import io
from datetime import datetime

import pytest
from django.core.management import CommandError, call_command

from accounts import demo
from accounts.models import User
from accounts.selectors import has_verified_email
from accounts.services import demo_account_create, demo_operators_create

pytestmark = pytest.mark.django_db


def create(monkeypatch: pytest.MonkeyPatch, password: str, *arguments: str) -> str:
    said = io.StringIO()
    monkeypatch.setattr("builtins.input", lambda: password)
    call_command("operator_create", *arguments, "--password-stdin", stdout=said)
    return said.getvalue()


def test_an_operator_is_opened_with_its_roles(monkeypatch: pytest.MonkeyPatch) -> None:
    said = create(monkeypatch, "correct horse 42", "Chen@example.com", "--name", "陈", "--role", "finance")

    user = User.objects.get(email="chen@example.com")
    assert "Chen@example.com" in said
    assert (user.display_name, user.roles, user.is_superuser) == ("陈", {"finance"}, False)
    assert user.check_password("correct horse 42")
    assert has_verified_email(user)


def test_a_chief_holds_every_role(monkeypatch: pytest.MonkeyPatch) -> None:
    create(monkeypatch, "correct horse 42", "chief@example.com", "--every-role")

    user = User.objects.get(email="chief@example.com")
    assert user.is_superuser
    assert len(user.roles) == 5


@pytest.mark.parametrize(
    ("password", "arguments"),
    [
        ("short", ["a@example.com", "--role", "finance"]),
        ("correct horse 42", ["not an address", "--role", "finance"]),
        ("correct horse 42", ["a@example.com"]),
    ],
)
def test_what_cannot_be_an_operator_opens_nothing(
    monkeypatch: pytest.MonkeyPatch, password: str, arguments: list[str]
) -> None:
    with pytest.raises(CommandError):
        create(monkeypatch, password, *arguments)

    assert not User.objects.exists()


def test_the_demos_sign_ins_are_printed(now: datetime) -> None:
    said = io.StringIO()
    call_command("demo_accounts", stdout=said)
    assert "no demo" in said.getvalue()

    demo_operators_create(now=now)
    demo_account_create(name="buyer", display_name="林晓", now=now)
    said = io.StringIO()
    call_command("demo_accounts", stdout=said)

    text = said.getvalue()
    assert demo.PASSWORD in text
    assert "buyer@demo.example" in text
    assert "finance@demo.example" in text
    assert User.objects.get(email="buyer@demo.example").check_password(demo.PASSWORD)
