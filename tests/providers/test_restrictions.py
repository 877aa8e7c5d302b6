"""What is laid over a provider: overlapping, lifting by itself, exact at every instant (9(6)3, 20(2))."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from core import sweeps
from core.acts import SYSTEM, Actor
from core.errors import InvalidInput
from notifications.models import Message
from providers import reactions, selectors, services
from providers.models import Provider, Restriction
from providers.types import RestrictionKind
from regulation.models import AuditRecord
from tests.providers import making

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bool]]:
    """What upper apps are told about the display."""
    told: list[bool] = []
    monkeypatch.setattr(reactions, "_display_changed", [lambda provider, shown, now: told.append(shown)])
    return told


def fresh(provider: Provider) -> Provider:
    return Provider.objects.get(pk=provider.pk)


def shown(provider: Provider, at: datetime) -> tuple[bool, bool]:
    """By the restrictions themselves, and by the columns that lists filter on."""
    exact = selectors.is_displayed(fresh(provider), at)
    return exact, selectors.displayed(Provider.objects.filter(pk=provider.pk), at).exists()


@pytest.mark.clause("20(2)")
def test_a_freeze_hides_until_its_very_instant_whether_or_not_the_sweep_ran(now: datetime, heard: list[bool]) -> None:
    provider, _ = making.make_provider(now)
    heard.clear()
    until = now + 7 * DAY
    services.restriction_place(
        provider=provider,
        kind=RestrictionKind.FROZEN,
        reference="case:C1",
        reason="违规",
        until=until,
        actor=SYSTEM,
        now=now,
    )

    assert shown(provider, now) == (False, False)
    assert shown(provider, until - timedelta(microseconds=1)) == (False, False)
    assert shown(provider, until) == (True, True)
    assert heard == [False]

    assert sweeps.run("providers.restrictions_end", until).done == 1
    assert sweeps.run("providers.restrictions_end", until).done == 0
    assert heard == [False, True]
    lifted = Restriction.objects.get(reference="case:C1")
    assert lifted.lifted_at == until
    assert shown(provider, until) == (True, True)


@pytest.mark.clause("20(2)", "9(6)3")
def test_several_restrictions_overlap_and_each_ends_by_itself(now: datetime, heard: list[bool]) -> None:
    provider, _ = making.make_provider(now)
    heard.clear()
    for reference, days in (("case:C1", 7), ("case:C2", 3)):
        services.restriction_place(
            provider=provider,
            kind=RestrictionKind.FROZEN,
            reference=reference,
            reason="违规",
            until=now + days * DAY,
            actor=SYSTEM,
            now=now,
        )
    services.restriction_place(
        provider=provider, kind=RestrictionKind.DEPOSIT_SHORT, reference="x", reason="不足", actor=SYSTEM, now=now
    )

    sweeps.run("providers.restrictions_end", now + 7 * DAY)
    assert shown(provider, now + 7 * DAY) == (False, False)
    assert services.restriction_lift(
        provider=provider,
        kind=RestrictionKind.DEPOSIT_SHORT,
        reference="x",
        reason="补足",
        actor=SYSTEM,
        now=now + 8 * DAY,
    )
    assert shown(provider, now + 8 * DAY) == (True, True)
    assert heard == [False, True]


def test_a_sweep_a_month_late_ends_the_same(now: datetime) -> None:
    provider, _ = making.make_provider(now)
    services.restriction_place(
        provider=provider,
        kind=RestrictionKind.FROZEN,
        reference="case:C1",
        reason="违规",
        until=now + DAY,
        actor=SYSTEM,
        now=now,
    )

    sweeps.run("providers.restrictions_end", now + 31 * DAY)

    assert Restriction.objects.get(reference="case:C1").lifted_at == now + DAY
    assert AuditRecord.objects.filter(act="restriction_end").count() == 1


def test_placing_the_same_twice_changes_and_tells_nothing(now: datetime) -> None:
    provider, _ = making.make_provider(now)
    places = [
        services.restriction_place(
            provider=provider, kind=RestrictionKind.FROZEN, reference="case:C1", reason="违规", actor=SYSTEM, now=now
        )
        for _ in range(2)
    ]

    assert places[0].pk == places[1].pk
    assert (
        Message.objects.filter(kind="providers.restriction_placed", subject=provider.subject).count() == 2
    )  # deposit, freeze
    assert AuditRecord.objects.filter(act="restriction_place", subject=provider.subject).count() == 2


def test_what_does_not_hide_leaves_the_store_open(now: datetime) -> None:
    provider, _ = making.make_provider(now)
    services.restriction_place(
        provider=provider, kind=RestrictionKind.NO_NEW_LISTINGS, reason="12 分", actor=SYSTEM, now=now
    )
    assert shown(provider, now) == (True, True)
    assert selectors.is_selling(fresh(provider), now)
    assert not selectors.may_list(fresh(provider), now)

    services.restriction_place(
        provider=provider, kind=RestrictionKind.NO_NEW_ORDERS, reason="监管", actor=SYSTEM, now=now
    )
    assert shown(provider, now) == (True, True)
    assert not selectors.is_selling(fresh(provider), now)
    assert not Provider.objects.filter(selectors.selling_condition(now), pk=provider.pk).exists()


def test_a_leave_is_the_providers_own_and_begins_by_itself(now: datetime, heard: list[bool]) -> None:
    provider, person = making.make_provider(now)
    heard.clear()
    starts, until = now + 2 * DAY, now + 5 * DAY
    services.leave_take(
        provider=provider, starts_at=starts, until=until, reason="国庆休假", actor=person.actor, now=now
    )

    assert shown(provider, starts - timedelta(seconds=1)) == (True, True)
    assert shown(provider, starts) == (False, False)
    assert shown(provider, until) == (True, True)
    assert sweeps.run("providers.display_turn", starts).done == 1
    assert heard == [False]
    assert services.leave_end(provider=provider, actor=person.actor, now=starts + DAY)
    assert heard == [False, True]
    assert shown(provider, starts + DAY) == (True, True)


@pytest.mark.parametrize(("days", "field"), [(0, "until"), (91, "until")])
def test_a_leave_ends_after_it_begins_and_within_ninety_days(now: datetime, days: int, field: str) -> None:
    provider, person = making.make_provider(now)

    with pytest.raises(InvalidInput) as refused:
        services.leave_take(
            provider=provider, starts_at=now, until=now + days * DAY, reason="休假", actor=person.actor, now=now
        )

    assert refused.value.field == field
    assert shown(provider, now) == (True, True)


def test_only_the_team_takes_leave(now: datetime) -> None:
    provider, _ = making.make_provider(now)
    stranger = making.make_person(now)

    with pytest.raises(selectors.ProviderNotFound):
        services.leave_take(
            provider=provider, starts_at=now, until=now + DAY, reason="x", actor=Actor.of(stranger.user), now=now
        )


def test_the_columns_agree_with_the_restrictions_through_overlaps_and_gaps(now: datetime) -> None:
    provider, person = making.make_provider(now)
    spans = [
        (RestrictionKind.FROZEN, "a", 0, 3),
        (RestrictionKind.FROZEN, "b", 0, 5),
        (RestrictionKind.CLOSED, "c", 0, 4),
    ]
    for kind, reference, _start, end in spans:
        services.restriction_place(
            provider=provider,
            kind=kind,
            reference=reference,
            reason="原因",
            until=now + end * DAY,
            actor=SYSTEM,
            now=now,
        )
    services.leave_take(
        provider=provider, starts_at=now + 5 * DAY, until=now + 6 * DAY, reason="休假", actor=person.actor, now=now
    )

    for hours in range(0, 24 * 7, 6):
        at = now + timedelta(hours=hours)
        exact, listed = shown(provider, at)
        assert exact == listed == (hours >= 6 * 24), hours


def test_the_database_keeps_restrictions_as_they_were_said(now: datetime) -> None:
    provider, _ = making.make_provider(now)
    placed = services.restriction_place(
        provider=provider, kind=RestrictionKind.FROZEN, reason="违规", until=now + DAY, actor=SYSTEM, now=now
    )

    for statement in (
        "UPDATE providers_restriction SET until = NULL WHERE id = %s",
        "DELETE FROM providers_restriction WHERE id = %s",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [placed.pk])
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE providers_provider SET subject_index = 'x' WHERE id = %s", [provider.pk])
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE providers_provider SET state = 'applying' WHERE id = %s", [provider.pk])
