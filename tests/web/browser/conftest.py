"""The scene of the walk before a real Chromium: contexts by person, language, theme and width."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page

from tests.browsing import allow_queries_beside_the_browser, browser_type_launch_args
from tests.web.scene import Scene, make_scene

__all__ = ["allow_queries_beside_the_browser", "browser_type_launch_args", "enter", "market"]
Enter = Callable[..., Page]


@pytest.fixture
def market(now: datetime, live_server: Any) -> Iterator[Scene]:
    """Everybody and everything there is, committed, so that the server sees it."""
    with time_machine.travel(now, tick=True):
        yield make_scene(now)


@pytest.fixture
def enter(browser: Browser, live_server: Any, market: Scene) -> Iterator[Enter]:
    """Opens somebody's browser, signed in: `enter("buyer", language="en", theme="dark", width=360, scripts=False)`."""
    contexts = []

    def open_for(
        role: str, *, language: str = "en", theme: str = "light", width: int = 1280, scripts: bool = True
    ) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": 900},
            color_scheme=theme,  # type: ignore[arg-type]
            reduced_motion="reduce",
            java_script_enabled=scripts,
        )
        contexts.append(context)
        cookies = {"django_language": language}
        user = market.people[role]
        if user is not None:
            type(user).objects.filter(pk=user.pk).update(language=language)
            client = Client()
            client.force_login(user)
            cookies["sessionid"] = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": name, "value": value, "url": live_server.url} for name, value in cookies.items()])
        context.set_default_timeout(15_000)
        return context.new_page()

    yield open_for
    for context in contexts:
        context.close()
