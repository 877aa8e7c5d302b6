"""axe finds nothing on any page; nothing is wider than a small screen; whatever takes the focus shows it."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib import admin
from django.urls import reverse
from playwright.sync_api import Page

from tests.web.browser.conftest import Enter
from tests.web.scene import Scene

pytestmark = [pytest.mark.trial, pytest.mark.django_db(transaction=True)]
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
SMALL = 360
# Every page is looked at twice: the two views differ in language, theme and width, and the pages take turns.
TURNS = (
    (("zh-hans", "light", 1280), ("en", "dark", SMALL)),
    (("en", "light", 1280), ("zh-hans", "dark", SMALL)),
)
OUT = ["/", "/search/?q=日志", "/c/{category}/", "/p/{slug}/", "/p/{slug}/plans/", "/p/{slug}/terms/", "/s/{store}/"]
OUT += ["/rules/", "/rules/clauses/17(1)/", "/rules/schedule/", "/rules/versions/", "/rules/decisions/"]
OUT += ["/rules/decisions/refund.entitlement/", "/announcements/", "/accounts/login/", "/accounts/signup/"]
OUT += ["/accounts/password/reset/", "/accounts/login/code/", "/search/?q=nothing-of-the-kind"]
BUYER = ["/orders/", "/orders/{order}/", "/orders/{work}/", "/orders/{order}/refund/", "/orders/{order}/chat/"]
BUYER += ["/orders/{subscription}/", "/orders/{subscription}/leaving/keep/", "/orders/{order}/do/ask_invoice/"]
BUYER += ["/orders/{order}/tickets/", "/orders/{order}/tickets/{ticket}/", "/refunds/", "/refunds/{refund}/"]
BUYER += ["/checkout/?plan={plan}", "/pay/{intent}/", "/messages/", "/messages/preferences/", "/account/"]
BUYER += ["/account/profile/", "/account/identity/", "/account/tokens/", "/account/tokens/new/", "/complaints/"]
BUYER += ["/complaints/{complaint}/", "/complaints/new/?order={order}", "/console/application/", "/accounts/2fa/"]
OWNER = ["", "deposit/", "finance/", "statements/", "statements/{statement}/", "invoices/", "products/"]
OWNER += ["products/new/", "products/{product}/", "products/{product}/basics/", "orders/", "orders/{work}/"]
OWNER += ["refunds/", "refunds/{refund}/", "complaints/", "complaints/{complaint}/", "complaints/{complaint}/answer/"]
OWNER += ["standing/", "standing/cases/{case}/", "conversations/", "conversations/{order}/", "tickets/"]
OWNER += ["tickets/{ticket}/", "store/", "team/", "documents/", "integration/", "leaving/", "leaving/do/request/"]
WHO = {"signed out": OUT, "buyer": BUYER, "owner": ["/console/" + path for path in OWNER]}
# What takes the focus on a page and shows no sign of it, the first fifty asked.
UNSEEN = """() => {
  const look = (element) => {
    const found = [];
    for (let one = element, up = 0; one && up < 3; one = one.parentElement, up++) {
      const style = getComputedStyle(one);
      found.push(style.outlineStyle, style.outlineWidth, style.boxShadow, style.borderColor, style.backgroundColor);
    }
    return found.join('|');
  };
  const all = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')];
  const shown = all.filter((one) => one.type !== 'hidden' && !one.disabled && one.checkVisibility()).slice(0, 50);
  return shown.filter((one) => {
    document.activeElement.blur();
    const before = look(one);
    one.focus({focusVisible: true});
    return document.activeElement === one && look(one) === before;
  }).map((one) => one.outerHTML.slice(0, 160));
}"""


def look(page: Page, path: str, rules: dict[str, Any] = WCAG) -> list[tuple[Any, ...]]:
    """What is wrong with a page."""
    answer = page.goto(path)
    if answer is None or answer.status != 200:
        return [(path, answer and answer.status)]
    found: list[tuple[Any, ...]] = [
        (path, rule["id"], [node["html"][:200] for node in rule["nodes"][:3]])
        for rule in Axe().run(page, options=rules).response["violations"]
    ]
    found += [(path, "the focus cannot be seen", html) for html in page.evaluate(UNSEEN)]
    wide = page.viewport_size
    page.set_viewport_size({"width": SMALL, "height": 900})
    if (width := page.evaluate("document.documentElement.scrollWidth")) > SMALL:
        found.append((path, "wider than a small screen", width))
    assert wide is not None
    page.set_viewport_size(wide)
    return found


def test_nothing_is_found_in_the_storefront_and_the_console(enter: Enter, market: Scene) -> None:
    wrong = []
    for role, paths in WHO.items():
        for turn, views in enumerate(TURNS):
            for language, theme, width in views:
                page = enter(role, language=language, theme=theme, width=width)
                for path in paths[turn::2]:
                    view = (language, theme, width)
                    wrong += [(*view, *one) for one in look(page, path.format(**market.names))]
                page.context.close()
    assert wrong == []


def desk(market: Scene) -> list[str]:
    """The home, every queue, and one page of each thing that is judged."""
    things = market.things
    judged = ["application", "version", "refund", "complaint", "heard", "appeal", "statement", "clearance"]
    details = [
        reverse(f"admin:{things[name]._meta.app_label}_{things[name]._meta.model_name}_change", args=[things[name].pk])
        for name in judged
    ]
    acts = [f"/admin/violations/case/{things['heard'].pk}/find/"]
    queues = [
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for model in admin.site._registry
        if model._meta.app_label != "django_celery_beat"
    ]
    return ["/admin/", *details, *acts, *queues]


def test_nothing_is_found_on_the_desk(enter: Enter, market: Scene) -> None:
    wrong = []
    for turn, view in enumerate([("zh-hans", "light"), ("en", "dark")]):
        page = enter("superuser", language=view[0], theme=view[1])
        paths = desk(market)
        # What is judged is looked at in both languages, the lists take turns.
        for path in [*paths[:10], *paths[10 + turn :: 2]]:
            wrong += [(*view, *one) for one in look(page, path)]
    assert wrong == []
