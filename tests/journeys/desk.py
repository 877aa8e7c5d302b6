"""How operators work their queues: from the first page of their desk, by its cards, lists and buttons."""

from playwright.sync_api import expect

from accounts import demo
from tests.journeys.acting import Stage, Visitor


def operator(stage: Stage, name: str, language: str = "zh-hans") -> Visitor:
    """A demo operator at the desk."""
    visitor = stage.enter(language).sign_in(demo.address(name), demo.PASSWORD)
    # Whoever works at the desk finds it after signing in.
    assert visitor.page.url.endswith("/admin/"), visitor.page.url
    return visitor


def take_up(visitor: Visitor, queue: str, row: str) -> None:
    """Open a queue from the home of the desk, and in it the row that shows a text."""
    page = visitor.page
    visitor.open("/admin/")
    page.locator(".desk-home").get_by_role("link", name=visitor.says(queue), exact=True).click()
    page.locator("#result_list tr", has_text=row).locator("th a").first.click()


def settle(visitor: Visitor, button: str, submit: str, done: str) -> None:
    """One button of the open page, what will happen, and the confirmation."""
    page = visitor.page
    page.get_by_role("link", name=visitor.says(button), exact=True).first.click()
    page.get_by_role("button", name=visitor.says(submit), exact=True).click()
    expect(page.locator("body")).to_contain_text(visitor.says(done))
