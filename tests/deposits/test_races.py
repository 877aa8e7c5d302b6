"""Real threads and real commits: one deposit, several hands (9(6)2, 9(6)3)."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import close_old_connections, connection

from core import sweeps
from core.acts import SYSTEM
from deposits import selectors, services
from deposits.models import Deduction, TopUpDemand
from ledger.selectors import balance
from ledger.types import PENALTIES
from providers import selectors as providers
from providers.models import Provider, Restriction
from regulation.models import DecisionRecord
from tests.providers import making

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.serial]


def together(*jobs: Callable[[], object]) -> list[object]:
    """Run the jobs at the same moment, each with a connection of its own; what each returned or raised."""
    gate = threading.Barrier(len(jobs))
    results: list[object] = [None] * len(jobs)

    def work(place: int, job: Callable[[], object]) -> None:
        close_old_connections()
        try:
            gate.wait()
            results[place] = job()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(place, job)) for place, job in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


@pytest.mark.clause("9(6)2")
def test_two_deductions_of_the_last_yuan_one_wins(now: datetime) -> None:
    provider, _ = making.make_provider(now)
    decision = DecisionRecord.objects.filter(subject=provider.subject).first()

    def take(key: str) -> Callable[[], object]:
        return lambda: services.deposit_deduct(
            provider=provider,
            amount=Decimal("2000.00"),
            kind="penalty",
            reason="违规",
            reference="case",
            recipient_account=PENALTIES,
            decision=decision,
            key=key,
            actor=SYSTEM,
            now=now,
        )

    results = together(take("a"), take("b"))

    assert sorted(type(one).__name__ for one in results) == ["Deduction", "DepositTooSmall"]
    assert selectors.balance(provider) == 0
    assert balance(PENALTIES) == Decimal("2000.00")
    assert Deduction.objects.count() == 1
    assert TopUpDemand.objects.get().shortfall == Decimal("2000.00")


def test_the_same_deduction_twice_at_once_happens_once(now: datetime) -> None:
    provider, _ = making.make_provider(now)
    decision = DecisionRecord.objects.filter(subject=provider.subject).first()

    def take() -> object:
        return services.deposit_deduct(
            provider=provider,
            amount=Decimal("100.00"),
            kind="penalty",
            reason="违规",
            reference="case",
            recipient_account=PENALTIES,
            decision=decision,
            key="same",
            actor=SYSTEM,
            now=now,
        )

    results = together(take, take)

    assert len({one.pk for one in results}) == 1  # type: ignore[attr-defined]
    assert selectors.balance(provider) == Decimal("1900.00")


@pytest.mark.clause("9(6)3")
def test_a_top_up_that_arrives_while_the_display_is_being_closed_leaves_it_open(now: datetime) -> None:
    provider, person = making.make_provider(now)
    decision = DecisionRecord.objects.filter(subject=provider.subject).first()
    services.deposit_deduct(
        provider=provider,
        amount=Decimal("10.00"),
        kind="penalty",
        reason="违规",
        reference="case",
        recipient_account=PENALTIES,
        decision=decision,
        key="k",
        actor=SYSTEM,
        now=now,
    )
    end = TopUpDemand.objects.get().settlement_due_at
    sweeps.run("deposits.topup_lapse", end)
    later = end + timedelta(hours=1)

    results = together(
        lambda: making.pay_in(provider, person, Decimal("10.00"), later),
        lambda: sweeps.run("deposits.close_display", later),
        lambda: sweeps.run("deposits.close_display", later),
    )

    assert not [one for one in results if isinstance(one, Exception)], results
    assert TopUpDemand.objects.get().state == "satisfied"
    assert providers.is_displayed(Provider.objects.get(pk=provider.pk), later)
    assert not Restriction.objects.filter(kind="deposit_short", lifted_at__isnull=True).exists()


def test_a_sweep_in_two_workers_ends_each_restriction_once(now: datetime) -> None:
    from providers.services import restriction_place
    from regulation.models import AuditRecord

    provider, _ = making.make_provider(now)
    for n in range(3):
        restriction_place(
            provider=provider,
            kind="frozen",
            reference=f"case:C{n}",
            reason="违规",
            until=now + timedelta(days=n + 1),
            actor=SYSTEM,
            now=now,
        )
    later = now + timedelta(days=30)

    together(
        lambda: sweeps.run("providers.restrictions_end", later), lambda: sweeps.run("providers.restrictions_end", later)
    )

    assert AuditRecord.objects.filter(act="restriction_end").count() == 3
    assert providers.is_displayed(Provider.objects.get(pk=provider.pk), later)


def test_two_operators_approving_two_applications_of_one_subject_one_wins(now: datetime) -> None:
    from core.acts import Actor
    from providers import services as acts
    from providers.models import Store

    applications = []
    for _ in range(2):
        person = making.make_person(now, n=700)
        application = making.fill(making.start(person, now), person, now)
        applications.append(acts.application_submit(application=application, actor=person.actor, now=now))
    operators = [Actor.of(making.make_operator(now)) for _ in range(2)]
    for application, operator in zip(applications, operators, strict=True):
        acts.application_claim(application=application, actor=operator, now=now)

    results = together(
        *(
            lambda application=application, operator=operator: acts.application_approve(
                application=application, note="", actor=operator, now=now
            )
            for application, operator in zip(applications, operators, strict=True)
        )
    )

    assert sum(isinstance(one, Exception) for one in results) == 1, results
    assert Store.objects.count() == 1
    assert Provider.objects.filter(state="active").count() == 1
