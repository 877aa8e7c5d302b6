"""A provider leaves by its own wish: work finished, money paid out, deposit back after the warranty, a year's bar."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from accounts.services import identity_verify
from core import clock, sweeps
from core.acts import Actor
from core.clock import BEIJING
from core.periods import end_of_months, end_of_working_days, end_of_years
from deposits.selectors import deposit_balance
from exits.models import Exit, ExitOrder
from ledger.selectors import balance
from notifications.models import Message
from orders.models import Order
from providers.models import Provider
from providers.selectors import bar_of
from regulation.types import moment_of_end
from settlements.models import Statement
from tests.journeys.acting import Stage, all_is_proved, desk_act, reads_english
from tests.orders.making import SERVICE, buy, hand_in_all, in_escrow, make_shop, owed, told
from tests.providers.making import fill, make_operator, make_person, start

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
GONE = 404


@pytest.fixture(autouse=True)
def no_second_factor(settings: Any) -> None:
    settings.OPERATOR_TOTP_REQUIRED = False


@pytest.mark.clause("9(6)1", "11(3)1", "23", "25", "26(1)", "26(3)")
def test_from_the_request_to_the_returned_deposit_and_the_year_after(stage: Stage, now: datetime) -> None:
    product, owner = make_shop(now, SERVICE)
    order, buyer = buy(product, now)
    reads_english(owner.user)
    reads_english(buyer.user)
    provider, deposit = order.provider, deposit_balance(order.provider_id)
    operations, finance = make_operator(now, "marketplace_operations"), make_operator(now, "finance")
    reads_english(operations)
    reads_english(finance)
    seller = stage.enter("en").sign_in(owner.user.email)
    page = seller.page

    # Where the money goes, then the request: what will happen is said before it does.
    seller.open("/console/finance/")
    page.locator("#id_bank").fill("Bank of China, Beijing")
    page.locator("#id_account").fill("6217000012345678")
    seller.press("Use this account")
    seller.open("/console/leaving/")
    seller.follow("Leave the market")
    expect(page.locator("#main")).to_contain_text("Your store and products are no longer shown; nobody can buy.")
    expect(page.locator("#main")).to_contain_text(f"¥{deposit:,.2f}")
    assert not Exit.objects.exists()
    page.locator("#id_reason").fill("We give this line of business up.")
    seller.press("Begin to leave")
    page.wait_for_url("**/console/leaving/")
    exit_ = Exit.objects.get()
    assert (exit_.kind, exit_.state, told(owner.user, "exit.requested")) == ("voluntary", "preparing", 1)
    expect(page.locator("#main")).to_contain_text("No work is unfinished (1)")
    assert stage.enter("en").page.goto(f"/p/{product.slug}/").status == GONE  # type: ignore[union-attr]
    assert sweeps.run("exits.complete", clock.now()).done == 0

    # What was sold is finished: the buyer still finds the order and confirms the whole service.
    stage.at(now + timedelta(days=2))
    hand_in_all(order, owner, clock.now())
    customer = stage.enter("en").sign_in(buyer.user.email)
    customer.open(f"/orders/{order.number}/")
    customer.follow("Confirm the whole service")
    customer.press("Confirm completion")
    customer.page.wait_for_url(f"**/orders/{order.number}/")
    order.refresh_from_db()
    assert order.confirmed_at is not None
    warranty_end = end_of_months(order.confirmed_at, 3)
    assert (order.warranty_ends_at, in_escrow(order)) == (warranty_end, 0)
    earned = owed(order)
    assert earned > 0
    seller.open("/console/leaving/")
    expect(page.locator("#main")).to_contain_text("What is owed was paid out (1)")
    assert sweeps.run("exits.complete", clock.now()).done == 0

    # The next settlement day: confirmed by the provider, approved by two operators, paid.
    stage.at(datetime(2026, 3, 16, 1, 0, tzinfo=BEIJING))
    sweeps.run("settlements.statements", clock.now())
    statement = Statement.objects.get()
    assert statement.payout == earned
    seller.open(f"/console/statements/{statement.number}/")
    seller.follow("Confirm the statement")
    seller.press("Confirm the statement")
    page.wait_for_url(f"**/console/statements/{statement.number}/")
    for user, act, submit in (
        (operations, "approve-operations", "Approve it"),
        (finance, "approve-finance", "Approve and pay"),
    ):
        desk_act(stage.enter("en").sign_in(user.email), f"/admin/settlements/statement/{statement.pk}/{act}", submit)
    stage.settle_all()
    statement.refresh_from_db()
    assert (statement.state, owed(order)) == ("paid", 0)

    # Everything on the checklist is done: it has left, and the deposit has its day.
    sweeps.run("exits.complete", clock.now())
    sweeps.run("exits.orders", clock.now())
    sweeps.run("exits.complete", clock.now())
    exit_.refresh_from_db()
    left_at = exit_.left_at
    assert exit_.state == "left"
    assert left_at is not None
    assert ExitOrder.objects.get().outcome == "after_sales"
    assert told(buyer.user, "exit.after_sales") == 1
    due = end_of_working_days(warranty_end, 15)
    assert exit_.deposit_due_at == due
    seller.open("/console/leaving/")
    seller.sees("The rest of the deposit comes back")
    expect(page.locator("#main")).to_contain_text("This legal subject may apply again from 2027-03-17 00:00.")
    letter = Message.objects.get(recipient=owner.user, kind="exit.left")
    assert letter.body_in("en") == (
        f"You have left the marketplace. The rest of the deposit is returned by {moment_of_end(due).en}."
    )

    # The deposit stays until the last warranty has ended, and is back within fifteen working days of it.
    stage.at(warranty_end - timedelta(minutes=1))
    assert sweeps.run("exits.deposit_return", clock.now()).done == 0
    assert deposit_balance(provider.pk) == deposit
    stage.at(warranty_end)
    assert sweeps.run("exits.deposit_return", clock.now()).done == 1
    assert sweeps.run("exits.deposit_return", clock.now() + timedelta(days=30)).done == 0
    stage.settle_all()
    assert clock.now() < due
    exit_.refresh_from_db()
    assert (exit_.state, deposit_balance(provider.pk), told(owner.user, "exit.settled")) == ("settled", 0, 1)
    assert -balance("gateway:sandbox") == order.amount - earned, "what is left there is the service fee"
    seller.open("/console/leaving/")
    expect(page.locator("#main")).to_contain_text("settled")
    assert page.locator('a[href="/console/leaving/do/request/"]').count() == 0

    # The same subject under another account: not before the year has passed, and then again.
    year_over = end_of_years(left_at, 1)
    subject = Provider.objects.get(pk=provider.pk).subject_index
    day_before = stage.at(year_over - timedelta(minutes=3))
    assert bar_of([subject], day_before) is not None
    again = make_person(day_before, verified=False)
    reads_english(again.user)
    again.name, again.number = owner.name, owner.number
    identity_verify(
        user=again.user, kind="enterprise", legal_name=again.name, number=again.number,
        actor=Actor.of(again.user), now=day_before,
    )  # fmt: skip
    application = fill(start(again, day_before), again, day_before)
    back = stage.enter("en").sign_in(again.user.email)
    stage.at(year_over - timedelta(seconds=30))
    back.open("/console/application/do/submit/")
    back.press("Hand the application in")
    expect(back.page.locator("[role=alert]").first).to_contain_text("§25")
    application.refresh_from_db()
    assert application.state == "draft"
    stage.at(year_over)
    back.open("/console/application/do/submit/")
    back.press("Hand the application in")
    back.page.wait_for_url("**/console/application/")
    application.refresh_from_db()
    assert application.state == "submitted"
    assert Order.objects.get(pk=order.pk).refunded == 0
    all_is_proved()
