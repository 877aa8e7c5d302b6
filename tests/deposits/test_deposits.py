"""The deposit: what is required, paying it, taking from it, topping it up, and closing the display (9(6))."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from core import sweeps
from core.acts import SYSTEM, Actor
from core.clock import BEIJING
from core.errors import Conflict, InvalidInput, NotAllowed
from deposits import prices, selectors, services
from deposits.models import AdditionalDeposit, Deduction, Deposit, DepositPayment, Requirement, TopUpDemand
from ledger.selectors import balance
from ledger.services import post
from ledger.types import PENALTIES, Posting, payable
from notifications.models import Message
from providers import selectors as providers
from providers.models import Provider
from regulation.models import AuditRecord, DecisionRecord
from tests.providers import making

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
Y = Decimal


@pytest.fixture
def price(monkeypatch: pytest.MonkeyPatch) -> Callable[[str | None], None]:
    """Set the highest price on sale."""
    on_sale: list[Decimal | None] = [None]
    monkeypatch.setattr(prices, "_sources", [lambda provider_id, now: on_sale[0]])

    def put(amount: str | None) -> None:
        on_sale[0] = None if amount is None else Decimal(amount)

    return put


def fresh(provider: Provider) -> Provider:
    return Provider.objects.get(pk=provider.pk)


def decision_of(provider: Provider) -> DecisionRecord:
    return DecisionRecord.objects.filter(subject=provider.subject).order_by("pk").first()


def deduct(provider: Provider, amount: str, now: datetime, *, key: str = "", account: str = PENALTIES) -> Deduction:
    return services.deposit_deduct(
        provider=provider,
        amount=Decimal(amount),
        kind="penalty",
        reason="违规",
        reference="case:C1",
        recipient_account=account,
        decision=decision_of(provider),
        key=key or f"k{Deduction.objects.count()}",
        actor=SYSTEM,
        now=now,
    )


def owe(provider: Provider, amount: str, now: datetime) -> None:
    """Let the platform owe the provider something from sales."""
    from core.acts import act

    @act
    def sold(*, now: datetime) -> None:
        post(
            key=f"test:{provider.pk}:{now.isoformat()}",
            postings=[Posting("gateway:sandbox", payable(provider.pk), Decimal(amount))],
            subject="test",
            now=now,
        )

    sold(now=now)


def top_up(provider: Provider, available: str, now: datetime, reference: str = "S1") -> object:
    return services.deposit_topup_from_settlement(
        provider=provider, available=Decimal(available), reference=reference, actor=SYSTEM, now=now
    )


@pytest.mark.clause("9(6)1")
@pytest.mark.parametrize(
    ("kind", "planned", "required"),
    [
        ("enterprise", "0.00", "1000.00"),
        ("enterprise", "0.01", "2000.00"),
        ("enterprise", "1000.00", "2000.00"),
        ("enterprise", "1000.01", "5000.00"),
        ("enterprise", "100000.01", "20000.00"),
        ("individual", "1000.00", "5000.00"),
        ("individual", "100000.00", "20000.00"),
    ],
)
def test_the_price_planned_and_the_kind_of_provider_set_the_deposit(
    now: datetime, kind: str, planned: str, required: str
) -> None:
    provider, _ = making.make_admitted(now, kind, price=Decimal(planned))

    assert selectors.deposit_required(provider, now) == Decimal(required)
    noted = Requirement.objects.get()
    assert noted.decision.clauses == ["9(6)1"]
    assert noted.decision.values["required"] == required


@pytest.mark.clause("9(6)1")
def test_an_individual_is_not_admitted_above_a_hundred_thousand(now: datetime) -> None:
    from providers import services as acts

    person = making.make_person(now, "individual")
    application = making.fill(making.start(person, now, "individual"), person, now, price=Decimal("100000.01"))

    with pytest.raises(acts.ApplicationIncomplete) as refused:
        acts.application_submit(application=application, actor=person.actor, now=now)

    assert [(one.key, one.clause) for one in refused.value.requirements] == [("price", "9(6)1")]
    with pytest.raises(selectors.PriceNotAdmitted):
        selectors.deposit_required(application.provider, now)


@pytest.mark.clause("9(6)1")
def test_a_higher_price_waits_for_the_deposit(now: datetime, price: Callable[[str | None], None]) -> None:
    provider, person = making.make_provider(now)
    price("1000.00")

    assert selectors.covers_price(provider=provider, price=Y("1000.00"), now=now).covered
    cover = selectors.covers_price(provider=provider, price=Y("1000.01"), now=now)
    assert (cover.covered, cover.required, cover.missing) == (False, Y("5000.00"), Y("3000.00"))
    making.pay_in(provider, person, Y("3000.00"), now)
    assert selectors.covers_price(provider=provider, price=Y("1000.01"), now=now).covered

    price("1000.01")
    services.requirement_refresh(provider=provider, actor=SYSTEM, now=now)
    services.requirement_refresh(provider=provider, actor=SYSTEM, now=now)
    assert selectors.standing(provider).required == Y("5000.00")
    assert not TopUpDemand.objects.exists()
    assert Requirement.objects.count() == 2


@pytest.mark.clause("9(6)")
def test_another_amount_replaces_the_payment_that_is_open(now: datetime) -> None:
    provider, person = making.make_admitted(now)
    first = services.deposit_pay(provider=provider, amount=Y("500.00"), actor=person.actor, now=now)
    again = services.deposit_pay(provider=provider, amount=Y("500.00"), actor=person.actor, now=now)
    other = services.deposit_pay(provider=provider, amount=Y("2000.00"), actor=person.actor, now=now)

    assert first.number == again.number != other.number
    assert list(DepositPayment.objects.order_by("pk").values_list("state", flat=True)) == ["closed", "open"]


@pytest.mark.parametrize("amount", ["0.00", "-1.00", "0.001", "1000000.01"])
def test_an_amount_that_cannot_be_paid_is_refused(now: datetime, amount: str) -> None:
    provider, person = making.make_admitted(now)

    with pytest.raises(InvalidInput) as refused:
        services.deposit_pay(provider=provider, amount=Decimal(amount), actor=person.actor, now=now)

    assert refused.value.field == "amount"
    assert not DepositPayment.objects.exists()


@pytest.mark.clause("9(6)2", "20(3)")
def test_a_deduction_is_booked_told_and_recorded_once(now: datetime) -> None:
    provider, person = making.make_provider(now)

    made = deduct(provider, "300.00", now, key="case:C1:penalty")
    again = deduct(provider, "300.00", now, key="case:C1:penalty")

    assert made.pk == again.pk
    assert selectors.balance(provider) == Y("1700.00")
    assert balance(PENALTIES) == Y("300.00")
    told = Message.objects.get(kind="deposits.deducted", recipient=person.user)
    assert "¥300.00" in told.body_zh
    assert "违规" in told.body_zh
    assert AuditRecord.objects.filter(act="deposit_deduct").count() == 1
    with pytest.raises(Conflict):
        deduct(provider, "301.00", now, key="case:C1:penalty")


@pytest.mark.clause("9(6)2")
def test_more_than_the_deposit_holds_is_refused_and_nothing_happens(now: datetime) -> None:
    provider, _ = making.make_provider(now)
    before = (Message.objects.count(), AuditRecord.objects.count(), DecisionRecord.objects.count())

    with pytest.raises(services.DepositTooSmall) as refused:
        deduct(provider, "2000.01", now)

    assert refused.value.available == Y("2000.00")
    assert selectors.balance(provider) == Y("2000.00")
    assert not Deduction.objects.exists()
    assert (Message.objects.count(), AuditRecord.objects.count(), DecisionRecord.objects.count()) == before
    assert deduct(provider, "2000.00", now).amount == Y("2000.00")


@pytest.mark.clause("9(6)3")
def test_a_shortfall_is_topped_up_within_three_working_days(now: datetime) -> None:
    at = datetime(2026, 9, 30, 16, 0, tzinfo=BEIJING)
    provider, person = making.make_provider(at - DAY)
    deduct(provider, "0.01", at)

    demand = TopUpDemand.objects.get()
    assert demand.deadline == datetime(2026, 10, 11, tzinfo=BEIJING)  # the holiday week and a make-up Saturday
    assert demand.decision.rule == "deposit.top_up_deadline"
    assert Message.objects.filter(kind="deposits.top_up", recipient=person.user).count() == 1
    assert providers.is_displayed(fresh(provider), at)

    assert sweeps.run("deposits.topup_lapse", demand.deadline - timedelta(seconds=1)).done == 0
    assert selectors.withholding_for(provider, demand.deadline - timedelta(seconds=1)).amount == 0
    making.pay_in(provider, person, Y("0.01"), demand.deadline - timedelta(seconds=1))
    assert TopUpDemand.objects.get().state == "satisfied"
    assert sweeps.run("deposits.topup_lapse", demand.deadline).done == 0


@pytest.mark.clause("9(6)3")
def test_after_the_deadline_the_next_settlement_is_used_and_the_display_stays_open_until_then(now: datetime) -> None:
    provider, _person = making.make_provider(now)
    deduct(provider, "500.00", now)
    demand = TopUpDemand.objects.get()
    assert demand.deadline == datetime(2026, 3, 6, tzinfo=BEIJING)
    assert sweeps.run("deposits.topup_lapse", demand.deadline).done == 1
    assert sweeps.run("deposits.topup_lapse", demand.deadline).done == 0
    demand.refresh_from_db()
    assert TopUpDemand.objects.get().state == "withholding"
    assert providers.is_displayed(fresh(provider), demand.deadline)
    due = datetime(2026, 3, 16, 9, 0, tzinfo=BEIJING)
    assert demand.settlement_due_at == datetime(2026, 3, 17, tzinfo=BEIJING)
    assert selectors.providers_withholding(due) == [provider.pk]
    assert selectors.withholding_for(provider, due).amount == Y("500.00")

    owe(provider, "800.00", due)
    done = top_up(provider, "800.00", due)
    again = top_up(provider, "800.00", due)

    assert (done.withheld, done.remaining, done.display_closed) == (Y("500.00"), Y("0.00"), False)
    assert again.withheld == Y("500.00")
    assert balance(payable(provider.pk)) == Y("300.00")
    assert selectors.balance(provider) == Y("2000.00")
    assert TopUpDemand.objects.get().state == "satisfied"
    assert done.decision.outcome == "withhold_from_settlement"


@pytest.mark.clause("9(6)3")
@pytest.mark.parametrize(("settled", "closed"), [("500.00", False), ("499.99", True), ("0.00", True)])
def test_a_settlement_that_does_not_cover_it_closes_the_display(now: datetime, settled: str, closed: bool) -> None:
    provider, person = making.make_provider(now)
    deduct(provider, "500.00", now)
    due = datetime(2026, 3, 16, 9, 0, tzinfo=BEIJING)
    owe(provider, "1000.00", due)

    done = top_up(provider, settled, due)

    assert done.display_closed is closed
    assert providers.is_displayed(fresh(provider), due) is not closed
    if closed:
        assert TopUpDemand.objects.get().state == "closed"
        restriction = providers.restrictions_in_force(provider, due).get(kind="deposit_short")
        assert restriction.decision.outcome == "close_display"
        missing = Y("500.00") - Decimal(settled)
        if missing > Y("0.01"):
            making.pay_in(provider, person, missing - Y("0.01"), due)
        assert not providers.is_displayed(fresh(provider), due)
        making.pay_in(provider, person, Y("0.01"), due)
        assert providers.is_displayed(fresh(provider), due)
        assert TopUpDemand.objects.get().state == "satisfied"


@pytest.mark.clause("9(6)3")
def test_without_any_settlement_the_display_closes_when_its_day_has_ended(now: datetime) -> None:
    provider, _ = making.make_provider(now)
    deduct(provider, "500.00", now)
    end = datetime(2026, 3, 17, tzinfo=BEIJING)
    sweeps.run("deposits.topup_lapse", now + 10 * DAY)

    assert sweeps.run("deposits.close_display", end - timedelta(seconds=1)).done == 0
    assert providers.is_displayed(fresh(provider), end - timedelta(seconds=1))
    assert sweeps.run("deposits.close_display", end).done == 1
    assert sweeps.run("deposits.close_display", end + 30 * DAY).done == 0
    assert not providers.is_displayed(fresh(provider), end)
    assert selectors.withholding_for(provider, end + 15 * DAY).amount == Y("500.00")
    owe(provider, "600.00", end + 15 * DAY)
    top_up(provider, "600.00", end + 15 * DAY, "S2")
    assert providers.is_displayed(fresh(provider), end + 15 * DAY)


def test_before_the_deadline_a_settlement_gives_nothing(now: datetime) -> None:
    provider, _ = making.make_provider(now)
    deduct(provider, "500.00", now)
    owe(provider, "600.00", now)

    done = top_up(provider, "600.00", datetime(2026, 3, 5, 23, 59, tzinfo=BEIJING))

    assert done.withheld == 0
    assert balance(payable(provider.pk)) == Y("600.00")


@pytest.mark.clause("9(6)3", "19")
def test_a_deduction_taken_back_restores_the_display_by_new_entries(now: datetime) -> None:
    provider, person = making.make_provider(now)
    made = deduct(provider, "500.00", now)
    due = datetime(2026, 3, 16, 9, 0, tzinfo=BEIJING)
    top_up(provider, "0.00", due)
    assert not providers.is_displayed(fresh(provider), due)

    reversal = services.deduction_reverse(deduction=made, reason="申诉成立", actor=SYSTEM, now=due)
    assert services.deduction_reverse(deduction=made, reason="申诉成立", actor=SYSTEM, now=due).pk == reversal.pk

    assert selectors.balance(provider) == Y("2000.00")
    assert balance(PENALTIES) == 0
    assert providers.is_displayed(fresh(provider), due)
    assert Deduction.objects.filter(pk=made.pk).exists()
    assert selectors.deduction_instants(provider) == []
    assert Message.objects.filter(kind="deposits.deduction_reversed", recipient=person.user).count() == 1


def test_where_the_money_has_moved_on_the_platform_makes_a_reversal_good(now: datetime) -> None:
    provider, _ = making.make_provider(now)
    made = deduct(provider, "500.00", now, account="payback:R1")
    from core.acts import act

    @act
    def spend(*, now: datetime) -> None:
        post(key="gone", postings=[Posting("payback:R1", "gateway:sandbox", Y("500.00"))], subject="t", now=now)

    spend(now=now)

    services.deduction_reverse(deduction=made, reason="申诉成立", actor=SYSTEM, now=now)

    assert selectors.balance(provider) == Y("2000.00")
    assert balance("compensation:platform") == Y("-500.00")


@pytest.mark.clause("9(6)4")
def test_the_third_deduction_in_twelve_months_proposes_an_additional_deposit(now: datetime) -> None:
    provider, person = making.make_provider(now)
    operator = making.make_operator(now)
    deduct(provider, "1.00", now)
    deduct(provider, "1.00", now + DAY)
    assert not AdditionalDeposit.objects.exists()
    third = now + 2 * DAY
    deduct(provider, "1.00", third)

    proposed = AdditionalDeposit.objects.get()
    assert (proposed.count, proposed.amount) == (3, Y("10000.00"))
    assert proposed.until == datetime(2027, 3, 5, tzinfo=BEIJING)
    assert selectors.standing(provider).required == Y("2000.00"), "a proposal asks for nothing yet"
    assert Message.objects.filter(kind="deposits.additional_proposed", recipient=operator).count() == 1
    deduct(provider, "1.00", third)
    assert AdditionalDeposit.objects.count() == 1

    with pytest.raises(InvalidInput):
        services.additional_confirm(additional=proposed, reason=" ", actor=Actor.of(operator), now=third)
    services.additional_confirm(additional=proposed, reason="多次违规", actor=Actor.of(operator), now=third)
    assert selectors.standing(provider).required == Y("12000.00")
    with pytest.raises(NotAllowed):
        services.additional_decline(additional=proposed, reason="x", actor=Actor.of(operator), now=third)

    assert sweeps.run("deposits.additional_end", proposed.until - timedelta(seconds=1)).done == 0
    assert sweeps.run("deposits.additional_end", proposed.until).done == 1
    assert selectors.standing(provider).required == Y("2000.00")
    assert Message.objects.filter(kind="deposits.additional_confirmed", recipient=person.user).count() == 1


@pytest.mark.clause("9(6)4")
@pytest.mark.parametrize(("third", "proposed"), [((2027, 3, 2, 23, 59), True), ((2027, 3, 3, 0, 0), False)])
def test_a_deduction_counts_until_its_own_twelve_months_have_ended(
    now: datetime, third: tuple[int, ...], proposed: bool
) -> None:
    provider, _ = making.make_provider(now)
    deduct(provider, "1.00", now)
    deduct(provider, "1.00", now + 90 * DAY)

    deduct(provider, "1.00", datetime(*third, tzinfo=BEIJING))

    assert AdditionalDeposit.objects.exists() is proposed


@pytest.mark.clause("9(6)4", "19")
def test_an_additional_deposit_falls_with_a_deduction_it_rested_on(now: datetime) -> None:
    provider, _ = making.make_provider(now)
    operator = Actor.of(making.make_operator(now))
    first = deduct(provider, "1.00", now)
    deduct(provider, "1.00", now)
    deduct(provider, "1.00", now)
    services.additional_confirm(additional=AdditionalDeposit.objects.get(), reason="多次", actor=operator, now=now)

    services.deduction_reverse(deduction=first, reason="申诉成立", actor=SYSTEM, now=now + DAY)

    assert AdditionalDeposit.objects.get().state == "ended"
    assert selectors.standing(provider).required == Y("2000.00")


@pytest.mark.clause("28")
def test_a_new_rulebook_works_every_requirement_out_again(now: datetime) -> None:
    from tests.deposits.rules import rulebook_with

    provider, _ = making.make_provider(now)
    effective = now + 10 * DAY
    rulebook_with(
        {"deposit.bands": [{"up_to": "none", "enterprise": "2500.00", "individual": "2500.00"}]}, effective, now
    )

    assert sweeps.run("deposits.requirements_outdated", effective - timedelta(seconds=1)).done == 0
    assert sweeps.run("deposits.requirements_outdated", effective).done == 1
    assert sweeps.run("deposits.requirements_outdated", effective).done == 0
    assert selectors.standing(provider).required == Y("2500.00")
    assert TopUpDemand.objects.get().shortfall == Y("500.00")


@pytest.mark.clause("9(6)", "26(1)")
def test_the_deposit_goes_back_when_the_provider_has_left(now: datetime) -> None:
    from payments.models import Payout
    from payments.services.payouts import payout_answered
    from payments.types import Answer, Recipient, Result
    from providers import services as acts

    provider, person = making.make_provider(now)
    deduct(provider, "500.00", now)
    operator = Actor.of(making.make_operator(now))
    recipient = Recipient(name="云端公司", account="6222020200011112222", bank="中国工商银行")
    with pytest.raises(NotAllowed):
        services.deposit_return(provider=provider, recipient=recipient, actor=operator, now=now)

    acts.provider_leave(provider=provider, exit_kind="voluntary", actor=SYSTEM, now=now)
    sent = services.deposit_return(provider=provider, recipient=recipient, actor=operator, now=now)
    assert services.deposit_return(provider=provider, recipient=recipient, actor=operator, now=now).pk == sent.pk
    assert sent.amount == Y("1500.00")
    assert selectors.balance(provider) == 0
    assert not selectors.demands_of(provider).exclude(state="satisfied").exists()

    payout = Payout.objects.get()
    payout_answered(number=payout.number, answer=Answer(Result.DONE, trade="T1", at=now), now=now)
    assert selectors.returns_of(provider).get().state == "returned"
    assert Message.objects.filter(kind="deposits.returned", recipient=person.user).count() == 1
    assert services.deposit_return(provider=provider, recipient=recipient, actor=operator, now=now) is None


@pytest.mark.clause("9(6)")
def test_a_payment_that_arrives_after_the_provider_left_goes_back(now: datetime) -> None:
    from payments.services.receiving import payment_receive, payment_refuse
    from payments.types import Movement, Notice, Recipient
    from providers import services as acts

    provider, person = making.make_provider(now)
    intent = services.deposit_pay(provider=provider, amount=Y("10.00"), actor=person.actor, now=now)
    acts.provider_leave(provider=provider, exit_kind="voluntary", actor=SYSTEM, now=now)
    operator = Actor.of(making.make_operator(now))
    services.deposit_return(
        provider=provider, recipient=Recipient("a", "6222020200011112222", "b"), actor=operator, now=now
    )
    notice = Notice("n", Movement.PAYMENT, succeeded=True, number=intent.number, trade="t9", amount=Y("10.00"), at=now)

    with pytest.raises(NotAllowed):
        payment_receive(gateway=intent.gateway, notice=notice, now=now)
    payment_refuse(gateway=intent.gateway, notice=notice, now=now)

    assert selectors.balance(provider) == 0


def test_the_database_keeps_what_was_deducted_and_demanded(now: datetime) -> None:
    provider, _ = making.make_provider(now)
    made = deduct(provider, "1.00", now)
    demand = TopUpDemand.objects.get()

    for statement, pk in (
        ("UPDATE deposits_deduction SET amount = 0.01 WHERE id = %s", made.pk),
        ("DELETE FROM deposits_deduction WHERE id = %s", made.pk),
        ("UPDATE deposits_topupdemand SET deadline = now() + interval '1 year' WHERE id = %s", demand.pk),
        ("UPDATE deposits_topupdemand SET state = 'closed' WHERE id = %s", demand.pk),
        ("UPDATE deposits_deposit SET required = 1 WHERE provider_id = %s", provider.pk),
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [pk])
    assert Deposit.objects.get().required == Y("2000.00")
