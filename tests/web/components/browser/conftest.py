"""A real Chromium, the one of the machine."""

from tests.browsing import allow_queries_beside_the_browser, browser_type_launch_args

__all__ = ["allow_queries_beside_the_browser", "browser_type_launch_args"]
