"""An application bought through the pages: paid back within five days, refused on day six, prorated with a reason."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from accounts.services import account_create
from catalog.models import Product
from core import clock
from core.acts import SYSTEM
from core.clock import BEIJING
from core.periods import end_of_days
from ledger.selectors import balance
from ledger.types import FEES, payable
from orders.models import Order
from refunds.models import RefundRequest
from regulation.models import DecisionRecord
from tests.journeys.acting import PASSWORD, Ear, Stage, Visitor, all_is_proved, pay_at_gateway
from tests.orders.making import in_escrow, make_shop, monthly, owed, trail

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def shop(stage: Stage, now):
    """A monthly application on sale whose terms promise nothing after the guarantee."""
    return make_shop(now, plans=[monthly("99.00")], policy_percent=None)


def visitor_with_account(stage: Stage, language: str, name: str = "buyer") -> tuple[Visitor, User]:
    user = account_create(
        email=f"{name}-{language}@example.com",
        password=PASSWORD,
        display_name="王买家",
        language=language,
        actor=SYSTEM,
        now=clock.now(),
    )
    return stage.enter(language).sign_in(user.email), user


def buy_through_the_pages(stage: Stage, visitor: Visitor, product) -> Order:
    """Find it, choose the plan, read what is agreed to, pay at the gateway; the gateway says so over the wire."""
    page = visitor.open(f"/p/{product.slug}/")
    visitor.press("Buy this plan")
    visitor.sees("Check your order")
    visitor.press("Place the order and pay")
    visitor.sees("Please read the terms and tick the box before you order.")
    assert not product.orders.filter(paid_at=None, state="placed").exists()
    page.locator("#id_agreed").check()
    visitor.press("Place the order and pay")
    page.wait_for_url("**/pay/*/")
    pay_at_gateway(stage, visitor)
    visitor.follow("See what happens next")
    page.wait_for_url("**/orders/*/")
    order = Order.objects.get(number=page.url.rstrip("/").rsplit("/", 1)[-1])
    price = product.live_version.plans.order_by("position")[0].price
    assert (order.amount, in_escrow(order), order.guarantee_ends_at) == (price, price, end_of_days(order.paid_at, 5))
    return order


def find_order(visitor: Visitor, order: Order) -> Page:
    """A number in the search of the header opens what it names."""
    visitor.page.locator("#site-search").fill(order.number)
    visitor.page.locator("#site-search").press("Enter")
    visitor.page.wait_for_url(f"**/orders/{order.number}/")
    return visitor.page


def ask_for_it_back(visitor: Visitor, order: Order, reason: str = "", statement: str = "") -> None:
    page = find_order(visitor, order)
    visitor.follow("Ask for a refund")
    if reason:
        page.locator("#id_reason").select_option(reason)
        visitor.press("Show what I would get")
        expect(page.locator("#id_reason")).to_have_value(reason)
        page.locator("#id_statement").fill(statement)
    visitor.press("Ask for the refund")


def given_back_and_refused(stage: Stage, visitor: Visitor, buyer: User, product: Product, owner: User) -> None:
    """Within five days everything comes back; on day six nothing does, and the buyer sees why."""
    page = visitor.page
    outside, fees, earned = balance("gateway:sandbox"), balance(FEES), balance(payable(product.provider_id))
    hears, owner_hears = Ear(buyer), Ear(owner)

    first = buy_through_the_pages(stage, visitor, product)
    price = first.amount
    assert (hears.told("order.paid"), owner_hears.told("order.paid.provider")) == (1, 1)
    stage.at(first.guarantee_ends_at - timedelta(minutes=2))
    ask_for_it_back(visitor, first)
    page.wait_for_url("**/refunds/*/")
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    expect(page.locator("#main")).to_contain_text(f"¥{price}")
    refund = RefundRequest.objects.get(order=first)
    assert (refund.decision.outcome, refund.amount, refund.reason) == ("full_refund", price, "")
    assert {"17(1)1", "17(4)2"} <= set(refund.decision.clauses)
    assert stage.settle() > 0
    stage.later(seconds=2)
    stage.settle()
    refund.refresh_from_db()
    first.refresh_from_db()
    assert (refund.state, first.state, first.refunded) == ("paid_back", "refunded", price)
    assert (in_escrow(first), owed(first), balance(FEES)) == (0, earned, fees)
    assert balance("gateway:sandbox") == outside
    assert [hears.told(kind) for kind in ("refund.paying_back", "refund.arrived")] == [1, 1]
    page.reload()
    expect(page.locator(".timeline")).to_be_visible()

    second = buy_through_the_pages(stage, visitor, product)
    stage.at(second.guarantee_ends_at + timedelta(minutes=1))
    find_order(visitor, second)
    visitor.follow("Ask for a refund")
    expect(page.locator("#main").get_by_role("link", name="§17(4)2").first).to_be_visible()
    visitor.press("Ask for the refund")
    page.wait_for_url("**/refunds/*/")
    refusal = RefundRequest.objects.get(order=second)
    assert (refusal.state, refusal.decision.outcome, refusal.amount) == ("refused", "not_refundable", 0)
    expect(page.locator("#main").get_by_role("link", name="§17(4)2").first).to_be_visible()
    expect(page.locator("#main")).to_contain_text(refusal.decision.explanation["zh-hans"])
    assert (in_escrow(second) + owed(second) - earned, hears.told("refund.not_refundable")) == (price, 1)
    assert trail(refusal.subject) == ["refunds.request", "refunds.refuse"]


def prorated(stage: Stage, visitor: Visitor, buyer: User, seller: Visitor, product: Product, owner: User) -> None:
    """With a reason that the provider accepts, the unused days come back."""
    hears, owner_hears = Ear(buyer), Ear(owner)
    order = buy_through_the_pages(stage, visitor, product)
    stage.at(order.paid_at.astimezone(BEIJING) + timedelta(days=9))
    ask_for_it_back(visitor, order, "not_as_described", "检索功能与页面所写不符")
    visitor.page.wait_for_url("**/refunds/*/")
    refund = RefundRequest.objects.get(order=order)
    assert (refund.state, refund.decision.outcome) == ("negotiating", "needs_finding")
    assert owner_hears.told("refund.requested") == 1

    seller.open("/console/")
    seller.page.locator("#main").get_by_role("link", name=re.compile(refund.number)).first.click()
    seller.follow("Accept the refund")
    seller.press("Accept and pay back")
    seller.page.wait_for_url(f"**/console/refunds/{refund.number}/")
    refund.refresh_from_db()
    days = (order.term_ends_at.astimezone(BEIJING).date() - order.term_starts_at.astimezone(BEIJING).date()).days
    unused = days - 10
    fair = (order.amount * unused / days).quantize(Decimal("0.01"))
    assert (refund.state, refund.amount) == ("paying_back", fair)
    decided = DecisionRecord.objects.filter(subject=refund.subject).latest("pk")
    assert (decided.outcome, decided.clauses) == ("prorated_refund", ["17(2)", "17(2)2"])
    stage.settle()
    stage.later(seconds=2)
    stage.settle()
    refund.refresh_from_db()
    assert refund.state == "paid_back"
    assert hears.told("refund.arrived") == 1
    visitor.page.reload()
    expect(visitor.page.locator("#main")).to_contain_text(f"¥{fair}")


def test_within_five_days_everything_comes_back_and_on_day_six_nothing_does(stage: Stage, shop) -> None:
    product, owner = shop
    visitor, buyer = visitor_with_account(stage, "zh-hans")
    given_back_and_refused(stage, visitor, buyer, product, owner.user)
    all_is_proved()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_reason_the_provider_accepts_brings_back_the_unused_days(stage: Stage, shop, language: str) -> None:
    product, owner = shop
    visitor, buyer = visitor_with_account(stage, language)
    seller = stage.enter("zh-hans").sign_in(owner.user.email)
    prorated(stage, visitor, buyer, seller, product, owner.user)
    all_is_proved()
