"""The desk is drawn whatever a browser has kept of its theme."""

import pytest
from playwright.sync_api import expect

from tests.web.browser.conftest import Enter

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_a_theme_that_cannot_be_read_leaves_no_blank_page_and_a_chosen_one_stays(enter: Enter) -> None:
    page = enter("superuser")
    page.goto("/admin/")
    heading = page.get_by_role("heading", name="What waits")
    for unreadable in ("light", '{"'):
        page.evaluate("kept => localStorage.setItem('adminTheme', kept)", unreadable)
        page.reload()
        expect(heading).to_be_visible()
    page.evaluate("localStorage.setItem('adminTheme', JSON.stringify('dark'))")
    page.reload()
    expect(heading).to_be_visible()
    expect(page.locator("html")).to_contain_class("dark")
