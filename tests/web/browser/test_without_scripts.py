"""Without JavaScript every page shows what it shows with it, and forms are sent as browsers have always sent them."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from playwright.sync_api import Page, expect

from orders.models import Order
from refunds.models import RefundRequest
from tests.web.browser.conftest import NOW, Enter
from tests.web.browser.setting import check_address
from tests.web.scene import Scene

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
PASSWORD = "a long password"
SHOWN = {
    "signed out": [
        "/", "/c/{category}/", "/search/?q=日志", "/search/?class=application&sort=price", "/p/{slug}/",
        "/p/{slug}/plans/", "/p/{service}/steps/", "/p/{slug}/reviews/", "/p/{slug}/terms/", "/p/{slug}/versions/",
        "/s/{store}/", "/rules/", "/rules/clauses/17(1)/", "/rules/schedule/", "/rules/versions/",
        "/rules/decisions/refund.entitlement/", "/announcements/",
    ],
    "buyer": ["/orders/", "/orders/{order}/", "/orders/{work}/", "/refunds/{refund}/", "/messages/", "/complaints/"],
    "owner": [
        "/console/", "/console/orders/", "/console/statements/", "/console/statements/{statement}/",
        "/console/standing/", "/console/products/", "/console/finance/",
    ],
    "superuser": [
        "/admin/", "/admin/violations/case/?queue=all", "/admin/catalog/productversion/", "/admin/sweeps/", "{review}",
        "/admin/orders/order/1/change/",
    ],
}  # fmt: skip
# What a page says to whoever looks at it, line by line; what only scripts can do says nothing without them.
LINES = """() => {
  const main = document.querySelector('main');
  const hidden = [...main.querySelectorAll('.js-only')];
  hidden.forEach((one) => one.remove());
  return [...new Set(main.innerText.split('\\n').map((line) => line.trim()).filter(Boolean))];
}"""


@pytest.fixture
def still() -> Iterator[None]:
    """A clock that stands: "two minutes ago" is the same at both looks."""
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        yield


@pytest.mark.parametrize("role", SHOWN)
def test_a_page_shows_the_same_without_scripts(enter: Enter, market: Scene, still: None, role: str) -> None:
    application = market.things["application"].pk
    names = market.names | {"review": f"/admin/providers/application/{application}/change/"}
    plain, scripted = enter(role, scripts=False), enter(role)
    for path in SHOWN[role]:
        said = []
        for page in (scripted, plain):
            answer = page.goto(path.format(**names))
            assert answer is not None
            assert answer.status == 200, path
            expect(page.locator("main")).to_be_visible()
            said.append(page.evaluate(LINES))
        with_scripts, without = said
        assert len(with_scripts) > 3, path
        assert [line for line in with_scripts if line not in without] == [], path


def test_every_part_of_a_product_is_a_link_away(enter: Enter, market: Scene) -> None:
    page = enter("signed out", scripts=False)
    page.goto(f"/p/{market.names['service']}/")
    seen = set()
    for n in range(page.locator(".tabs a").count()):
        page.locator(".tabs a").nth(n).click()
        expect(page.locator(".tabs a[aria-current]")).to_have_count(1)
        expect(page.locator("main .section, main .empty").first).to_be_visible()
        seen.add(page.url)
    assert len(seen) >= 5


def test_a_search_is_narrowed_by_links(enter: Enter) -> None:
    page = enter("signed out", scripts=False)
    page.goto("/")
    page.locator("#site-search").fill("日志")
    page.locator("#site-search").press("Enter")
    page.wait_for_url("**/search/?q=*")
    page.locator("details.menu", has_text="Kind").locator("summary").click()
    page.locator("details.menu[open]").get_by_role("link", name="Application").click()
    assert "class=application" in page.url
    expect(page.locator(".chips")).to_contain_text("Application")
    assert page.locator(".product").count()


def test_somebody_signs_in_and_out(enter: Enter, market: Scene) -> None:
    user = market.people["another provider"]
    assert user is not None
    check_address(user)
    page = enter("signed out", scripts=False)
    page.goto("/orders/")
    assert "/accounts/login/" in page.url
    page.locator("#id_login").fill(user.email)
    page.locator("#id_password").fill(PASSWORD)
    page.locator("main button[type=submit]").first.click()
    page.wait_for_url("**/orders/")
    page.locator("header details.menu summary").click()
    page.locator("header").get_by_role("button").filter(has_text=re.compile("Sign out|退出")).click()
    expect(page.locator("header details.menu")).to_have_count(0)


def test_the_language_is_changed(enter: Enter) -> None:
    page = enter("signed out", scripts=False)
    page.goto("/rules/")
    page.locator("header form.language button").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    assert page.url.endswith("/rules/")


def test_a_product_is_bought_and_a_form_sent_again_buys_nothing_more(enter: Enter, market: Scene) -> None:
    before = Order.objects.count()
    page = enter("buyer", scripts=False)
    page.goto(f"/p/{market.names['slug']}/")
    page.get_by_role("button", name="Buy this plan").click()
    page.wait_for_url("**/checkout/**")
    page.locator("#id_agreed").check()
    # The market holds an unpaid order of this plan: another one is placed where it is asked for.
    page.locator("#id_another").check()
    fields = "[...new FormData(document.querySelector('main form'))]"
    sent = page.context.request.post(
        page.url, form=dict(page.evaluate(fields)), headers={"Referer": page.url}, max_redirects=0
    )
    assert sent.status == 302
    page.get_by_role("button", name="Place the order and pay").click()
    page.wait_for_url("**/pay/*/")
    assert page.url.endswith(sent.headers["location"])
    assert Order.objects.count() == before + 1


def test_a_refund_is_asked_for(enter: Enter, market: Scene) -> None:
    page = enter("buyer", scripts=False)
    page.goto(f"/orders/{market.names['delivered']}/refund/")
    page.get_by_role("button", name="Ask for the refund").click()
    page.wait_for_url("**/refunds/R*/")
    assert RefundRequest.objects.filter(order__number=market.names["delivered"]).count() == 1


def test_a_message_is_sent(enter: Enter, market: Scene) -> None:
    page: Page = enter("buyer", scripts=False)
    page.goto(f"/orders/{market.names['order']}/chat/")
    page.locator("main textarea").fill("请问如何开通？")
    page.get_by_role("button", name="Send the message").click()
    expect(page.locator(".chat")).to_contain_text("请问如何开通？")
