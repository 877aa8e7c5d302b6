"""The pieces in a browser: nothing for axe to find, nothing wider than the screen, scripts that only add."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from web.styleguide.views import PAGES

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
Opener = Callable[..., Page]


@pytest.fixture
def opened(browser: Browser, live_server) -> Opener:
    """Opens a page in a language, a theme and a width; scripts may be off."""
    contexts = []

    def open_page(
        path: str, language: str = "en", theme: str = "light", width: int = 1280, scripts: bool = True
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=theme,
            reduced_motion="reduce",
            java_script_enabled=scripts,
        )
        contexts.append(context)
        context.add_cookies([{"name": "django_language", "value": language, "url": live_server.url}])
        page = context.new_page()
        page.goto(live_server.url + path)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.mark.parametrize(
    ("language", "theme", "width"),
    [("zh-hans", "light", 1280), ("en", "dark", 1280), ("en", "light", 360), ("zh-hans", "dark", 360)],
)
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(opened, live_server, language, theme, width):
    page = opened("/styleguide/", language, theme, width)
    found, wide = [], []
    for name in PAGES:
        page.goto(f"{live_server.url}/styleguide/{name}/")
        for rule in Axe().run(page, options=RULES).response["violations"]:
            found.append((name, rule["id"], [node["html"] for node in rule["nodes"]]))
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wide.append(name)
    assert found == []
    assert wide == []


def test_no_script_or_style_is_refused_by_the_content_security_policy(opened, live_server):
    page = opened("/styleguide/")
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    for name in PAGES:
        page.goto(f"{live_server.url}/styleguide/{name}/", wait_until="networkidle")
    assert refused == []


def test_a_clause_opens_in_place_and_gives_the_focus_back(opened):
    page = opened("/styleguide/decisions/")
    chip = page.get_by_role("link", name="§17(4)2").first
    chip.focus()
    page.keyboard.press("Enter")
    card = page.locator("#clause-pop")
    expect(card).to_contain_text("Rulebook 2017-03-07")
    expect(card.get_by_role("link", name="Open the clause")).to_be_visible()
    assert page.url.endswith("/styleguide/decisions/")
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    expect(chip).to_be_focused()


def test_without_scripts_a_clause_is_a_page(opened):
    page = opened("/styleguide/decisions/", scripts=False)
    page.get_by_role("link", name="§17(4)2").first.click()
    assert page.url.endswith("/styleguide/clauses/17(4)2/")
    assert page.locator("h1").inner_text() == "§17(4)2"


def test_the_theme_is_kept_for_the_next_page(opened):
    page = opened("/styleguide/money/")
    page.get_by_role("button", name="Light or dark").click()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    page.reload()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


def test_the_navigation_opens_on_a_small_screen_without_scripts(opened):
    page = opened("/styleguide/money/", width=360, scripts=False)
    entry = page.get_by_role("link", name="Lists")
    expect(entry).to_be_hidden()
    page.locator(".side-nav-summary").click()
    expect(entry).to_be_visible()


def test_the_navigation_stands_open_beside_the_page_on_a_wide_one(opened):
    page = opened("/styleguide/money/", scripts=False)
    expect(page.get_by_role("link", name="Lists")).to_be_visible()
    expect(page.locator(".side-nav-summary")).to_be_hidden()


def test_the_skip_link_is_first_and_leads_to_the_content(opened):
    page = opened("/styleguide/money/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_acts_on_several_rows_appear_with_the_first_chosen(opened):
    page = opened("/styleguide/lists/")
    bar = page.locator("#bulk")
    expect(bar).to_be_hidden()
    page.get_by_role("checkbox", name="Select O260302-7K3QF-8").check()
    expect(bar).to_contain_text("1 selected")
    page.get_by_role("checkbox", name="Select all rows").check()
    expect(bar).to_contain_text("5 selected")
    page.get_by_role("checkbox", name="Select all rows").uncheck()
    expect(bar).to_be_hidden()


def test_a_menu_closes_with_escape_and_when_the_reader_goes_elsewhere(opened):
    page = opened("/styleguide/lists/")
    summary = page.locator("summary", has_text="State")
    first = page.get_by_role("link", name="In escrow")
    summary.click()
    expect(first).to_be_visible()
    page.keyboard.press("Escape")
    expect(first).to_be_hidden()
    expect(summary).to_be_focused()
    summary.click()
    page.get_by_role("heading", name="Lists", exact=True).click()
    expect(first).to_be_hidden()


def test_a_filter_works_without_scripts(opened):
    page = opened("/styleguide/lists/", scripts=False)
    page.locator("summary", has_text="State").click()
    page.get_by_role("link", name="In escrow").click()
    assert "state=held" in page.url
    expect(page.locator(".chips")).to_contain_text("State: In escrow")


def test_wrong_forms_take_the_focus_to_their_summary(opened):
    page = opened("/styleguide/forms/")
    expect(page.locator(".error-summary")).to_be_focused()
    page.locator(".error-summary a").first.click()
    expect(page.locator("#id_wrong-name")).to_be_focused()


def test_a_file_that_is_too_large_is_said_before_it_is_sent(opened):
    page = opened("/styleguide/forms/")
    control = page.locator("#id_license")
    control.set_input_files({"name": "small.pdf", "mimeType": "application/pdf", "buffer": b"x" * 2048})
    expect(page.locator("[data-drop-files]").first).to_contain_text("small.pdf2 KB")
    control.set_input_files(
        {"name": "large.pdf", "mimeType": "application/pdf", "buffer": b"x" * (10 * 1024 * 1024 + 1)}
    )
    expect(page.locator("[data-drop-files]").first).to_contain_text("large.pdf is larger than 10 MB.")


def test_news_can_be_dismissed_and_is_in_the_page_without_scripts(opened):
    page = opened("/styleguide/")
    expect(page.locator("#toasts")).to_contain_text("The draft of the listing was saved.")
    page.get_by_role("button", name="Dismiss").click()
    expect(page.locator(".toast")).to_have_count(0)
    plain = opened("/styleguide/", scripts=False)
    expect(plain.locator("#toasts")).to_be_visible()
    expect(plain.get_by_role("button", name="Dismiss")).to_be_hidden()


def test_charts_are_drawn_and_their_numbers_open_as_a_table(opened):
    page = opened("/styleguide/pictures/")
    canvas = page.get_by_role("img", name="Deposit balance")
    expect(canvas).to_be_visible()
    page.wait_for_function("document.querySelector('canvas[data-chart]').width > 300")
    page.get_by_text("The numbers as a table").first.click()
    expect(page.get_by_role("cell", name="¥38,600.00")).to_be_visible()
