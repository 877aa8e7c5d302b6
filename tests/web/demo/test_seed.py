"""The demo: what it holds, that its books and trail are whole, and that a second run changes nothing."""

from datetime import datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command

from accounts import demo
from accounts.models import User
from catalog.models import Category, ListingCard
from core import clock
from core.clock import BEIJING
from core.models import OutboxMessage, SweepFailure
from deposits.models import TopUpDemand
from exits.models import Exit
from ledger.selectors import verify
from orders.models import CloudInvoice, Invoice, Order, OrderMilestone, Review, WarrantyClaim
from providers.models import Application, Provider
from providers.selectors import is_displayed
from refunds.models import RefundRequest
from regulation.models import RulebookVersion
from regulation.services import rulebook_load
from settlements.models import Statement
from support.models import Ticket
from violations.models import Campaign, Case, Complaint, Defect, Finding, Measure, Remedy, Takedown
from web.demo import content
from web.demo.seeding import SMALL, seed
from web.desk.home import KINDS


@pytest.fixture
def seeded(db: None) -> None:
    rulebook_load(now=clock.now())
    call_command("seed_demo", "--small", verbosity=0, stdout=StringIO())


def states(model: type, field: str = "state") -> set[str]:
    return set(model._default_manager.values_list(field, flat=True))


def test_a_small_demo_shows_every_part_and_its_books_fit(seeded: None) -> None:
    assert [str(misfit) for misfit in verify()] == []
    out = StringIO()
    call_command("audit_verify", stdout=out)
    assert "fit" in out.getvalue()
    assert states(Provider) == {"applying", "active", "leaving", "cleared"}
    # All but the one that infringed somebody's rights.
    assert ListingCard.objects.filter(on_sale=True).exclude(cover="").count() == 19
    assert {"placed", "paid", "in_service", "completed"} <= states(Order)
    assert {"waiting", "submitted", "accepted"} <= states(OrderMilestone)
    assert {"paid_back", "negotiating", "refused", "escalated"} <= states(RefundRequest)
    assert "paid" in states(Statement)
    assert "under_review" in states(Application)
    assert Review.objects.filter(state="published").exists()
    assert not OutboxMessage.objects.filter(state="dead").exists()
    # What is left to send is the post of the last day, not of a year.
    oldest = OutboxMessage.objects.filter(state="waiting").order_by("created_at").first()
    assert oldest is None or oldest.created_at > clock.now() - timedelta(days=1)


def test_every_queue_of_the_operators_has_something_and_matters_stand_at_every_point(seeded: None) -> None:
    assert [str(kind.title) for kind in KINDS if not kind.rows().exists()] == []
    assert not SweepFailure.objects.exists()
    shown: list[tuple[type, set[str]]] = [
        (Complaint, {"filed", "responded", "upheld", "dismissed", "withdrawn"}),
        (Case, {"hearing", "heard", "found"}),
        (Finding, {"standing", "appealed", "confirmed", "overturned"}),
        (Exit, {"preparing", "proposed", "settled"}),
        (WarrantyClaim, {"filed", "answered", "escalated", "compensated"}),
        (Ticket, {"open", "answered", "solved", "closed"}),
        (Takedown, {"filed", "upheld"}),
        (Remedy, {"owed", "offered", "accepted"}),
        (Defect, {"disclosed", "denied", "mended"}),
        (Campaign, {"submitted", "sent"}),
        (Invoice, {"requested", "issued"}),
        (Statement, {"issued", "confirmed", "approved_operations", "disputed", "paid"}),
        (TopUpDemand, {"awaiting", "satisfied"}),
        (RulebookVersion, {"published", "draft"}),
    ]
    assert [(model.__name__, missing) for model, wanted in shown if (missing := wanted - states(model))] == []
    assert Measure.objects.filter(kind="freeze", state="reversed").exists()
    assert {"product_freeze", "deduction"} <= set(
        Measure.objects.filter(state="in_force").values_list("kind", flat=True)
    )


def test_on_the_morning_of_a_settlement_day_the_queues_have_something_too(db: None) -> None:
    """Its statements are just out, so that those of the cycle before are shown; and a payout was held in between."""
    morning = datetime(2026, 6, 16, 11, tzinfo=BEIJING)
    with time_machine.travel(morning):
        rulebook_load(now=morning)
        seed(now=morning, size=SMALL)

    assert [str(kind.title) for kind in KINDS if not kind.rows().exists()] == []
    assert [str(misfit) for misfit in verify()] == []


def test_whoever_is_cleared_out_or_leaves_sells_nothing(seeded: None) -> None:
    gone = Provider.objects.filter(state__in=["leaving", "cleared"]) | Provider.objects.filter(
        exits__state="proposed", exits__kind="cleared_out"
    )
    assert gone.distinct().count() == 3
    assert not any(is_displayed(provider, clock.now()) for provider in gone)


def test_the_demo_provider_and_the_first_buyer_have_something_of_most_kinds(seeded: None) -> None:
    seller = Provider.objects.get(owner__email=demo.address("hengjie"))
    buyer = User.objects.get(email=demo.address("buyer"))
    assert seller.state == "active"
    for model in (Complaint, Case, Finding, Takedown, Defect, Campaign, Ticket, RefundRequest, CloudInvoice, Statement):
        assert model.objects.filter(provider=seller).exists(), model.__name__
    assert Case.objects.filter(provider=seller, state="hearing").exists()
    assert WarrantyClaim.objects.filter(order__provider=seller, order__buyer=buyer).exists()
    assert Invoice.objects.filter(order__buyer=buyer, late_told_at__isnull=False).exists()
    assert Remedy.objects.filter(order__buyer=buyer, state="offered").exists()
    assert Ticket.objects.filter(buyer=buyer, provider=seller).count() > 1
    assert Complaint.objects.filter(complainant=buyer, state="filed", due_at__gt=clock.now()).exists()


def test_the_first_buyer_can_try_every_refund(seeded: None) -> None:
    buyer = User.objects.get(email=demo.address("buyer"))
    assert buyer.check_password(demo.PASSWORD)
    now = clock.now()
    forms = Order.objects.filter(buyer=buyer, title_zh="轻表单", refunded=0).exclude(paid_at=None)
    assert forms.filter(guarantee_ends_at__gt=now, state="in_service").exists()
    over = forms.get(billing="one_off", guarantee_ends_at__lte=now, paid_at__gt=now - timedelta(days=7))
    assert over.policy_percent is None
    refunds = RefundRequest.objects.filter(order__buyer=buyer, order__billing="yearly")
    prorated = refunds.get(state="paid_back")
    assert 0 < prorated.amount < prorated.order.amount
    assert refunds.filter(state="negotiating").exists()


def test_a_database_that_holds_anybody_is_left_alone(seeded: None) -> None:
    before = (User.objects.count(), Order.objects.count(), OutboxMessage.objects.count())

    call_command("seed_demo", "--if-empty", stdout=StringIO())
    with pytest.raises(SystemExit):
        call_command("seed_demo", stdout=StringIO())

    assert (User.objects.count(), Order.objects.count(), OutboxMessage.objects.count()) == before


def test_where_it_fails_nothing_is_left(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    rulebook_load(now=clock.now())
    monkeypatch.setattr("web.demo.seeding._everyday", lambda *_args: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        seed(now=clock.now(), size=SMALL)

    assert not User.objects.exists()
    assert not Category.objects.exists()


def test_the_full_demo_is_as_wide_as_promised() -> None:
    found = content.products()

    assert len({product.key for product in found}) == len(found) >= 80
    assert len([text for text in content.providers() if text.state == "open"]) >= 12
    assert {text.kind for text in content.providers()} == {"enterprise", "individual"}
    for product in found:
        assert all(one.strip() for pair in (product.title, product.tagline, product.text) for one in pair), product.key
        assert product.provider in {text.key for text in content.providers()}
