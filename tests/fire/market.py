"""One market in which every sweep has something due, each at a moment of its own.

A scene lays out the rows of one or several sweeps by the acts themselves and says when they are due. A sweep that is
registered without a scene fails the tests.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from accounts.models import IdentityVerification
from core.acts import SYSTEM, Actor
from core.clock import BEIJING
from tests.catalog.making import approve, make_submitted
from tests.orders import making as orders
from tests.providers import making as providers
from tests.providers.making import Person
from tests.settlements import making as settlements

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=BEIJING)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

Moments = dict[str, datetime]


@dataclass
class Market:
    """Who is there; everybody is made when first asked for."""

    now: datetime = NOW
    moments: Moments = field(default_factory=dict)

    @cached_property
    def application(self) -> tuple[Any, Person]:
        return orders.make_shop(self.now)

    @cached_property
    def service(self) -> tuple[Any, Person]:
        return orders.make_shop(self.now, orders.SERVICE)

    @cached_property
    def buyer(self) -> Person:
        return providers.make_person(self.now)

    @cached_property
    def operators(self) -> list[Actor]:
        roles = ("marketplace_operations", "finance", "arbitration")
        return [Actor.of(providers.make_operator(self.now, *roles)) for _ in range(2)]

    def bought(self) -> Any:
        """An application that was paid for."""
        return orders.buy(self.application[0], self.now, buyer=self.buyer)[0]

    def delivered(self) -> Any:
        return orders.deliver_product(self.bought(), self.application[1], self.now)

    def commissioned(self) -> Any:
        """A service that was paid for."""
        return orders.buy(self.service[0], self.now, buyer=self.buyer)[0]

    def completed(self) -> Any:
        return orders.complete_service(self.commissioned(), self.service[1], self.buyer, self.now)

    @cached_property
    def outlaws(self) -> list[tuple[Any, Person]]:
        """Two providers that are complained about and found guilty."""
        return [orders.make_shop(self.now) for _ in range(2)]


Scene = Callable[[Market], Moments]
_scenes: list[Scene] = []


def scene(lay_out: Scene) -> Scene:
    """Have a scene laid out in every market."""
    _scenes.append(lay_out)
    return lay_out


def lay_out() -> Moments:
    """Lay out the market in an empty database; when each sweep's rows are due."""
    market = Market()
    for each in _scenes:
        for name, moment in each(market).items():
            assert name not in market.moments, f"{name} has two scenes"
            market.moments[name] = moment
    return market.moments


@scene
def trail(market: Market) -> Moments:
    return {"audit.seal": market.now + HOUR}


@scene
def products(market: Market) -> Moments:
    """Two products that were sold, two that nobody buys, and a store with another name since."""
    from providers.services import store_edit

    for plain in (market.application[0], market.service[0]):
        orders.buy(plain, market.now, buyer=market.buyer)
    provider, person = providers.make_provider(market.now)
    for _ in range(2):
        orders.make_shop(market.now, provider=provider, person=person, plans=[orders.one_off("900.00")])
    store = provider.store
    store_edit(
        provider=provider, name_zh="云端新名店", name_en="Renamed Store", introduction_zh=store.introduction_zh,
        introduction_en=store.introduction_en, after_sales_zh="", after_sales_en="", actor=person.actor,
        now=market.now + HOUR,
    )  # fmt: skip
    unsold = datetime(2026, 6, 3, tzinfo=BEIJING)
    return {
        "catalog.sales": market.now + HOUR,
        "catalog.zero_sales_warnings": unsold - 30 * DAY,
        "catalog.zero_sales": unsold,
        "catalog.cards": market.now + 2 * HOUR,
    }


@scene
def approved_before_the_deposit_was_paid(market: Market) -> Moments:
    provider, person = providers.make_provider(market.now)
    reviewer = providers.make_operator(market.now, "marketplace_operations")
    for _ in range(2):
        approve(make_submitted(provider, person, market.now, plans=[orders.one_off("1000.01")]), reviewer, market.now)
    providers.pay_in(provider, person, Decimal("3000.00"), market.now)
    return {"catalog.awaiting_deposit": market.now + HOUR}


@scene
def deposits(market: Market) -> Moments:
    """Four deposits that fell short; two of them were not topped up, and two had three deductions."""
    from deposits import services
    from deposits.models import AdditionalDeposit, TopUpDemand
    from tests.deposits.rules import rulebook_with
    from tests.deposits.test_deposits import deduct

    short = [providers.make_provider(market.now)[0] for _ in range(4)]
    for provider in short:
        deduct(provider, "500.00", market.now)
    for provider in short[:2]:
        for _ in range(2):
            deduct(provider, "1.00", market.now)
    deadline = TopUpDemand.objects.get(provider=short[0]).deadline
    for provider in short[2:]:
        services.topup_lapse(demand_id=TopUpDemand.objects.get(provider=provider).pk, now=deadline)
    revised = datetime(2028, 1, 1, tzinfo=BEIJING)
    bands = [{"up_to": "none", "enterprise": "2500.00", "individual": "2500.00"}]
    rulebook_with({"deposit.bands": bands}, revised, market.now)
    return {
        "deposits.topup_lapse": deadline,
        "deposits.close_display": max(
            TopUpDemand.objects.get(provider=provider).settlement_due_at for provider in short[2:]
        ),
        "deposits.additional_end": max(AdditionalDeposit.objects.values_list("until", flat=True)),
        "deposits.requirements_outdated": revised,
    }


@scene
def exits(market: Market) -> Moments:
    """Two providers that may leave, two that have left, and one cleared out with two orders unfinished."""
    from exits.services import clearance_confirm, clearance_open, exit_complete
    from tests.exits.test_leaving import request_exit

    for number in range(4):
        provider, person = providers.make_provider(market.now)
        settlements.bank(provider, person, market.now)
        leaving = request_exit(provider, person, market.now)
        if number >= 2:
            exit_complete(exit_id=leaving.pk, actor=SYSTEM, now=market.now)
    product, _person = orders.make_shop(market.now, orders.SERVICE)
    for _ in range(2):
        orders.buy(product, market.now, buyer=market.buyer)
    first, second = market.operators
    cleared = clearance_open(
        provider=product.provider, grounds=["24(6)"], reason="情节严重", reference="manual", decision=None, actor=first,
        now=market.now,
    )  # fmt: skip
    clearance_confirm(exit_=cleared, reason="确认", actor=second, now=market.now)
    after = market.now + HOUR
    return {"exits.complete": after, "exits.deposit_return": after, "exits.orders": after}


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
def papers(market: Market) -> Moments:
    """A provider whose two papers expire, one whose lapse is to be reported, and one that begins a leave."""
    from providers.services import lapse_open, leave_take

    expiring, person = providers.make_provider(market.now, expires_on=date(2026, 5, 31))
    lapsed, other = providers.make_provider(market.now, expires_on=date(2026, 4, 30))
    opened = datetime(2026, 5, 1, tzinfo=BEIJING)
    for paper in lapsed.documents.filter(state="current"):
        lapse_open(document_id=paper.pk, now=opened)
    for provider, owner in ((expiring, person), (lapsed, other)):
        leave_take(
            provider=provider, starts_at=market.now + 2 * DAY, until=market.now + 5 * DAY, reason="休假",
            actor=owner.actor, now=market.now,
        )  # fmt: skip
    return {
        "providers.documents_expiring": datetime(2026, 5, 1, tzinfo=BEIJING),
        "providers.documents_lapsed": datetime(2026, 6, 1, tzinfo=BEIJING),
        "providers.lapses_remind": opened + DAY,
        "providers.lapses_overdue": datetime(2026, 6, 1, tzinfo=BEIJING),
        "providers.display_turn": market.now + 2 * DAY,
    }


@scene
def conditions(market: Market) -> Moments:
    """Two providers that lost their real name a moment ago, two that had their time to mend it."""
    from providers.models import Provider
    from providers.services import conditions_check, restriction_place

    found = [providers.make_provider(market.now) for _ in range(4)]
    for _provider, person in found:
        IdentityVerification.objects.filter(user=person.user).update(state="revoked")
    for provider, _person in found[2:]:
        conditions_check(provider_id=provider.pk, now=market.now + HOUR)
    for provider, _person in found[:2]:
        restriction_place(
            provider=provider, kind="no_new_orders", reason="监管", until=market.now + DAY, actor=SYSTEM, now=market.now
        )
    return {
        "providers.conditions": market.now + DAY,
        "providers.cures_expired": max(Provider.objects.get(pk=found[n][0].pk).cure_by for n in (2, 3)),
        "providers.restrictions_end": market.now + DAY,
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
def complaints_and_cases(market: Market) -> Moments:
    """Two complaints, two cases whose hearing ends, two freezes, and points in a year that ends."""
    from tests.violations.conftest import Scene as Dispute
    from tests.violations.test_path import complain, find, open_case
    from violations.models import Complaint, Measure

    first, second = market.operators
    hearings = []
    for n, (product, person) in enumerate(market.outlaws):
        order, _buyer = orders.buy(product, market.now, buyer=market.buyer)
        dispute = Dispute(product, order, product.provider, person, market.buyer, first, second)
        complain(dispute, market.now)
        hearings.append(open_case(dispute, market.now, "V1816", f"heard {n}").hearing_due_at)
        find(dispute, market.now, "V1502", f"frozen {n}")
    return {
        "violations.complaint_response": max(Complaint.objects.values_list("due_at", flat=True)),
        "violations.hearing": max(hearings),
        "violations.measure_end": max(Measure.objects.exclude(until=None).values_list("until", flat=True)),
        "violations.year_end": datetime(2027, 1, 1, tzinfo=BEIJING),
    }
