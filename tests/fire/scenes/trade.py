"""Orders, their money and what buyers and providers say to each other."""

from datetime import datetime, timedelta
from typing import Any

from core.acts import SYSTEM, Actor
from core.clock import BEIJING
from settlements.models import Statement
from tests.fire.market import HOUR, Market, Moments, scene
from tests.orders import making as orders
from tests.providers import making as providers
from tests.settlements import making as settlements


@scene
def applications_in_use(market: Market) -> Moments:
    from orders.services import invoice_request

    found = [market.delivered() for _ in range(2)]
    ends = found[-1].guarantee_ends_at
    invoices = [
        invoice_request(order=market.delivered(), heading="买家有限公司", actor=market.buyer.actor, now=market.now)
        for _ in range(2)
    ]
    product, owner = orders.make_shop(market.now, plans=[orders.monthly()])
    terms = [
        orders.deliver_product(orders.buy(product, market.now, buyer=market.buyer)[0], owner, market.now)
        for _ in range(2)
    ]
    return {
        "orders.guarantee": ends,
        "orders.release": ends,
        "orders.invoices": max(invoice.due_at for invoice in invoices),
        "orders.term_ending": max(order.term_warn_due_at for order in terms),
    }


@scene
def services_in_work(market: Market) -> Moments:
    """Two that nobody began, two that wait for acceptance, two with a claim, two whose warranty ends."""
    from tests.orders.test_after import claim

    waiting = [market.commissioned() for _ in range(2)]
    handed_in = [orders.hand_in_all(market.commissioned(), market.service[1], market.now) for _ in range(2)]
    claims = [claim(market.completed(), market.buyer, market.now) for _ in range(2)]
    done = [market.completed() for _ in range(2)]
    return {
        "orders.late_start": max(order.start_due_at for order in waiting),
        "orders.acceptance_reminders": max(order.remind_due_at for order in handed_in),
        "orders.acceptance_silence": max(order.settle_due_at for order in handed_in),
        "orders.claims": max(found.answer_due_at for found in claims),
        "orders.close": max(order.warranty_ends_at for order in done),
    }


@scene
def refunds(market: Market) -> Moments:
    from tests.refunds.test_refunds import ask

    asked = [ask(market.commissioned(), market.buyer, market.now) for _ in range(2)]
    return {
        "refunds.reply": max(refund.reply_due_at for refund in asked),
        "refunds.negotiation": max(refund.decide_due_at for refund in asked),
    }


@scene
def payments(market: Market) -> Moments:
    """Two payments not made, two whose callback was kept and not worked, two pay-backs nobody spoke of again."""
    from payments.models import Payback
    from payments.selectors import STUCK_AFTER
    from payments.services import message_store, payback_send
    from refunds.services import refund_request
    from tests.fire.till import intent_for, paid_there

    def asked_for() -> Any:
        return intent_for(orders.place(market.buyer, market.application[0], market.now).number)

    asked_for()
    unpaid = asked_for()
    paid_there(unpaid, market.now)
    for _ in range(2):
        message_store(gateway="sandbox", body="…", notice=orders.notice(asked_for(), market.now), now=market.now)
    for _ in range(2):
        order = orders.place(market.buyer, market.application[0], market.now)
        intent = intent_for(order.number)
        orders.pay(order, market.now, trade=paid_there(intent, market.now).captures.get().trade_no)
        refund_request(order=order, reason=None, actor=market.buyer.actor, now=market.now)
        payback_send(number=Payback.objects.get(intent=intent).number, now=market.now)
    return {
        "payments.unpaid": unpaid.expires_at,
        "payments.messages": market.now + STUCK_AFTER,
        "payments.transfers": market.now + HOUR,
        "payments.reconcile": datetime(2026, 3, 5, 3, tzinfo=BEIJING),
    }


@scene
def statements(market: Market) -> Moments:
    """Two statements that wait for their provider, two providers with something to settle, and fees to add up."""
    from orders.services import order_guarantee_end, order_release
    from settlements.services import statement_issue

    cycle = datetime(2026, 3, 16, tzinfo=BEIJING)
    issued = []
    for _ in range(2):
        provider, person = providers.make_provider(market.now)
        settlements.bank(provider, person, market.now)
        settlements.earn(provider=provider, amount="100.00", fee="5.00", at=market.now)
        issued.append(statement_issue(provider_id=provider.pk, now=cycle))
    for product, _person in (market.application, market.service):
        settlements.earn(provider=product.provider, amount="100.00", fee="5.00", at=market.now)
    released = market.delivered()
    order_guarantee_end(order_id=released.pk, now=released.guarantee_ends_at)
    order_release(order_id=released.pk, now=released.guarantee_ends_at)
    return {
        "settlements.statements": cycle,
        "settlements.confirmations": max(statement.confirm_due_at for statement in issued if statement),
        "settlements.fees": cycle,
    }


@scene
def questions(market: Market) -> Moments:
    from support.types import Side
    from tests.support.test_chat import say

    for _ in range(2):
        say(market.bought(), Side.BUYER, market.buyer, market.now)
    return {"support.chat_response": market.now + timedelta(seconds=30)}


@scene
def post(market: Market) -> Moments:
    """What no other scene leaves to the outbox: payments given up, transfers by bank, payouts, texts to telephones,
    announcements.
    """
    from accounts.services import account_create, account_deactivate
    from notifications.services import announcement_publish, announcement_write
    from orders.services import order_cancel
    from settlements.services import statement_approve_finance, statement_issue
    from tests.fire.till import intent_for, paid_there

    operations, finance = (providers.make_operator(market.now, role) for role in ("marketplace_operations", "finance"))
    cycle = datetime(2026, 3, 16, tzinfo=BEIJING)
    for n in range(2):
        order_cancel(
            order=orders.place(market.buyer, market.application[0], market.now),
            actor=market.buyer.actor,
            now=market.now,
        )
        # Of a provider each: what is charged for one order depends on what was sold before it.
        order = orders.place(market.buyer, (market.application, market.service)[n][0], market.now)
        paid_there(intent_for(order.number), market.now, "transfer")
        provider, person = providers.make_provider(market.now)
        settlements.bank(provider, person, market.now)
        settlements.earn(provider=provider, amount="100.00", fee="5.00", at=market.now)
        issued = statement_issue(provider_id=provider.pk, now=cycle)
        assert issued is not None
        approved = settlements.to_finance(Statement.objects.get(pk=issued.pk), person, operations, cycle)
        statement_approve_finance(statement=approved, actor=Actor.of(finance), now=cycle)
        caller = account_create(phone=f"+861390000000{n}", actor=SYSTEM, now=market.now)
        account_deactivate(user=caller, reason="违规", actor=market.operators[0], now=market.now)
        words = {"zh-hans": f"公告 {n}", "en": f"Announcement {n}"}
        announced = announcement_write(
            author=operations, about="service", title=words, body=words, effective_at=market.now, by_mail=False,
            actor=Actor.of(operations), now=market.now,
        )  # fmt: skip
        announcement_publish(announcement=announced, actor=Actor.of(operations), now=market.now)
    return {}
