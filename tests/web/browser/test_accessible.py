"""axe finds nothing on any page; nothing is wider than a small screen; whatever takes the focus shows it."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import axe_playwright_python
import pytest
from django.template.loader import render_to_string
from django.utils import translation
from playwright.sync_api import Page, Response, Route

from tests.web.browser.conftest import Enter
from tests.web.browser.pages import READING, VIEWS, View, pages
from tests.web.scene import Scene

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text()
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SMALL = 360
# Of what takes the focus, one of each look: what shows no sign of it.
UNSEEN = """() => {
  const look = (element) => {
    const found = [];
    for (let one = element, up = 0; one && up < 5; one = one.parentElement, up++) {
      for (const style of [getComputedStyle(one), getComputedStyle(one, '::after')])
        found.push(style.outlineStyle, style.outlineWidth, style.boxShadow, style.borderColor, style.backgroundColor);
    }
    return found.join('|');
  };
  const all = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')];
  const looks = new Map();
  for (const one of all)
    if (one.type !== 'hidden' && !one.disabled && one.checkVisibility())
      looks.set(one.tagName + one.type + one.className + one.parentElement.className, one);
  const wrong = [...looks.values()].filter((one) => {
    document.activeElement.blur();
    const before = look(one);
    one.focus({focusVisible: true});
    return document.activeElement === one && look(one) === before;
  }).map((one) => one.outerHTML.slice(0, 160));
  document.activeElement.blur();
  return wrong;
}"""
# The desk's navigation is the same on every screen: it is looked at on the first.
RUN = """async (options) => (await axe.run(
  location.pathname === '/admin/' ? document : {exclude: [['#nav-sidebar']]}, options
)).violations.map(
  (rule) => [rule.id, rule.nodes.slice(0, 3).map((node) => node.html.slice(0, 240)), rule.nodes.length]
)"""
OPTIONS = {"runOnly": TAGS, "resultTypes": ["violations"]}
# What nobody can be sent to by an address: drawn as Django's own handlers draw it.
ODD = ("400.html", "403_csrf.html", "429.html", "500.html")


def open_for_axe(enter: Enter, role: str, view: View) -> Page:
    language, theme, width = view
    page = enter(role, language=language, theme=theme, width=width)
    page.context.add_init_script(AXE)
    return page


def faults(page: Page) -> list[Any]:
    """What is wrong with the page that is open."""
    found: list[Any] = page.evaluate(RUN, OPTIONS)
    size = page.viewport_size
    assert size is not None
    if "/admin/" in page.url:
        # Most screens of the desk are seen in one view only; small they are measured all the same.
        page.set_viewport_size({"width": SMALL, "height": 900})
    if (width := page.evaluate("document.documentElement.scrollWidth - innerWidth")) > 0:
        found.append(("wider than the screen by", width))
    page.set_viewport_size(size)
    return found + [("the focus cannot be seen", html) for html in page.evaluate(UNSEEN)]


def answers(page: Page, path: str, answer: Response | None, status: int) -> list[Any]:
    """Whether an address answers as it should, and with its own page."""
    came_to = urlsplit(page.url).path
    if answer is None or answer.status != status or came_to != urlsplit(path).path:
        return [("answers", answer and answer.status, came_to)]
    return []


def look(page: Page, path: str, status: int = 200) -> list[Any]:
    """What is wrong with the page at an address."""
    return answers(page, path, page.goto(path), status) or faults(page)


def look_along(page: Page, site: str, paths: list[str]) -> Iterator[tuple[str, Any]]:
    """What is wrong with each of many pages: while one is looked at, the next loads in another tab."""
    tabs = page, page.context.new_page()
    wrong = answers(page, paths[0], page.goto(paths[0]), 200)
    for turn, (path, following) in enumerate(zip(paths, [*paths[1:], None], strict=True)):
        here, there = tabs[turn % 2], tabs[(turn + 1) % 2]
        if following is None:
            wrong = wrong or faults(here)
        else:
            with there.expect_navigation() as coming:
                there.evaluate("(url) => void setTimeout(() => location.assign(url))", site + following)
                wrong = wrong or faults(here)
        yield from ((path, found) for found in wrong)
        if following is not None:
            wrong = answers(there, following, coming.value, 200)


def all_well(wrong: list[tuple[Any, ...]]) -> None:
    assert not wrong, "\n".join(map(str, wrong))


def answer_with(drawn: dict[str, str], route: Route) -> None:
    route.fulfill(status=500, content_type="text/html", body=drawn[urlsplit(route.request.url).path])


@pytest.mark.parametrize("role", READING)
def test_nothing_is_found_on_any_page(enter: Enter, site: str, market: Scene, role: str) -> None:
    wrong = []
    for view, paths in pages(market, role).items():
        if paths:
            page = open_for_axe(enter, role, view)
            wrong += [(path, *view, found) for path, found in look_along(page, site, paths)]
            page.context.close()
    all_well(wrong)


def test_nothing_is_found_where_something_is_refused(enter: Enter, market: Scene) -> None:
    wrong: list[Any] = []
    refusals = [("signed out", "/nothing-here/", 404), ("support", "/console/team/", 403)]
    refusals += [("buyer", f"/orders/{market.things['offered'].order.number}/no-such-act/", 404)]
    for turn, (role, path, status) in enumerate(refusals):
        for view in VIEWS[turn % 2 :: 2]:
            wrong += [(path, *view, found) for found in look(open_for_axe(enter, role, view), path, status)]
    for view in VIEWS:
        page = open_for_axe(enter, "signed out", view)
        with translation.override(view[0]):
            drawn = {f"/drawn/{name}": render_to_string(name) for name in ODD}
        page.route("**/drawn/*", partial(answer_with, drawn))
        wrong += [(path, *view, found) for path in drawn for found in look(page, path, 500)]
    all_well(wrong)


def test_nothing_is_found_on_the_way_through_forms(enter: Enter, market: Scene) -> None:
    """Steps of signing in and paying that come only after others, and forms with something wrong in them."""
    guarded, buyer = market.people["guarded"], market.people["buyer"]
    assert guarded is not None
    assert buyer is not None
    sign_in = {"#id_login": guarded.email, "#id_password": "a long password"}
    sign_up = {"#id_login": "new@example.com", "#id_display_name": "New", "#id_password1": "a long password"}
    ways: list[tuple[str, str, dict[str, str], str]] = [
        ("signed out", "/accounts/login/", sign_in, "/accounts/2fa/authenticate/"),
        ("signed out", "/accounts/signup/", sign_up, "/accounts/confirm-email/"),
        ("signed out", "/accounts/login/code/", {"#id_login": buyer.email}, "/accounts/login/code/confirm/"),
        ("signed out", "/accounts/password/reset/", {"#id_email": buyer.email}, "/accounts/password/reset/confirm/"),
        ("buyer", "/accounts/phone/change/", {"#id_phone": "13912345678"}, "/accounts/phone/verify/"),
        ("signed out", "/accounts/login/", {}, "/accounts/login/"),
        ("buyer", f"/complaints/new/?order={market.names['order']}", {}, "/complaints/new/"),
        ("buyer", f"/checkout/?plan={market.names['plan']}", {"#id_quantity": "0"}, "/checkout/"),
        ("owner", "/console/products/new/", {}, "/console/products/new/"),
        ("buyer", f"/pay/{market.names['intent']}/gateway/", {}, ""),
    ]
    wrong: list[Any] = []
    for turn, (role, path, typed, goal) in enumerate(ways):
        view = VIEWS[turn % 4]
        page = open_for_axe(enter, role, view)
        page.goto(path)
        for field, text in typed.items():
            page.locator(field).fill(text)
        if goal:
            with page.expect_navigation():
                page.locator("main form button[type=submit]").last.click()
            if urlsplit(page.url).path != goal:
                wrong.append((path, "leads to", page.url, page.locator("main").inner_text()[:300]))
        page.wait_for_load_state()
        wrong += [(path, goal, *view, found) for found in faults(page)]
        page.context.close()
    all_well(wrong)
