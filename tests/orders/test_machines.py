"""Every state and every transition of the machines of orders and refunds, and the consigned direction of invoices."""

from decimal import Decimal

import pytest

from catalog.types import PlanContent
from core.acts import Actor
from ledger.selectors import balance
from ledger.types import FEES
from orders import services
from orders.models import DeductionOffer, Invoice, Order, OrderMilestone, Review, WarrantyClaim
from refunds.models import RefundOffer, RefundRequest
from settlements.models import SettlementHold
from tests.catalog.making import make_listed
from tests.orders.making import books_fit, buy, complete_service, deliver_product, evidence, in_escrow, owed
from tests.providers.making import make_operator, make_provider

MACHINES = {
    Order: {
        "placed": {"pay", "cancel"},
        "paid": {"start", "complete", "refund_in_full"},
        "in_service": {"complete", "refund_in_full"},
        "completed": {"reopen", "close", "refund_in_full"},
        "closed": {"refund_in_full"},
        "refunded": set(),
        "cancelled": set(),
    },
    OrderMilestone: {
        "waiting": {"start"},
        "started": {"submit"},
        "submitted": {"accept", "send_back"},
        "returned": {"submit"},
        "accepted": {"take_acceptance_back"},
    },
    DeductionOffer: {
        "offered": {"sign", "decline", "withdraw"},
        "agreed": set(),
        "declined": set(),
        "withdrawn": set(),
    },
    WarrantyClaim: {
        "filed": {"respond", "escalate", "withdraw"},
        "answered": {"escalate", "resolve", "compensate", "withdraw"},
        "escalated": {"resolve", "compensate", "refuse", "withdraw"},
        "resolved": set(),
        "compensated": set(),
        "refused": set(),
        "withdrawn": set(),
    },
    Invoice: {"requested": {"issue", "cancel"}, "issued": set(), "cancelled": set()},
    Review: {"published": {"hold", "remove"}, "held": {"publish", "remove"}, "removed": {"publish"}},
    RefundRequest: {
        "requested": {"negotiate", "refuse", "decide", "agree"},
        "negotiating": {"decide", "accept", "agree", "escalate", "withdraw"},
        "escalated": {"refuse", "decide", "accept", "agree", "withdraw"},
        "agreed": {"pay_back"},
        "provider_accepted": {"refuse", "pay_back"},
        "decided": {"pay_back"},
        "paying_back": {"arrive"},
        "paid_back": set(),
        "refused": set(),
        "withdrawn": set(),
    },
    RefundOffer: {
        "offered": {"sign", "decline", "withdraw", "lapse"},
        "agreed": set(),
        "declined": set(),
        "withdrawn": set(),
        "lapsed": set(),
    },
}
PAIRS = [(model, state, allowed) for model, states in MACHINES.items() for state, allowed in states.items()]


def named(value) -> str:
    """One name for one case, in every process."""
    return (
        "+".join(sorted(value)) or "none"
        if isinstance(value, set | frozenset)
        else getattr(value, "__name__", str(value))
    )


@pytest.mark.parametrize(("model", "state", "allowed"), PAIRS, ids=named)
def test_every_state_permits_these_transitions_and_no_others(model, state, allowed) -> None:
    found = model(state=state)
    assert {one.name for one in found.get_available_state_transitions()} == allowed


@pytest.mark.parametrize("model", MACHINES, ids=lambda model: model.__name__)
def test_the_states_are_all_there(model) -> None:
    assert {str(state) for state, _name in model._meta.get_field("state").choices} == set(MACHINES[model])


@pytest.fixture
def consigned(now):
    """A service on consignment: 1,200 yuan to the buyer, 1,000 at the supply price; its owner and its order's buyer."""
    provider, owner = make_provider(now, price=Decimal("10000.00"), consigned=True)
    plan = PlanContent("standard", "标准版", "Standard", "one_off", Decimal("1200.00"), supply_price=Decimal("1000.00"))
    product, _owner = make_listed(now, provider=provider, person=owner, slug="migration", plans=[plan])
    order, buyer = buy(product, now)
    return order, buyer, owner


@pytest.mark.django_db
@pytest.mark.clause("13(2)", "13(1)")
def test_a_consigned_sale_is_invoiced_by_the_platform_and_to_it_at_the_supply_price(now, consigned) -> None:
    order, buyer, owner = consigned
    assert (order.consigned, order.fee) == (True, Decimal("200.00"))
    complete_service(order, owner, buyer, now)
    assert (owed(order), balance(FEES), in_escrow(order)) == (Decimal("1000.00"), Decimal("200.00"), Decimal("0.00"))
    from_provider = Invoice.objects.get()
    assert (from_provider.issuer, from_provider.recipient, from_provider.amount) == (
        "provider", "platform", Decimal("1000.00"),
    )  # fmt: skip
    assert SettlementHold.objects.get(lifted_at__isnull=True).cause == from_provider.number
    to_buyer = services.invoice_request(order=order, heading="买家", actor=buyer.actor, now=now)
    assert (to_buyer.issuer, to_buyer.amount) == ("platform", Decimal("1200.00"))
    services.invoice_issue(
        invoice=to_buyer,
        document_number="2",
        files=[evidence()],
        actor=Actor.of(make_operator(now, "finance")),
        now=now,
    )
    services.invoice_issue(invoice=from_provider, document_number="1", files=[evidence()], actor=owner.actor, now=now)
    assert not SettlementHold.objects.filter(lifted_at__isnull=True).exists()
    with pytest.raises(services.InvoiceNotOwed):
        services.fee_invoice_request(order=order, heading="云端", actor=owner.actor, now=now)
    books_fit()


@pytest.mark.django_db
def test_what_the_buyer_sees_of_files_leaves_the_platform_s_own_invoices_out(now, consigned) -> None:
    from orders import selectors

    order, buyer, owner = consigned
    complete_service(order, owner, buyer, now)
    invoice = Invoice.objects.get()
    services.invoice_issue(invoice=invoice, document_number="1", files=[evidence()], actor=owner.actor, now=now)
    found = order.files.get(place=invoice.place)
    assert selectors.file_for(owner.user, found.pk) == found
    with pytest.raises(selectors.OrderNotFound):
        selectors.file_for(buyer.user, found.pk)


@pytest.mark.django_db
def test_access_changed_later_is_told_again(now) -> None:
    product, owner = make_listed(now)
    order, _buyer = buy(product, now)
    deliver_product(order, owner, now)
    services.order_deliver(order=order, access="新地址", actor=owner.actor, now=now)
    assert order.deliveries.count() == 2
    assert order.deliveries.first().access == "新地址"
