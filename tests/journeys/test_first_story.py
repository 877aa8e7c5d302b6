"""From nobody to a payout: a provider is admitted, lists a service, is bought from, works, and is paid."""

import re
from datetime import datetime, time
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.utils import translation
from playwright.sync_api import expect

from accounts.services import demo_operators_create
from catalog.models import ProductVersion
from core import clock
from core.clock import BEIJING
from ledger.selectors import balance
from ledger.types import FEES, deposit, payable
from orders.models import Order
from providers.models import Provider
from regulation.models import DecisionRecord
from settlements.cycles import issue_day, next_cycle
from settlements.models import Statement
from tests.journeys.acting import Stage, Visitor, all_is_proved, pay_at_gateway
from tests.journeys.desk import operator, settle, take_up
from tests.journeys.selling import (
    COMPANY,
    SLUG,
    TITLE,
    fill_in_application,
    give_account,
    hand_in_application,
    hand_in_listing,
    owner_of,
    pay_deposit,
    write_listing,
)
from tests.orders.making import in_escrow, told, trail

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
SELLER, BUYER = "qingzhou@example.com", "harriet@example.com"
PRICE, FEE = Decimal("3000.00"), Decimal("150.00")


@pytest.fixture
def opened(stage: Stage) -> None:
    """An empty market as it is installed, and its operators."""
    for command in ("rulebook_load", "agreements_load", "categories_load"):
        call_command(command, verbosity=0)
    demo_operators_create(now=clock.now())


def decided(subject: str, rule: str) -> DecisionRecord:
    return DecisionRecord.objects.filter(subject=subject, rule=rule).latest("pk")


def become_provider(stage: Stage) -> Visitor:
    """Sign up, apply, be reviewed, pay the deposit: the store opens."""
    seller = stage.enter("zh-hans").sign_up(stage, SELLER, "林青")
    application = fill_in_application(stage, seller, SELLER)
    hand_in_application(seller)
    desk = operator(stage, "operations")
    take_up(desk, "Applications", "青舟云服务")
    settle(desk, "Take it", "Take it", "It is yours to review.")
    settle(desk, "Approve", "Admit the provider", "The provider is admitted.")
    provider = Provider.objects.get(owner=owner_of(SELLER))
    application.refresh_from_db()
    assert (application.state, provider.legal_name) == ("approved", COMPANY)
    assert trail(application.subject)[-3:] == [f"application_{what}" for what in ("submit", "claim", "approve")]
    assert told(provider.owner, "providers.application_approved") == 1
    stranger = stage.enter("en")
    assert stranger.page.goto(f"/s/{SLUG}/").status == 404
    pay_deposit(stage, seller, provider)
    assert balance(deposit(provider.pk)) == Decimal("5000.00")
    assert stranger.open(f"/s/{SLUG}/")
    give_account(seller)
    return seller


def list_service(stage: Stage, seller: Visitor) -> ProductVersion:
    """Write it, mend what the checks refuse, have it reviewed; a Chinese search finds it."""
    write_listing(seller)
    version = ProductVersion.objects.get(title_zh=TITLE[0])
    hand_in_listing(seller)
    visitor = stage.enter("zh-hans")
    visitor.open("/")
    assert not search(visitor, "平滑迁移").filter(has_text=TITLE[0]).count()
    desk = operator(stage, "rulebook2")
    take_up(desk, "Listings to review", TITLE[0])
    settle(desk, "Take it", "Take it", "It is yours to review.")
    settle(desk, "Approve", "Approve it", "The version is approved.")
    version.refresh_from_db()
    assert version.state == "released"
    assert told(owner_of(SELLER), "listing.released") == 1
    found = search(visitor, "平滑迁移").filter(has_text=TITLE[0])
    expect(found).to_have_count(1)
    return version


def search(visitor: Visitor, text: str):
    """Search in the header; the cards found."""
    visitor.page.locator("#site-search").fill(text)
    visitor.page.locator("#site-search").press("Enter")
    visitor.page.wait_for_url("**/search/**")
    return visitor.page.locator("#main .card, #main article, #main li:has(a[href^='/p/'])")


def buy(stage: Stage, version: ProductVersion) -> tuple[Visitor, Order]:
    """A second person, reading English, signs up, finds it and pays; the money is held."""
    buyer = stage.enter("en").sign_up(stage, BUYER, "Harriet")
    buyer.open("/")
    search(buyer, "Database migration")
    buyer.page.locator("#main").get_by_role("link", name=re.compile(TITLE[1])).first.click()
    buyer.sees("Buy this plan")
    buyer.press("Buy this plan")
    buyer.page.locator("#id_agreed").check()
    buyer.press("Place the order and pay")
    buyer.page.wait_for_url("**/pay/*/")
    pay_at_gateway(stage, buyer)
    buyer.follow("See what happens next")
    order = Order.objects.get(product=version.product)
    assert (order.state, order.amount, in_escrow(order)) == ("paid", PRICE, PRICE)
    assert order.fee == FEE
    guarantee = decided(order.subject, "order.guarantee")
    assert (guarantee.outcome, guarantee.clauses) == ("in_guarantee", ["11(2)", "17(1)2"])
    assert decided(order.subject, "settlement.service_fee").clauses == ["11(1)1", "13(3)"]
    assert (told(order.buyer, "order.paid"), told(owner_of(SELLER), "order.paid.provider")) == (1, 1)
    return buyer, order


def work_and_accept(stage: Stage, seller: Visitor, buyer: Visitor, order: Order) -> None:
    """Each milestone is begun, handed in with its evidence and accepted; then the whole is confirmed, and with that
    the money goes from escrow to what the provider is owed, less the fee.
    """
    fees = balance(FEES)
    for index in range(3):
        stage.later(days=1)
        seller.open_menu("Provider console")
        seller.go("Orders")
        seller.page.locator("#main").get_by_role("link", name=TITLE[0]).first.click()
        seller.follow("Begin this milestone")
        seller.press("Begin this milestone")
        stage.later(hours=6)
        seller.follow("Hand this milestone in")
        seller.fill(
            statement=f"第 {index + 1} 步已按验收标准完成。", files=("proof.txt", "text/plain", "核对一致".encode())
        )
        seller.press("Hand this milestone in")
        stage.settle()
        buyer.open_menu("My orders")
        buyer.page.locator("#main").get_by_role("link", name=TITLE[1]).first.click()
        buyer.follow("Accept this milestone")
        buyer.press("Accept the milestone")
        buyer.sees("The milestone is accepted.")
        assert (in_escrow(order), balance(payable(order.provider_id)), balance(FEES)) == (PRICE, 0, fees)
    buyer.follow("Confirm the whole service")
    buyer.press("Confirm completion")
    buyer.sees("The whole service is confirmed. The provider will be paid.")
    assert (in_escrow(order), balance(payable(order.provider_id)), balance(FEES) - fees) == (0, PRICE - FEE, FEE)
    order.refresh_from_db()
    assert (order.state, order.milestones.filter(state="accepted").count()) == ("completed", 3)
    seller_user = owner_of(SELLER)
    assert [told(order.buyer, f"milestone.{what}") for what in ("started", "submitted")] == [3, 3]
    assert [told(seller_user, kind) for kind in ("milestone.accepted", "order.confirmed")] == [3, 1]
    ended = decided(order.subject, "order.guarantee")
    assert (ended.outcome, ended.clauses) == ("ended", ["11(2)", "17(1)2"])


def be_paid(stage: Stage, seller: Visitor, order: Order) -> None:
    """The next statement: confirmed by the provider, approved by two operators, paid out."""
    owed = PRICE - FEE
    day = issue_day(next_cycle(clock.now(), (1, 16)))
    stage.at(datetime.combine(day, time(9), tzinfo=BEIJING))
    stage.beat("settlements.statements")
    statement = Statement.objects.get(provider_id=order.provider_id)
    assert (statement.sales, statement.fee, statement.payout, statement.state) == (PRICE, FEE, owed, "issued")
    assert told(owner_of(SELLER), "settlement.issued") == 1
    seller.open_menu("Provider console")
    seller.page.locator("#main").get_by_role("link", name=statement.number).first.click()
    seller.follow("Confirm the statement")
    seller.press("Confirm the statement")
    seller.sees("The statement is confirmed. Operations and finance look at it next.")
    for name, queue, button, submit, done in (
        (
            *("operations", "Statements: operations", "Approve for operations"),
            *("Approve it", "The statement is with finance."),
        ),
        ("finance", "Statements: finance", "Approve for finance", "Approve and pay", "The statement is approved."),
    ):
        desk = operator(stage, name)
        take_up(desk, queue, statement.number)
        settle(desk, button, submit, done)
    stage.settle()
    stage.later(hours=1)
    stage.settle()
    statement.refresh_from_db()
    assert statement.state == "paid"
    assert statement.operations_by_id != statement.finance_by_id
    assert balance(payable(order.provider_id)) == 0
    assert told(owner_of(SELLER), "settlement.paid") == 1
    assert decided(f"statement:{statement.number}", "settlement.statement").clauses[0] == "11(1)1"
    seller.page.reload()
    with translation.override(seller.language):
        expect(seller.heading().locator("..")).to_contain_text(str(statement.get_state_display()))


def first_story(stage: Stage) -> None:
    seller = become_provider(stage)
    version = list_service(stage, seller)
    buyer, order = buy(stage, version)
    work_and_accept(stage, seller, buyer, order)
    be_paid(stage, seller, order)
    all_is_proved()


def test_from_nobody_to_a_payout(stage: Stage, opened: None) -> None:
    first_story(stage)
