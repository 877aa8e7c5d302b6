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

from accounts.models import User
from core import clock, sweeps
from notifications.models import CaughtMail, Message
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
        self.page.locator("#main").get_by_role("button", name=self.says(text, **values), exact=True).first.click()

    def follow(self, text: str, **values: Any) -> None:
        self.page.locator("#main").get_by_role("link", name=self.says(text, **values), exact=True).first.click()

    def sees(self, text: str, **values: Any) -> None:
        expect(self.page.locator("body")).to_contain_text(self.says(text, **values))

    def read_code(self, recipient: str) -> str:
        """The code in the last message to an address or number, read at the mailbox page."""
        mailbox = self.page.context.new_page()
        mailbox.goto("/")
        mailbox.locator("footer").get_by_role("link", name=self.says("Mailbox (development)")).click()
        mailbox.locator("#main input[type=search]").fill(recipient)
        mailbox.locator("#main input[type=search]").press("Enter")
        mailbox.wait_for_url("**/mailbox/?q=*")
        mailbox.locator("#main tr").get_by_role("link").first.click()
        found = re.search(r"\b\d{6}\b", mailbox.locator("#main .prose").inner_text())
        assert found is not None, mailbox.url
        mailbox.close()
        return found[0]

    def open_menu(self, text: str) -> None:
        """Follow an entry of the account's menu in the header."""
        menu = self.page.locator("header details.menu")
        menu.locator("summary").click()
        menu.get_by_role("link", name=self.says(text), exact=True).click()

    def go(self, text: str) -> None:
        """Follow an entry of the console's navigation."""
        with translation.override(self.language):
            words = translation.pgettext("navigation", text)
        self.page.locator(".console-side").get_by_role("link", name=words, exact=True).click()

    def fill(self, **values: Any) -> None:
        """Fill fields in by their names: text, a choice, a tick, or a file as (name, content)."""
        for name, value in values.items():
            field = self.page.locator(f"#id_{name.replace('__', '-')}")
            if isinstance(value, bool):
                field.set_checked(value)
            elif isinstance(value, tuple):
                field.set_input_files({"name": value[0], "mimeType": value[1], "buffer": value[2]})
            elif field.evaluate("node => node.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)

    def sign_in(self, email: str, password: str = PASSWORD) -> Visitor:
        self.open("/accounts/login/")
        self.page.locator("#id_login").fill(email)
        self.page.locator("#id_password").fill(password)
        self.press("Sign in")
        self.page.wait_for_url(lambda url: not url.endswith("/accounts/login/"))
        return self.type_code(email)

    def sign_up(self, stage: Stage, email: str, name: str) -> Visitor:
        """Open an account from the first page; the code stands in the mailbox, as on a development machine."""
        self.open("/")
        self.page.locator("header").get_by_role("link", name=self.says("Sign up")).click()
        self.fill(login=email, display_name=name, password1=PASSWORD)
        self.press("Open the account")
        self.page.wait_for_url("**/accounts/confirm-email/")
        stage.settle()
        expect(self.page.locator("#main").get_by_role("link", name=self.says("Open the mailbox"))).to_be_visible()
        self.fill(code=self.read_code(email))
        self.press("Confirm the code")
        self.page.wait_for_url(lambda url: not url.endswith("/accounts/confirm-email/"))
        return self

    def type_code(self, email: str) -> Visitor:
        """Whoever comes for the first time types the code that was sent to the address."""
        if self.page.url.endswith("/accounts/confirm-email/"):
            self.page.locator("#id_code").fill(mailed_code(email))
            self.page.locator("#main button[type=submit]").first.click()
            self.page.wait_for_url(lambda url: not url.endswith("/accounts/confirm-email/"))
        return self


class Ear:
    """What somebody is told from now on."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.since = Message.objects.order_by("-pk").values_list("pk", flat=True).first() or 0

    def told(self, kind: str) -> int:
        return Message.objects.filter(recipient=self.user, kind=kind, pk__gt=self.since).count()


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

    def settle_all(self) -> None:
        """Deliver until nothing comes back any more: gateways answer what they were asked, a little later."""
        for _ in range(4):
            self.settle()
            self.later(minutes=5)

    def later(self, **span: int) -> datetime:
        return self.at(clock.now() + timedelta(**span))

    def beat(self, *names: str) -> None:
        """What the clock brings about: each sweep once, and what it has to tell."""
        for name in names:
            assert not sweeps.run(name, clock.now()).failed, name
        self.settle()


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


def desk_act(visitor: Visitor, address: str, submit: str, **fields: str) -> None:
    """An operator opens the page of an act, fills it in, and presses its button."""
    page = visitor.open(address)
    for name, value in fields.items():
        field = page.locator(f"#id_{name}")
        if field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    page.get_by_role("button", name=visitor.says(submit), exact=True).click()
    page.wait_for_url(lambda url: not url.rstrip("/").endswith(address.rstrip("/")))


def desk_buttons(visitor: Visitor, address: str, *names: str) -> list[bool]:
    """Which acts the page of an object offers an operator."""
    page = visitor.open(address)
    return [page.locator(f'a[href$="/{name}"], a[href$="/{name}/"]').count() > 0 for name in names]


def reads_english(user: Any) -> None:
    """From now on somebody's pages and messages are in English, wherever they sign in."""
    User.objects.filter(pk=user.pk).update(language="en")
