"""From what left its guarantee to the payout: statements, two approvals, holds, debts, the deposit."""

import csv
import io
import threading
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import InternalError
from openpyxl import load_workbook

from core import sweeps
from core.acts import SYSTEM, Actor, act
from core.clock import BEIJING
from core.errors import Conflict, InvalidInput, NotAllowed, NotFound, NotPermitted
from deposits.models import TopUpDemand
from deposits.selectors import standing as deposit_standing
from deposits.services import deposit_deduct
from ledger import selectors as ledger
from ledger.types import COMPENSATION, FEES, payable
from notifications.models import Message
from payments.models import Payout
from payments.services.payouts import payout_answered, payout_give_up
from payments.types import Answer, Result
from providers.models import Provider
from providers.services import restriction_place
from regulation.models import AuditRecord, DecisionRecord
from regulation.services import decision_record
from regulation.types import Text
from settlements import selectors, services
from settlements.exports import statement_csv, statement_xlsx
from settlements.models import CycleVisit, FeeEntry, FeeYear, SettlementItem, Statement
from tests.providers.making import Person, leave_reason, make_operator, make_person, make_provider
from tests.settlements.making import bank, earn, hold, owe, to_finance, unhold

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=BEIJING)


MARCH_16 = at(2026, 3, 16)
CONFIRMS = at(2026, 3, 24)  # five working days after Monday the 16th: the 17th to the 23rd


@pytest.fixture
def shop(now) -> tuple[Provider, Person]:
    return make_provider(now, price=Decimal("10000.00"))


@pytest.fixture
def operations(now):
    return make_operator(now, "marketplace_operations")


@pytest.fixture
def finance(now):
    return make_operator(now, "finance")


def issue(provider: Provider, when: datetime = MARCH_16) -> Statement:
    statement = services.statement_issue(provider_id=provider.pk, now=when)
    assert statement is not None
    return Statement.objects.get(pk=statement.pk)


def sums(statement: Statement) -> list[str]:
    names = ("sales", "fee", "recovered", "topped_up", "deducted", "payout", "carried")
    return [f"{getattr(statement, name):f}" for name in names]


def booked_right() -> None:
    assert ledger.verify() == []


@pytest.mark.clause("11(1)1", "11(1)3")
def test_what_left_its_guarantee_is_settled_confirmed_approved_and_paid(
    now, shop, operations, finance, deliver
) -> None:
    provider, person = shop
    bank(provider, person, now)
    earn(provider=provider, amount="1200.00", fee="60.00", at=now)
    earn(provider=provider, amount="300.00", fee="15.00", at=at(2026, 3, 16))
    earn(provider=provider, amount="77.00", at=at(2026, 3, 16) + SECOND)

    assert selectors.providers_to_settle(MARCH_16 - SECOND, 10) == []
    assert selectors.providers_to_settle(MARCH_16, 10) == [provider.pk]
    statement = issue(provider)

    assert sums(statement) == ["1500.00", "75.00", "0.00", "0.00", "0.00", "1425.00", "0.00"]
    assert (statement.state, statement.cycle_on.isoformat(), statement.confirm_due_at) == (
        "issued",
        "2026-03-16",
        CONFIRMS,
    )
    assert selectors.payable_free(provider.pk) == Decimal("77.00")
    assert DecisionRecord.objects.get(rule="settlement.statement").outcome == "payout"
    assert Message.objects.filter(recipient=person.user, kind="settlement.issued").count() == 1

    services.statement_confirm(statement=statement, actor=person.actor, now=MARCH_16)
    services.statement_approve_operations(statement=statement, actor=Actor.of(operations), now=MARCH_16)
    services.statement_approve_finance(statement=statement, actor=Actor.of(finance), now=MARCH_16)

    statement.refresh_from_db()
    payout = Payout.objects.get()
    assert (statement.state, payout.amount, payout.reference) == ("paying", Decimal("1425.00"), statement.number)
    payout_answered(number=payout.number, answer=Answer(Result.DONE, trade="T1", at=MARCH_16), now=MARCH_16)
    statement.refresh_from_db()
    assert (statement.state, statement.paid_at) == ("paid", MARCH_16)
    assert ledger.balance(payable(provider.pk)) == Decimal("77.00")
    assert ledger.balance(FEES) == Decimal("75.00")
    assert Message.objects.filter(recipient=person.user, kind="settlement.paid").count() == 1
    acts = list(AuditRecord.objects.filter(subject=statement.reference).order_by("id").values_list("act", flat=True))
    assert acts == [
        "settlement.statement_issue", "settlement.statement_confirm", "settlement.approve_operations",
        "settlement.approve_finance", "settlement.paid",
    ]  # fmt: skip
    booked_right()


def test_where_the_providers_part_of_an_order_is(now, shop, operations, finance) -> None:
    provider, person = shop
    bank(provider, person, now)
    order = earn(provider=provider, amount="100.00", fee="5.00", at=now)
    later = earn(provider=provider, amount="40.00", at=MARCH_16 + SECOND)

    def share(reference: str) -> list[str]:
        found = selectors.shares_of([reference, "unknown"])[reference]
        return [f"{found.waiting:f}", f"{found.in_statement:f}", f"{found.paid:f}"]

    assert share(order) == ["95.00", "0.00", "0.00"]
    statement = to_finance(issue(provider), person, operations, MARCH_16)
    assert share(order) == ["0.00", "95.00", "0.00"]
    services.statement_approve_finance(statement=statement, actor=Actor.of(finance), now=MARCH_16)
    payout_answered(
        number=Payout.objects.get().number, answer=Answer(Result.DONE, trade="T1", at=MARCH_16), now=MARCH_16
    )
    assert share(order) == ["0.00", "0.00", "95.00"]
    assert share(later) == ["40.00", "0.00", "0.00"]


def test_a_settlement_day_is_gone_through_once(now, shop) -> None:
    provider, _person = shop
    earn(provider=provider, amount="100.00", at=now)
    issue(provider)
    earn(provider=provider, amount="50.00", at=now)

    assert services.statement_issue(provider_id=provider.pk, now=MARCH_16 + timedelta(days=1)) is None
    assert selectors.providers_to_settle(MARCH_16 + timedelta(days=1), 10) == []
    assert sums(issue(provider, at(2026, 4, 1)))[0] == "50.00"


@pytest.mark.clause("11(1)2", "13(2)")
def test_what_something_keeps_back_waits_for_the_next_statement(now, shop) -> None:
    provider, _person = shop
    held = earn(provider=provider, amount="100.00", fee="5.00", at=now)
    earn(provider=provider, amount="40.00", fee="2.00", at=now)
    hold(reference=held, reason="refund", cause="R1", at=now)
    hold(reference=held, reason="refund", cause="R1", at=now)
    hold(reference=held, reason="invoice", cause="", at=now)

    assert sums(issue(provider))[:2] == ["40.00", "2.00"]
    assert selectors.standing(provider, MARCH_16)["held"] == Decimal("95.00")
    assert {one["hold"].reason: one["amount"] for one in selectors.held_back(provider)} == {
        "refund": Decimal("95.00"),
        "invoice": Decimal("95.00"),
    }
    assert unhold(reference=held, reason="refund", cause="R1", at=MARCH_16)
    assert not unhold(reference=held, reason="refund", cause="R1", at=MARCH_16)
    assert selectors.providers_to_settle(at(2026, 4, 1), 10) == []
    unhold(reference=held, reason="invoice", cause="", at=MARCH_16)
    assert sums(issue(provider, at(2026, 4, 1)))[:2] == ["100.00", "5.00"]


def test_a_statement_confirms_itself_when_its_five_working_days_have_passed(now, shop, operations) -> None:
    provider, person = shop
    earn(provider=provider, amount="100.00", at=now)
    statement = issue(provider)

    assert sweeps.run("settlements.confirmations", CONFIRMS - SECOND).done == 0
    assert not services.statement_confirm_itself(statement_id=statement.pk, now=CONFIRMS - SECOND)
    assert sweeps.run("settlements.confirmations", CONFIRMS).done == 1
    assert sweeps.run("settlements.confirmations", CONFIRMS).done == 0

    statement.refresh_from_db()
    assert (statement.state, statement.confirmed_by, statement.confirmed_at) == ("confirmed", None, CONFIRMS)
    assert Message.objects.filter(recipient=person.user, kind="settlement.confirmed_itself").count() == 1
    assert Message.objects.filter(recipient=operations, kind="settlement.your_turn").count() == 1


def test_a_provider_objects_in_time_and_is_answered(now, shop, operations) -> None:
    provider, person = shop
    earn(provider=provider, amount="100.00", at=now)
    statement = issue(provider)

    with pytest.raises(NotAllowed):
        services.statement_dispute(statement=statement, text="少了一单", actor=person.actor, now=CONFIRMS)
    services.statement_dispute(statement=statement, text="少了一单", actor=person.actor, now=CONFIRMS - SECOND)
    assert not services.statement_confirm_itself(statement_id=statement.pk, now=CONFIRMS)
    with pytest.raises(NotAllowed):
        services.statement_approve_operations(statement=statement, actor=Actor.of(operations), now=CONFIRMS)
    services.statement_answer(
        statement=statement, text="该订单仍在担保期", actor=Actor.of(operations), now=at(2026, 3, 24, 9)
    )

    statement.refresh_from_db()
    assert (statement.state, statement.confirm_due_at) == ("issued", at(2026, 4, 1))
    assert "该订单仍在担保期" in Message.objects.get(recipient=person.user, kind="settlement.answered").body_zh


def test_a_wrong_statement_is_withdrawn_and_made_anew(now, shop, operations) -> None:
    provider, person = shop
    earn(provider=provider, amount="100.00", at=now)
    owe(provider=provider, amount="30.00", at=now)
    statement = issue(provider)
    assert sums(statement)[2] == "30.00"
    assert ledger.balance(COMPENSATION) == Decimal("30.00")
    services.statement_confirm(statement=statement, actor=person.actor, now=MARCH_16)

    services.statement_return(statement=statement, text="金额有误", actor=Actor.of(operations), now=MARCH_16)
    assert selectors.payable_free(provider.pk) == Decimal("70.00")
    assert selectors.providers_to_settle(MARCH_16, 10) == [provider.pk]
    earn(provider=provider, amount="10.00", at=now)
    again = issue(provider)

    assert sums(again) == ["110.00", "0.00", "30.00", "0.00", "0.00", "80.00", "0.00"]
    assert (again.cycle_on, again.turn, again.number != statement.number) == (statement.cycle_on, 2, True)
    assert ledger.balance(COMPENSATION) == Decimal("30.00")
    assert statement.lines.count() == 2
    booked_right()


def test_two_different_operators_approve(now, shop, operations, finance) -> None:
    provider, person = shop
    bank(provider, person, now)
    earn(provider=provider, amount="100.00", at=now)
    statement = issue(provider)
    both = make_operator(now, "marketplace_operations", "finance")

    with pytest.raises(NotAllowed):
        services.statement_approve_operations(statement=statement, actor=Actor.of(operations), now=now)
    services.statement_confirm(statement=statement, actor=person.actor, now=MARCH_16)
    for actor in (Actor.of(finance), person.actor, SYSTEM):
        with pytest.raises(NotPermitted):
            services.statement_approve_operations(statement=statement, actor=actor, now=MARCH_16)
    services.statement_approve_operations(statement=statement, actor=Actor.of(both), now=MARCH_16)
    with pytest.raises(services.SecondOperatorNeeded):
        services.statement_approve_finance(statement=statement, actor=Actor.of(both), now=MARCH_16)
    with pytest.raises(NotPermitted):
        services.statement_approve_finance(statement=statement, actor=Actor.of(operations), now=MARCH_16)

    statement.refresh_from_db()
    assert (statement.state, statement.finance_by) == ("approved_operations", None)
    assert not Payout.objects.exists()
    assert not AuditRecord.objects.filter(act="settlement.approve_finance").exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        Statement.objects.filter(pk=statement.pk).update(state="approved_finance", finance_by=both)
    with pytest.raises(IntegrityError), transaction.atomic():
        Statement.objects.filter(pk=statement.pk).update(state="approved_finance")
    with pytest.raises(InternalError), transaction.atomic():
        Statement.objects.filter(pk=statement.pk).update(state="paid", finance_by=finance)
    with pytest.raises(InternalError), transaction.atomic():
        Statement.objects.filter(pk=statement.pk).update(payout=Decimal("99.00"), sales=Decimal("99.00"))
    services.statement_approve_finance(statement=statement, actor=Actor.of(finance), now=MARCH_16)
    assert Payout.objects.count() == 1


def test_buttons_are_those_that_are_possible(now, shop, operations, finance) -> None:
    provider, person = shop
    earn(provider=provider, amount="100.00", at=now)
    statement = issue(provider)
    both = make_operator(now, "marketplace_operations", "finance")

    assert selectors.available_acts(statement, person.user) == ["confirm", "dispute"]
    assert selectors.available_acts(statement, operations) == []
    services.statement_confirm(statement=statement, actor=person.actor, now=MARCH_16)
    statement.refresh_from_db()
    assert selectors.available_acts(statement, person.user) == []
    assert selectors.available_acts(statement, operations) == ["approve_operations", "return"]
    services.statement_approve_operations(statement=statement, actor=Actor.of(both), now=MARCH_16)
    statement.refresh_from_db()
    assert selectors.available_acts(statement, both) == ["return"]
    assert selectors.available_acts(statement, finance) == ["approve_finance", "return"]


@pytest.mark.clause("17(5)")
def test_a_refund_after_settlement_is_taken_from_the_next_statement(now, shop) -> None:
    provider, _person = shop
    earn(provider=provider, amount="100.00", fee="5.00", at=now)
    item = owe(provider=provider, amount="60.00", at=now)

    statement = issue(provider)

    assert sums(statement) == ["100.00", "5.00", "60.00", "0.00", "0.00", "35.00", "0.00"]
    assert ledger.balance(payable(provider.pk)) == Decimal("35.00")
    assert ledger.balance(COMPENSATION) == Decimal("60.00")
    item.refresh_from_db()
    assert (item.settled, item.moved) == (Decimal("60.00"), Decimal("60.00"))
    booked_right()


@pytest.mark.clause("17(5)", "9(6)2")
def test_what_is_not_covered_is_carried_through_two_cycles_and_then_taken_from_the_deposit(now, shop) -> None:
    provider, _person = shop
    before = deposit_standing(provider).balance
    earn(provider=provider, amount="100.00", at=now)
    item = owe(provider=provider, amount="150.00", at=now)

    first = issue(provider)
    assert sums(first) == ["100.00", "0.00", "100.00", "0.00", "0.00", "0.00", "50.00"]
    second = issue(provider, at(2026, 4, 1))
    assert (sums(second)[-1], second.from_deposit) == ("50.00", Decimal("0.00"))
    earn(provider=provider, amount="20.00", at=at(2026, 4, 2))
    third = issue(provider, at(2026, 4, 16))

    assert (sums(third), third.from_deposit) == (
        ["20.00", "0.00", "20.00", "0.00", "0.00", "0.00", "0.00"], Decimal("30.00"),
    )  # fmt: skip
    assert deposit_standing(provider).balance == before - Decimal("30.00")
    assert ledger.balance(COMPENSATION) == Decimal("150.00")
    assert TopUpDemand.objects.filter(provider=provider).exists()
    item.refresh_from_db()
    assert item.settled == item.amount
    assert not selectors.open_items(at(2026, 5, 6)).exists()
    booked_right()


@pytest.mark.clause("17(5)")
def test_a_debt_that_the_books_have_moved_lowers_the_payout_and_posts_nothing(now, shop) -> None:
    from ledger import services as books
    from ledger.types import Posting, payback

    provider, _person = shop
    earn(provider=provider, amount="100.00", at=now)

    @act
    def pay_back() -> None:
        books.post(
            key="r1",
            postings=[Posting(payable(provider.pk), payback("B1"), Decimal("40.00"))],
            subject="refund:R1",
            now=now,
        )
        services.item_record(
            provider_id=provider.pk, kind="recovery", amount=Decimal("40.00"), reference="R1", eligible_at=now, now=now
        )

    pay_back()
    statement = issue(provider)

    assert sums(statement) == ["100.00", "0.00", "40.00", "0.00", "0.00", "60.00", "0.00"]
    assert ledger.balance(payable(provider.pk)) == Decimal("60.00")
    assert selectors.payable_free(provider.pk) == Decimal("0.00")
    booked_right()


@pytest.mark.clause("9(6)3")
def test_a_short_deposit_is_filled_from_the_settlement_after_its_deadline(now, shop) -> None:
    provider, _person = shop
    _deduct(provider, "500.00", at(2026, 3, 9, 10))
    earn(provider=provider, amount="800.00", fee="40.00", at=now)

    statement = issue(provider)

    assert sums(statement) == ["800.00", "40.00", "0.00", "500.00", "0.00", "260.00", "0.00"]
    assert deposit_standing(provider).shortfall == Decimal("0.00")
    assert ledger.balance(payable(provider.pk)) == Decimal("260.00")
    assert statement.lines.get(kind="topup").amount == Decimal("500.00")
    booked_right()


@pytest.mark.clause("9(6)3")
def test_before_the_deadline_the_settlement_is_left_alone(now, shop) -> None:
    provider, _person = shop
    _deduct(provider, "500.00", at(2026, 3, 12, 10))
    earn(provider=provider, amount="800.00", at=now)

    assert sums(issue(provider))[3] == "0.00"
    assert deposit_standing(provider).shortfall == Decimal("500.00")


@pytest.mark.clause("9(6)3")
def test_a_settlement_that_does_not_cover_the_shortfall_closes_the_display(now, shop) -> None:
    provider, _person = shop
    _deduct(provider, "500.00", at(2026, 3, 9, 10))
    earn(provider=provider, amount="100.00", at=now)

    assert sums(issue(provider))[3] == "100.00"

    assert deposit_standing(provider).display_closed
    assert Provider.objects.get(pk=provider.pk).hidden


@pytest.mark.clause("9(6)3")
def test_a_settlement_day_visits_a_short_provider_without_any_sale(now, shop) -> None:
    provider, _person = shop
    _deduct(provider, "500.00", at(2026, 3, 9, 10))

    assert sweeps.run("settlements.statements", MARCH_16).done == 1
    assert sweeps.run("settlements.statements", MARCH_16).done == 0

    assert deposit_standing(provider).display_closed
    assert not Statement.objects.exists()
    assert CycleVisit.objects.get().statement is None


@act
def _deduct_act(*, provider: Provider, amount: Decimal, when: datetime) -> None:
    from regulation.types import Decision

    decision = decision_record(
        decision=Decision("test.deduction", "2017-03-07", "deduct", {}, ("9(6)2",), Text("测试", "test")),
        facts={}, subject=provider.subject, now=when,
    )  # fmt: skip
    deposit_deduct(
        provider=provider, amount=amount, kind="penalty", reason=leave_reason(), reference="case:1",
        recipient_account="penalties:platform", decision=decision, key=f"d{when:%d%H}", actor=SYSTEM, now=when,
    )  # fmt: skip


def _deduct(provider: Provider, amount: str, when: datetime) -> None:
    _deduct_act(provider=provider, amount=Decimal(amount), when=when)


def test_a_payout_that_comes_back_is_sent_again_to_the_new_account(now, shop, operations, finance) -> None:
    provider, person = shop
    bank(provider, person, now)
    earn(provider=provider, amount="100.00", at=now)
    statement = to_finance(issue(provider), person, operations, MARCH_16)
    services.statement_approve_finance(statement=statement, actor=Actor.of(finance), now=MARCH_16)
    payout = Payout.objects.get()
    payout_answered(number=payout.number, answer=Answer(Result.REFUSED, reason="no such account"), now=MARCH_16)
    payout_give_up(payout_id=payout.pk, reason="账户有误", actor=Actor.of(finance), now=MARCH_16)

    statement.refresh_from_db()
    assert (statement.state, selectors.payable_free(provider.pk)) == ("approved_finance", Decimal("0.00"))
    services.payout_account_set(
        provider=provider,
        holder=person.name,
        bank="工商银行",
        account="6222000011112222",
        actor=person.actor,
        now=MARCH_16,
    )
    services.statement_pay_again(statement=statement, actor=Actor.of(finance), now=MARCH_16)
    second = Payout.objects.order_by("-pk")[0]
    payout_answered(number=second.number, answer=Answer(Result.DONE, trade="T9", at=MARCH_16), now=MARCH_16)

    statement.refresh_from_db()
    assert (statement.state, statement.payout_number, statement.payouts) == ("paid", second.number, 2)
    assert ledger.balance(payable(provider.pk)) == Decimal("0.00")
    booked_right()


def test_nothing_is_sent_without_an_account_or_while_payouts_are_held(now, shop, operations, finance) -> None:
    provider, person = shop
    earn(provider=provider, amount="100.00", at=now)
    statement = to_finance(issue(provider), person, operations, MARCH_16)

    with pytest.raises(NotAllowed):
        services.statement_approve_finance(statement=statement, actor=Actor.of(finance), now=MARCH_16)
    bank(provider, person, MARCH_16)
    restriction_place(
        provider=provider, kind="payout_held", reference="case:1", reason=leave_reason(), actor=SYSTEM, now=MARCH_16
    )
    with pytest.raises(NotAllowed) as refused:
        services.statement_approve_finance(statement=statement, actor=Actor.of(finance), now=MARCH_16)

    assert refused.value.clauses == ("20(5)",)
    statement.refresh_from_db()
    assert statement.state == "approved_operations"
    assert not Payout.objects.exists()


def test_a_statement_that_comes_to_nothing_is_closed_by_the_second_approval(now, shop, operations, finance) -> None:
    provider, person = shop
    earn(provider=provider, amount="100.00", at=now)
    owe(provider=provider, amount="100.00", at=now)
    statement = to_finance(issue(provider), person, operations, MARCH_16)

    services.statement_approve_finance(statement=statement, actor=Actor.of(finance), now=MARCH_16)

    statement.refresh_from_db()
    assert (statement.state, statement.payout) == ("paid", Decimal("0.00"))
    assert not Payout.objects.exists()


@pytest.mark.parametrize(
    ("holder", "bank_name", "account", "field"),
    [
        ("别人公司", "中国银行", "6217000012345678", "holder"),
        (None, " ", "6217000012345678", "bank"),
        (None, "中国银行", "12", "account"),
    ],
)
def test_the_account_is_the_providers_own(holder, bank_name, account, field, now, shop) -> None:
    provider, person = shop

    with pytest.raises(InvalidInput) as refused:
        services.payout_account_set(
            provider=provider,
            holder=holder or person.name,
            bank=bank_name,
            account=account,
            actor=person.actor,
            now=now,
        )

    assert refused.value.field == field
    assert selectors.payout_recipient(provider.pk) is None
    with pytest.raises(NotFound):
        services.payout_account_set(
            provider=provider, holder=person.name, bank="中国银行", account="6217000012345678",
            actor=make_person(now).actor, now=now,
        )  # fmt: skip


def test_an_account_number_is_encrypted_where_it_is_kept(now, shop) -> None:
    provider, person = shop
    bank(provider, person, now)

    with connection.cursor() as cursor:
        cursor.execute("SELECT account FROM settlements_payoutaccount")
        [(stored,)] = cursor.fetchall()
    assert "6217" not in stored
    assert selectors.payout_recipient(provider.pk).account == "6217000012345678"
    assert selectors.payout_account(provider.pk).masked == "************5678"


def test_an_item_is_recorded_once_for_its_key(now, shop) -> None:
    provider, _person = shop
    first = owe(provider=provider, amount="10.00", at=now)

    @act
    def again(*, amount: str) -> SettlementItem:
        return services.item_record(
            provider_id=provider.pk, kind="recovery", amount=Decimal(amount), reference=first.reference,
            eligible_at=now, now=now, counter_account="compensation:platform",
        )  # fmt: skip

    assert again(amount="10.00").pk == first.pk
    with pytest.raises(Conflict):
        again(amount="11.00")
    with pytest.raises(InvalidInput):
        again(amount="0.00")
    assert SettlementItem.objects.count() == 1


def test_items_and_lines_cannot_be_changed_around_the_services(now, shop) -> None:
    provider, _person = shop
    earn(provider=provider, amount="10.00", at=now)
    statement = issue(provider)

    for change in ({"amount": Decimal("9.00")}, {"kind": "recovery"}, {"reference": "x"}):
        with pytest.raises(InternalError), transaction.atomic():
            SettlementItem.objects.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        SettlementItem.objects.update(settled=Decimal("10.01"))
    with pytest.raises(InternalError), transaction.atomic():
        statement.lines.update(amount=Decimal("1.00"))
    with pytest.raises(InternalError), transaction.atomic():
        statement.lines.all()._raw_delete("default")


def test_another_providers_statement_is_not_there(now, shop) -> None:
    provider, _person = shop
    earn(provider=provider, amount="10.00", at=now)
    statement = issue(provider)
    other, stranger = make_provider(now, price=Decimal("1000.00"))

    with pytest.raises(NotFound):
        selectors.statement_for(provider=other, number=statement.number)
    with pytest.raises(NotFound):
        services.statement_confirm(statement=statement, actor=stranger.actor, now=MARCH_16)
    assert [item.pk for item in selectors.statements_page(provider=provider).items] == [statement.pk]
    assert selectors.statements_page(provider=other).items == []


@pytest.mark.parametrize(("language", "word"), [("zh-hans", "销售"), ("en", "Sale")])
def test_a_statement_as_a_file_holds_its_lines_and_sums(language: str, word: str, now, shop) -> None:
    from django.utils.translation import override

    provider, _person = shop
    earn(provider=provider, amount="100.00", fee="5.00", at=now)
    owe(provider=provider, amount="30.00", at=now, note="=HYPERLINK(1)")
    statement = issue(provider)

    with override(language):
        text = statement_csv(statement).decode("utf-8-sig")
        book = load_workbook(io.BytesIO(statement_xlsx(statement)))

    rows = list(csv.reader(io.StringIO(text)))
    assert [row[2] for row in rows[1:4]] == ["100.00", "-5.00", "-30.00"]
    assert rows[1][0] == word
    assert rows[3][5] == "'=HYPERLINK(1)"
    assert Decimal(str(book.worksheets[0].cell(row=9, column=2).value)) == Decimal("65.00")
    assert book.worksheets[1].max_row == 4


@pytest.mark.clause("13(3)")
def test_the_fee_is_fixed_once_and_follows_the_years_sales(now, shop) -> None:
    provider, _person = shop

    @act
    def pay(*, order: str, amount: str, product_class: str = "application", when: datetime = now) -> Decimal:
        return services.service_fee_fix(
            provider_id=provider.pk, order=order, product_class=product_class, amount=Decimal(amount), now=when
        ).amount

    assert pay(order="O1", amount="199900.00") == Decimal("9995.00")
    assert pay(order="O1", amount="199900.00") == Decimal("9995.00")
    assert pay(order="T1", amount="1000.00", product_class="tool") == Decimal("30.00")
    services.fees_fold(provider_id=provider.pk, year=2026, now=now)
    services.fees_fold(provider_id=provider.pk, year=2026, now=now)
    assert FeeYear.objects.get().base == Decimal("199900.00")
    assert pay(order="O2", amount="1000.00") == Decimal("41.00")
    assert selectors.sold_in_year(provider.pk, 2026) == Decimal("200900.00")
    assert pay(order="O3", amount="100.00", when=at(2027, 1, 1)) == Decimal("5.00")
    assert selectors.fees_to_fold(now, 10) == [f"{provider.pk}:2026", f"{provider.pk}:2027"]
    assert FeeEntry.objects.count() == 4


@pytest.mark.clause("13(3)")
def test_the_fee_is_given_back_in_proportion_and_never_more_than_it_was(now, shop) -> None:
    provider, _person = shop

    @act
    def pay() -> None:
        services.service_fee_fix(
            provider_id=provider.pk, order="O1", product_class="service", amount=Decimal("100.01"), now=now
        )

    @act
    def back(*, refund: str, amount: str) -> Decimal:
        return services.service_fee_return(order="O1", refund=refund, amount=Decimal(amount), now=now)

    pay()
    assert selectors.fee_of("O1") == Decimal("5.00")
    parts = [back(refund="R1", amount="33.33"), back(refund="R2", amount="33.33"), back(refund="R3", amount="33.35")]

    assert sum(parts) == Decimal("5.00")
    assert parts[0] == Decimal("1.67")
    assert back(refund="R1", amount="33.33") == Decimal("1.67")
    assert selectors.fee_of("O1") == Decimal("0.00")
    assert selectors.sold_in_year(provider.pk, 2026) == Decimal("0.00")


@pytest.mark.django_db(transaction=True)
def test_two_workers_issue_one_statement(now) -> None:
    provider, _person = make_provider(now, price=Decimal("10000.00"))
    earn(provider=provider, amount="100.00", at=now)
    made: list[Statement | None] = []

    def work() -> None:
        try:
            made.append(services.statement_issue(provider_id=provider.pk, now=MARCH_16))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len([statement for statement in made if statement]) == 1
    assert Statement.objects.count() == 1
    booked_right()


@pytest.mark.django_db(transaction=True)
def test_of_two_approvals_at_once_one_pays(now) -> None:
    provider, person = make_provider(now, price=Decimal("10000.00"))
    bank(provider, person, now)
    earn(provider=provider, amount="100.00", at=now)
    statement = to_finance(issue(provider), person, make_operator(now, "marketplace_operations"), MARCH_16)
    people = [make_operator(now, "finance") for _ in range(2)]
    errors: list[Exception] = []

    def work(user) -> None:
        try:
            services.statement_approve_finance(statement=statement, actor=Actor.of(user), now=MARCH_16)
        except NotAllowed as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(user,)) for user in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(errors) == 1
    assert Payout.objects.count() == 1
    booked_right()
