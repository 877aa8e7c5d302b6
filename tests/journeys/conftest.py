"""A real Chromium before a real server: real commits, the gateway's callbacks over sockets, a clock that can be
moved.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import time_machine
from playwright.sync_api import Browser, BrowserContext

from core import clock, outbox
from tests.browsing import allow_queries_beside_the_browser, browser_type_launch_args
from tests.journeys.acting import LANGUAGES, Stage, Visitor

__all__ = ["allow_queries_beside_the_browser", "browser_type_launch_args", "stage"]


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
            context.close()
