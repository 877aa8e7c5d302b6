"""The scene of the walk before a real Chromium, laid out once for the folder; contexts by person, language, theme and
width.

What a test does here stays for those after it: each takes things of its own.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
import time_machine
from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.contrib.sessions.backends.cached_db import SessionStore
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.management import call_command
from django.http import HttpRequest
from django.test import Client
from django.test.testcases import LiveServerThread
from django.test.utils import modify_settings, override_settings
from playwright.sync_api import Browser, Page

from core.clock import BEIJING
from tests.browsing import allow_queries_beside_the_browser, browser_type_launch_args
from tests.web.browser.setting import complete_scene
from tests.web.scene import Scene, make_scene

__all__ = ["allow_queries_beside_the_browser", "browser_type_launch_args", "enter", "market", "site"]
Enter = Callable[..., Page]
NOW = datetime(2026, 3, 2, 10, 0, tzinfo=BEIJING)


class KeptFiles(StaticFilesHandler):
    """Styles and scripts are asked for once, as in production, where their names change with them."""

    def serve(self, request: Any) -> Any:
        response = super().serve(request)
        response.headers["Cache-Control"] = "max-age=3600, immutable"
        return response


@pytest.fixture(scope="package")
def site(django_db_setup: None) -> Iterator[str]:
    """A real server and its address."""
    server = LiveServerThread("localhost", static_handler=KeptFiles)
    server.daemon = True
    with modify_settings(ALLOWED_HOSTS={"append": "localhost"}):
        server.start()
        server.is_ready.wait()
        assert server.error is None
        address = f"http://localhost:{server.port}"
        with override_settings(SITE_URL=address):
            yield address
        server.terminate()


@pytest.fixture(scope="package")
def market(site: str, django_db_blocker: Any) -> Iterator[Scene]:
    """Everybody and everything there is, committed, so that the server sees it."""
    with django_db_blocker.unblock():
        with time_machine.travel(NOW, tick=True):
            yield complete_scene(make_scene(NOW), NOW)
        call_command("flush", interactive=False, verbosity=0)


@pytest.fixture
def _django_db_helper(market: Scene) -> None:
    """In place of pytest-django's own: the scene stays from test to test, so nothing is emptied between them."""


@pytest.fixture
def enter(browser: Browser, site: str, market: Scene) -> Iterator[Enter]:
    """Opens somebody's browser, signed in: `enter("buyer", language="en", theme="dark", width=360, scripts=False)`."""
    contexts = []

    def open_for(
        role: str, *, language: str = "en", theme: str = "light", width: int = 1280, scripts: bool = True
    ) -> Page:
        context = browser.new_context(
            base_url=site,
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
            cookies["sessionid"] = session_of(user)
        context.add_cookies([{"name": name, "value": value, "url": site} for name, value in cookies.items()])
        context.set_default_timeout(15_000)
        return context.new_page()

    yield open_for
    for context in contexts:
        context.close()


def session_of(user: Any) -> str:
    """A session of somebody who has just typed their password."""
    client = Client()
    client.force_login(user)
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    request = HttpRequest()
    request.session = SessionStore(key)
    record_authentication(request, user, method="password", reauthenticated=True)
    request.session.save()
    return str(key)
