"""The Chromium of the machine before a real server, for every test that looks at pages as people do."""

import os
from collections.abc import Iterator
from typing import Any

import pytest

from tools import browser

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
    chromium = browser.find()
    if chromium is None:
        return browser_type_launch_args
    return {**browser_type_launch_args, "executable_path": chromium, "args": ARGUMENTS}
