"""A real Chromium before a real server: real commits, the gateway's callbacks over sockets, a clock that can be
moved.
"""

import os
import shutil
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import time_machine
from playwright.sync_api import Browser, BrowserContext

from core import clock, outbox
from tests.journeys.acting import LANGUAGES, Stage, Visitor

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session", autouse=True)
def allow_queries_beside_the_browser() -> Iterator[None]:
    """Playwright runs an event loop in the thread of the tests; Django must not take it for an asynchronous view."""
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    yield
    if before is None:
        os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    chromium = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    if chromium is None:
        return browser_type_launch_args
    return {**browser_type_launch_args, "executable_path": chromium, "args": ARGUMENTS}


@pytest.fixture
def stage(live_server: Any, settings: Any, browser: Browser, now: datetime) -> Iterator[Stage]:
    """Everybody's browsers, and the clock: it goes on from `now` and is moved with `stage.at(...)`."""
    settings.SITE_URL = live_server.url
    # Mail goes to the mailbox page, as on a development machine.
    settings.EMAIL_BACKEND = "notifications.mailbox.MailboxBackend"
    contexts: list[BrowserContext] = []
    with time_machine.travel(now, tick=True) as traveller:

        def enter(language: str, **more: Any) -> Visitor:
            context = browser.new_context(
                base_url=live_server.url,
                locale=LANGUAGES[language],
                viewport={"width": more.pop("width", 1280), "height": 900},
                reduced_motion="reduce",
                **more,
            )
            context.set_default_timeout(15_000)
            contexts.append(context)
            return Visitor(context.new_page(), language)

        def settle() -> int:
            # What is delivered may ask for more: the gateway's word for the news of a payment.
            delivered = 0
            while more := outbox.dispatch(clock.now()):
                delivered += more
            return delivered

        yield Stage(enter=enter, settle=settle, traveller=traveller)
        for context in contexts:
            if os.environ.get("H2DEBUG"):
                for page in context.pages:
                    print("#### PAGE", page.url)
                    print(page.inner_text("body")[:2500])
            context.close()
