"""How people act in a journey: they read the words of the page and press what it says."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import time_machine
from django.core.management import call_command
from django.utils import translation
from playwright.sync_api import Locator, Page, expect

from core import clock
from notifications.models import CaughtMail
from tests.orders.making import books_fit

LANGUAGES = {"zh-hans": "zh-CN", "en": "en-US"}
PASSWORD = "a long password"


def mailed_code(address: str) -> str:
    """The six digits of the mail that was last sent to an address, as its owner reads them."""
    for mail in CaughtMail.objects.order_by("-pk"):
        found = re.search(r"\b(\d{6})\b", mail.text)
        if found and address in str(mail.__dict__):
            return found[1]
    raise LookupError(address)


@dataclass
class Visitor:
    """Somebody with a browser, reading one language."""

    page: Page
    language: str

    def says(self, text: str, **values: Any) -> str:
        """A sentence of the pages in this person's language."""
        with translation.override(self.language):
            found = translation.gettext(text)
        return found % values if values else found

    def open(self, path: str) -> Page:
        response = self.page.goto(path)
        assert response is not None
        assert response.status == 200, (path, response.status)
        return self.page

    def heading(self) -> Locator:
        return self.page.get_by_role("heading", level=1)

    def press(self, text: str, **values: Any) -> None:
        self.page.locator("#main").get_by_role("button", name=self.says(text, **values)).first.click()

    def follow(self, text: str, **values: Any) -> None:
        self.page.locator("#main").get_by_role("link", name=self.says(text, **values)).first.click()

    def sees(self, text: str, **values: Any) -> None:
        expect(self.page.locator("body")).to_contain_text(self.says(text, **values))

    def sign_in(self, email: str, password: str = PASSWORD) -> Visitor:
        self.open("/accounts/login/")
        self.page.locator("#id_login").fill(email)
        self.page.locator("#id_password").fill(password)
        self.press("Sign in")
        self.page.wait_for_url(lambda url: not url.endswith("/accounts/login/"))
        return self.type_code(email)

    def type_code(self, email: str) -> Visitor:
        """Whoever comes for the first time types the code that was sent to the address."""
        if self.page.url.endswith("/accounts/confirm-email/"):
            self.page.locator("#id_code").fill(mailed_code(email))
            self.page.locator("#main button[type=submit]").first.click()
            self.page.wait_for_url(lambda url: not url.endswith("/accounts/confirm-email/"))
        return self


@dataclass
class Stage:
    """Where a journey plays."""

    enter: Callable[..., Visitor]
    settle: Callable[[], int]
    traveller: time_machine.Traveller

    def at(self, moment: datetime) -> datetime:
        """Move everybody's clock."""
        self.traveller.move_to(moment)
        return moment

    def later(self, **span: int) -> datetime:
        return self.at(clock.now() + timedelta(**span))


def pay_at_gateway(stage: Stage, visitor: Visitor) -> None:
    """From the payment to the gateway, pay, and back; then the gateway's word comes in over the wire."""
    page = visitor.page
    page.locator("#payment-state a.btn-primary").click()
    page.locator("button[name=outcome][value=pay]").click()
    page.wait_for_url("**/pay/*/return/")
    assert stage.settle() > 0
    page.reload()
    visitor.sees("Paid")


def all_is_proved() -> None:
    """The books fit, and nobody has touched the trail: the two commands an operator would run."""
    books_fit()
    call_command("ledger_verify")
    call_command("audit_verify")
