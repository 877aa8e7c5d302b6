"""Leaving, being cleared out, and who may come back (22 to 25)."""

from datetime import datetime, timedelta

import pytest

from core.acts import SYSTEM
from core.clock import BEIJING
from core.errors import NotAllowed
from providers import selectors, services
from providers.models import Application, Provider, ReentryBar
from regulation.models import DecisionRecord
from tests.providers import making

pytestmark = pytest.mark.django_db


def fresh(provider: Provider) -> Provider:
    return Provider.objects.get(pk=provider.pk)


def decision(provider: Provider) -> DecisionRecord:
    return DecisionRecord.objects.filter(subject=provider.subject).first()


def again(now: datetime, n: int) -> tuple[Application, making.Person]:
    """The same legal subject, with a new account, ready to hand in."""
    person = making.make_person(now, n=n)
    return making.fill(making.start(person, now), person, now), person


@pytest.mark.clause("23", "25")
def test_after_a_voluntary_exit_a_year_must_pass(now: datetime) -> None:
    person = making.make_person(now, n=610)
    application = making.fill(making.start(person, now), person, now)
    services.application_submit(application=application, actor=person.actor, now=now)
    making.approve(application, making.make_operator(now), now)
    provider = Provider.objects.get(owner=person.user)
    services.provider_leaving_begin(provider=provider, actor=person.actor, now=now)
    assert not selectors.is_displayed(fresh(provider), now)
    left_at = datetime(2026, 3, 10, 15, 0, tzinfo=BEIJING)
    services.provider_leave(provider=provider, exit_kind="voluntary", actor=SYSTEM, now=left_at)
    services.reentry_bar_record(provider=provider, exit_kind="voluntary", exited_at=left_at, actor=SYSTEM, now=left_at)
    services.reentry_bar_record(provider=provider, exit_kind="voluntary", exited_at=left_at, actor=SYSTEM, now=left_at)
    bar = ReentryBar.objects.get()
    allowed = datetime(2027, 3, 11, tzinfo=BEIJING)
    assert bar.allowed_from == allowed

    just_before = allowed - timedelta(seconds=1)
    application, other = again(just_before, 610)
    with pytest.raises(services.ReentryBarred) as refused:
        services.application_submit(application=application, actor=other.actor, now=just_before)
    assert refused.value.decision.outcome == "not_yet"
    assert refused.value.clauses == ("25",)
    assert Application.objects.get(pk=application.pk).state == "draft"

    assert services.application_submit(application=application, actor=other.actor, now=allowed).state == "submitted"


@pytest.mark.clause("24", "25")
def test_whoever_was_cleared_out_never_comes_back_and_neither_do_those_behind(now: datetime) -> None:
    provider, _person = making.make_provider(now)
    services.provider_clear_out(provider=provider, decision=decision(provider), actor=SYSTEM, now=now)
    services.reentry_bar_record(provider=provider, exit_kind="cleared_out", exited_at=now, actor=SYSTEM, now=now)
    assert fresh(provider).state == "cleared"
    assert ReentryBar.objects.filter(never=True).count() == 2  # the company and its legal representative
    behind = ReentryBar.objects.get(relation="behind_provider").subject_index
    assert selectors.bar_of([behind], now + timedelta(days=36500)).never

    later = now.replace(year=2036)
    other = making.make_person(later, n=620)
    application = making.fill(making.start(other, later), other, later)
    representative = fresh(provider).documents.get(slot="legal_representative_id")
    making.hand_in(other, application.provider, "legal_representative_id", later, number=representative.number)
    services.application_attest(application=application, actor=other.actor, now=later)
    with pytest.raises(services.ReentryBarred) as refused:
        services.application_submit(application=application, actor=other.actor, now=later)
    assert refused.value.decision.outcome == "never"

    services.reentry_bar_revoke(provider=provider, reason="申诉成立", actor=SYSTEM, now=later)
    assert services.application_submit(application=application, actor=other.actor, now=later).state == "submitted"


@pytest.mark.clause("22", "25")
def test_after_an_agreement_ended_one_may_apply_at_once(now: datetime) -> None:
    person = making.make_person(now, n=630)
    application = making.fill(making.start(person, now), person, now)
    services.application_submit(application=application, actor=person.actor, now=now)
    making.approve(application, making.make_operator(now), now)
    provider = Provider.objects.get(owner=person.user)
    services.provider_leave(provider=provider, exit_kind="terminated", actor=SYSTEM, now=now)
    services.reentry_bar_record(provider=provider, exit_kind="terminated", exited_at=now, actor=SYSTEM, now=now)

    application, other = again(now, 630)
    assert services.application_submit(application=application, actor=other.actor, now=now).state == "submitted"


@pytest.mark.clause("19")
def test_a_clearance_that_an_appeal_overturns_is_undone(now: datetime) -> None:
    provider, _ = making.make_provider(now)
    services.provider_clear_out(provider=provider, decision=decision(provider), actor=SYSTEM, now=now)
    assert not selectors.is_displayed(fresh(provider), now)

    services.provider_reinstate(provider=provider, reason="申诉成立", actor=SYSTEM, now=now)

    back = fresh(provider)
    assert (back.state, back.exit_kind, back.exited_at) == ("active", "", None)
    assert selectors.is_displayed(back, now)


STATES = ("applying", "active", "leaving", "left", "cleared")
ALLOWED = {
    ("applying", "admit"),
    ("active", "begin_leaving"),
    ("leaving", "stay"),
    ("active", "leave"),
    ("leaving", "leave"),
    ("active", "clear_out"),
    ("leaving", "clear_out"),
    ("cleared", "reinstate"),
}


@pytest.mark.parametrize("state", STATES)
def test_only_the_states_that_may_follow_do(state: str) -> None:
    from core.fsm import available

    provider = Provider(state=state)

    assert {(state, name) for name in available(provider)} == {pair for pair in ALLOWED if pair[0] == state}


APPLICATION_STATES = {
    "draft": {"submit", "withdraw"},
    "submitted": {"claim", "withdraw"},
    "under_review": {"release", "send_back", "approve", "refuse"},
    "returned": {"submit", "withdraw"},
    "approved": set(),
    "refused": set(),
    "withdrawn": set(),
}


@pytest.mark.parametrize("state", APPLICATION_STATES)
def test_an_application_goes_only_where_it_may(state: str) -> None:
    from core.fsm import available

    assert set(available(Application(state=state))) == APPLICATION_STATES[state]


def test_nobody_leaves_twice(now: datetime) -> None:
    provider, _ = making.make_provider(now)
    services.provider_leave(provider=provider, exit_kind="voluntary", actor=SYSTEM, now=now)

    with pytest.raises(NotAllowed):
        services.provider_leave(provider=provider, exit_kind="terminated", actor=SYSTEM, now=now)
    with pytest.raises(NotAllowed):
        services.provider_clear_out(provider=provider, decision=decision(provider), actor=SYSTEM, now=now)
    assert fresh(provider).exit_kind == "voluntary"
