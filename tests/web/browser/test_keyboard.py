"""Everything by keyboard alone: nothing in this module moves a mouse."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.web.browser.conftest import Enter
from tests.web.scene import Scene

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
FARTHEST = 150


def reach(page: Page, target: Locator) -> None:
    """Press Tab until the target has the focus."""
    expect(target).to_have_count(1)
    for _press in range(FARTHEST):
        if target.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"not reached by keyboard: {target}")


def press(page: Page, target: Locator, key: str = "Enter") -> None:
    reach(page, target)
    page.keyboard.press(key)


def test_the_way_past_the_header_is_first_everywhere(enter: Enter, market: Scene) -> None:
    for role, path in (("signed out", "/"), ("owner", "/console/"), ("superuser", "/admin/")):
        page = enter(role)
        page.goto(path)
        page.keyboard.press("Tab")
        link = page.get_by_role("link", name="Skip to the content")
        expect(link).to_be_focused()
        expect(link).to_be_in_viewport()
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_be_focused()
        page.keyboard.press("Tab")
        assert page.evaluate("document.querySelector('main').contains(document.activeElement)"), path


def test_the_account_menu_opens_closes_and_gives_the_focus_back(enter: Enter) -> None:
    page = enter("buyer")
    page.goto("/")
    menu = page.locator("header details.menu")
    summary, entry = menu.locator("summary"), menu.get_by_role("link", name="My orders")
    press(page, summary)
    expect(entry).to_be_visible()
    page.keyboard.press("Tab")
    expect(entry).to_be_focused()
    page.keyboard.press("Escape")
    expect(entry).to_be_hidden()
    expect(summary).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/orders/")


def test_the_language_is_changed_where_one_stands(enter: Enter) -> None:
    page = enter("buyer")
    page.goto("/orders/")
    press(page, page.locator("header form.language button"))
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    assert page.url.endswith("/orders/")


def test_the_theme_is_changed(enter: Enter) -> None:
    page = enter("signed out")
    page.goto("/")
    press(page, page.locator("[data-theme-switch]"), "Space")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_a_filter_of_a_list_is_chosen(enter: Enter) -> None:
    page = enter("signed out")
    page.goto("/search/")
    menu = page.locator("details.menu", has_text="Kind")
    press(page, menu.locator("summary"))
    press(page, menu.get_by_role("link", name="Service"))
    page.wait_for_url("**class=service*")
    chip = page.locator(".chips .chip")
    press(page, chip)
    page.wait_for_url(lambda url: "class=" not in url)


def test_tabs_go_by_arrow_keys(enter: Enter, market: Scene) -> None:
    page = enter("signed out")
    page.goto(f"/p/{market.names['slug']}/")
    tabs = page.locator(".tabs a")
    reach(page, tabs.first)
    page.keyboard.press("ArrowRight")
    expect(tabs.nth(1)).to_be_focused()
    page.keyboard.press("End")
    expect(tabs.last).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(tabs.last).to_be_focused()
    page.keyboard.press("Home")
    expect(tabs.first).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_url("**/plans/")
    expect(page.locator(".tabs a[aria-current]")).to_have_count(1)


def test_a_clause_opens_keeps_the_focus_inside_and_gives_it_back(enter: Enter, market: Scene) -> None:
    page = enter("signed out")
    page.goto(f"/p/{market.names['slug']}/")
    chip = page.locator(".buy-box a.clause").first
    press(page, chip)
    card = page.get_by_role("dialog")
    expect(card).to_contain_text("Rulebook")
    expect(card).to_be_focused()
    for _press in range(4):
        page.keyboard.press("Tab")
        assert card.evaluate("one => one.contains(document.activeElement)")
    page.keyboard.press("Shift+Tab")
    assert card.evaluate("one => one.contains(document.activeElement)")
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    expect(chip).to_be_focused()
    page.keyboard.press("Enter")
    link = card.get_by_role("link", name="Open the clause")
    expect(link).to_be_visible()
    press(page, link)
    page.wait_for_url("**/rules/clauses/**")


def test_a_product_is_chosen_ordered_and_paid(enter: Enter, market: Scene) -> None:
    page = enter("buyer")
    page.goto(f"/p/{market.names['choice']}/")
    plans = page.locator("input[name=plan]")
    assert plans.count() > 1
    reach(page, page.locator("input[name=plan]:checked"))
    page.keyboard.press("ArrowDown")
    expect(plans.nth(1)).to_be_checked()
    quantity = page.locator("#quantity")
    reach(page, quantity)
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("2")
    press(page, page.get_by_role("button", name="Buy this plan"))
    page.wait_for_url("**/checkout/**")
    expect(page.locator("#id_quantity")).to_have_value("2")
    order = page.get_by_role("button", name="Place the order and pay")
    press(page, order)
    expect(page.locator(".error-summary")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#id_agreed")).to_be_focused()
    page.keyboard.press("Space")
    press(page, order)
    page.wait_for_url(re.compile(r"/pay/P[\w-]+/"))
    press(page, page.locator("#payment-state a.btn-primary"))
    page.wait_for_url("**/sandbox-gateway/pay/**")
    press(page, page.locator("button[name=outcome][value=pay]").first)
    page.wait_for_url("**/pay/*/return/")


def test_a_file_is_reached_where_it_may_be_dropped(enter: Enter, market: Scene) -> None:
    page = enter("buyer")
    page.goto(f"/complaints/new/?order={market.names['order']}")
    chosen = page.locator("[data-drop] input[type=file]")
    reach(page, chosen)
    with page.expect_file_chooser() as asked:
        page.keyboard.press("Space")
    asked.value.set_files({"name": "proof.txt", "mimeType": "text/plain", "buffer": "截图".encode()})
    expect(page.locator("[data-drop-files]")).to_contain_text("proof.txt")


def test_the_navigation_of_a_small_screen_opens_and_leads(enter: Enter) -> None:
    page = enter("owner", width=360)
    page.goto("/console/")
    press(page, page.locator(".side-nav-summary"))
    press(page, page.locator(".side-nav").get_by_role("link", name="Orders", exact=True))
    page.wait_for_url("**/console/orders/")


def test_a_queue_of_the_desk_is_worked_with_its_keys(enter: Enter, market: Scene) -> None:
    page = enter("superuser")
    page.goto("/admin/violations/case/?queue=all")
    links = page.locator("#result_list tbody tr :is(th, td) a:first-of-type")
    assert links.count() > 1
    rows = page.locator("#result_list tbody tr")
    page.keyboard.press("j")
    expect(rows.nth(0).locator("a").first).to_be_focused()
    page.keyboard.press("j")
    expect(rows.nth(1).locator("a").first).to_be_focused()
    page.keyboard.press("k")
    expect(rows.nth(0).locator("a").first).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/admin/violations/case/\d+/change/"))


def test_a_review_of_the_desk_is_approved_or_returned_with_its_keys(enter: Enter, market: Scene) -> None:
    application = market.things["application"].pk
    page = enter("superuser")
    address = f"/admin/providers/application/{application}/change/"
    for key, act in (("a", "approve"), ("r", "return")):
        page.goto(address)
        page.keyboard.press(key)
        page.wait_for_url(f"**/admin/providers/application/{application}/{act}/")
    reason = page.locator("main textarea").first
    reach(page, reason)
    page.keyboard.type("ar: 请补执照")
    assert page.url.endswith("/return/")
    expect(reason).to_have_value("ar: 请补执照")


def test_the_menus_of_the_desk_open_and_give_the_focus_back(enter: Enter) -> None:
    page = enter("superuser")
    page.goto("/admin/orders/order/")
    account = page.locator("#nav-sidebar [role=button]", has_text="expand").or_(
        page.locator("#nav-sidebar div[role=button]")
    )
    press(page, account.last)
    leave = page.get_by_role("button", name="Log out")
    expect(leave).to_be_visible()
    page.keyboard.press("Escape")
    expect(leave).to_be_hidden()
    expect(account.last).to_be_focused()


def test_the_desk_s_navigation_of_a_small_screen_opens_and_closes(enter: Enter) -> None:
    page = enter("superuser", width=360)
    page.goto("/admin/")
    entry = page.locator("#nav-sidebar").get_by_role("link", name="Complaints").first
    expect(entry).to_be_hidden()
    opener = page.locator("header").get_by_role("button", name="Menu")
    press(page, opener)
    expect(entry).to_be_visible()
