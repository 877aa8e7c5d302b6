"""What providers have on file, what they are charged with, and how they leave."""

from datetime import date, datetime

from accounts.models import IdentityVerification
from core.acts import SYSTEM
from core.clock import BEIJING
from core.periods import end_of_year
from tests.fire.market import DAY, HOUR, Market, Moments, scene
from tests.orders import making as orders
from tests.providers import making as providers
from tests.settlements import making as settlements


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


@scene
def blacklisted(market: Market) -> Moments:
    """Two providers whose owners were blacklisted."""
    from accounts.services import account_block

    for _ in range(2):
        _product, person = orders.make_shop(market.now)
        account_block(user=person.user, reason="刷单团伙", actor=market.operators[0], now=market.now)
    return {"exits.blacklisted": market.now + HOUR}


@scene
def sold_beside_the_cloud(market: Market) -> Moments:
    """Two providers of which only the tool was sold in the year that ends."""
    for _ in range(2):
        product, person = orders.make_shop(market.now)
        tool, _same = orders.make_shop(
            market.now, provider=product.provider, person=person, deployment_basis="related_tool"
        )
        orders.buy(tool, market.now, buyer=market.buyer)
    return {"exits.cloud_share": end_of_year(market.now.year)}


@scene
def defects_and_infringements(market: Market) -> Moments:
    """Two questions about defects, and a product taken down on which two buyers had relied."""
    from tests.violations.conftest import Scene as Dispute
    from tests.violations.test_takedowns import upheld
    from violations.models import Remedy
    from violations.services import defect_ask

    first, second = market.operators
    asked = [
        defect_ask(product=orders.make_shop(market.now)[0], question="接口是否鉴权？", actor=first, now=market.now)
        for _ in range(2)
    ]
    product, person = orders.make_shop(market.now)
    for _ in range(2):
        order, buyer = orders.buy(product, market.now)
    upheld(Dispute(product, order, product.provider, person, buyer, first, second), market.now)
    return {
        "violations.defects": max(defect.due_at for defect in asked),
        "violations.remedies": max(Remedy.objects.values_list("due_at", flat=True)),
    }
