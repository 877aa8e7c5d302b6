"""Papers that change, expire or lapse: thirty days to report, both sides of the last (18(1)), and what is checked
daily (24(2)).
"""

from datetime import date, datetime, timedelta

import pytest

from core import sweeps
from core.acts import Actor
from core.clock import BEIJING
from core.errors import InvalidInput, NotAllowed
from notifications.models import Message
from providers import reactions, selectors, services
from providers.models import ChangeReport, Document, LapseDuty, Provider
from providers.types import DocumentDetails, DocumentSlot
from regulation.models import DecisionRecord
from tests.providers import making

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
EXPIRES = date(2026, 5, 31)
SLOT = DocumentSlot.BUSINESS_LICENCE


@pytest.fixture
def late(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, object]]:
    """What is handed on as conduct."""
    told: list[dict[str, object]] = []
    monkeypatch.setattr(reactions, "_change_late", [lambda **what: told.append(what)])
    return told


def at(month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=BEIJING)


def report(
    provider: Provider, person: making.Person, changed_on: date, now: datetime, expires_on: date | None = None
) -> ChangeReport:
    return services.document_change_report(
        provider=provider,
        slot=SLOT,
        changed_on=changed_on,
        description="换发",
        details=DocumentDetails(person.number, person.name, date(2025, 1, 1), expires_on),
        upload=making.picture("grey"),
        file_name="new.png",
        actor=person.actor,
        now=now,
    )


@pytest.mark.clause("18(1)")
@pytest.mark.parametrize(
    ("reported", "outcome"),
    [(at(5, 20, 9), "on_time"), (at(6, 19, 23, 59), "on_time"), (at(6, 20), "late"), (at(8, 1), "late")],
)
def test_a_change_is_reported_within_thirty_days(
    now: datetime, late: list[dict[str, object]], reported: datetime, outcome: str
) -> None:
    provider, person = making.make_provider(now)

    made = report(provider, person, date(2026, 5, 20), reported)

    assert made.outcome == outcome
    assert made.due_at == at(6, 20)
    assert len(late) == (outcome == "late")
    assert made.decision.rule == "provider.change_report"
    assert Document.objects.get(pk=made.document_id).state == "pending"
    assert Document.objects.get(provider=provider, slot=SLOT, state="current").pk == made.replaced_id


@pytest.mark.clause("18(1)")
def test_an_operator_accepts_or_does_not_accept_the_new_paper(now: datetime) -> None:
    provider, person = making.make_provider(now)
    operator = Actor.of(making.make_operator(now))
    refused = report(provider, person, now.date(), now)
    with pytest.raises(NotAllowed):
        report(provider, person, now.date(), now)

    services.change_refuse(report=refused, reason="看不清", actor=operator, now=now)
    assert Document.objects.get(pk=refused.document_id).state == "rejected"
    assert Document.objects.get(provider=provider, slot=SLOT, state="current").pk == refused.replaced_id
    with pytest.raises(NotAllowed):
        services.change_accept(report=refused, actor=operator, now=now)

    accepted = report(provider, person, now.date(), now)
    services.change_accept(report=accepted, actor=operator, now=now)
    assert Document.objects.get(provider=provider, slot=SLOT, state="current").pk == accepted.document_id
    assert Document.objects.get(pk=accepted.replaced_id).state == "superseded"
    kinds = set(Message.objects.filter(recipient=person.user).values_list("kind", flat=True))
    assert {"providers.change_refuse", "providers.change_accept"} <= kinds


def test_a_change_that_has_not_happened_cannot_be_reported(now: datetime) -> None:
    provider, person = making.make_provider(now)

    with pytest.raises(InvalidInput) as refused:
        report(provider, person, now.date() + DAY, now)

    assert refused.value.field == "changed_on"
    assert not ChangeReport.objects.exists()
    assert Document.objects.filter(provider=provider).count() == 2


@pytest.mark.clause("18(1)")
def test_expiring_papers_are_announced_once_for_each_of_the_days_ahead(now: datetime) -> None:
    provider, person = making.make_provider(now, expires_on=EXPIRES)

    def told() -> int:
        return Message.objects.filter(kind="providers.document_expiring", recipient=person.user).count()

    sweeps.run("providers.documents_expiring", at(4, 30))
    assert told() == 0
    for moment, total in ((at(5, 1), 2), (at(5, 2), 2), (at(5, 24), 4), (at(5, 30), 6), (at(5, 31), 6)):
        sweeps.run("providers.documents_expiring", moment)
        sweeps.run("providers.documents_expiring", moment)
        assert told() == total, moment
    assert provider.number in Message.objects.filter(kind="providers.document_expiring").first().subject


@pytest.mark.clause("18(1)", "24(2)")
def test_a_lapse_that_nobody_reports_becomes_conduct_and_closes_the_store_until_mended(
    now: datetime, late: list[dict[str, object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    lost: list[datetime] = []
    proposed: list[int] = []
    monkeypatch.setattr(reactions, "_conditions_unmet", [lambda p, unmet, cure_by, now: lost.append(cure_by)])
    monkeypatch.setattr(reactions, "_cure_expired", [lambda p, unmet, now: proposed.append(p.pk)])
    provider, person = making.make_provider(now, expires_on=EXPIRES)
    # Only the license: the representative's card is renewed at once.
    sweeps.run("providers.documents_lapsed", at(5, 31, 23, 59))
    assert not LapseDuty.objects.exists()
    sweeps.run("providers.documents_lapsed", at(6, 1))
    sweeps.run("providers.documents_lapsed", at(6, 1))
    assert LapseDuty.objects.count() == 2
    duty = LapseDuty.objects.get(document__slot=SLOT)
    assert (duty.lapsed_on, duty.due_at) == (date(2026, 6, 1), at(7, 2))

    sweeps.run("providers.lapses_overdue", at(7, 1, 23, 59))
    assert services.conditions_check(provider_id=provider.pk, now=at(7, 1, 23, 59)) == []
    assert late == []
    assert selectors.is_displayed(Provider.objects.get(pk=provider.pk), at(7, 1, 23, 59))

    sweeps.run("providers.lapses_overdue", at(7, 2))
    sweeps.run("providers.lapses_overdue", at(7, 2))
    assert len(late) == 2
    sweeps.run("providers.conditions", at(7, 2, 1))
    standing = Provider.objects.get(pk=provider.pk)
    assert not selectors.is_displayed(standing, at(7, 2, 1))
    assert standing.cure_by == at(7, 24)  # fifteen working days
    assert lost == [at(7, 24)]
    assert DecisionRecord.objects.get(rule="provider.conditions").clauses == ["9(3)1", "24(2)"]

    sweeps.run("providers.cures_expired", at(7, 23, 23, 59))
    assert proposed == []
    sweeps.run("providers.cures_expired", at(7, 24))
    sweeps.run("providers.cures_expired", at(7, 25))
    assert proposed == [provider.pk]

    operator = Actor.of(making.make_operator(now))
    for slot in (SLOT, DocumentSlot.LEGAL_REPRESENTATIVE_ID):
        own = slot == SLOT
        made = services.document_change_report(
            provider=standing,
            slot=slot,
            changed_on=date(2026, 6, 1),
            description="补报",
            details=DocumentDetails(
                person.number if own else making.identity_number(901), person.name if own else "李代表"
            ),
            upload=making.picture(),
            file_name="new.png",
            actor=person.actor,
            now=at(7, 26),
        )
        services.change_accept(report=made, actor=operator, now=at(7, 26, 1))
    assert len(late) == 2, "what was handed on once is not handed on again by the report"
    assert services.conditions_check(provider_id=provider.pk, now=at(7, 26, 2)) == []
    assert selectors.is_displayed(Provider.objects.get(pk=provider.pk), at(7, 26, 2))
    assert Provider.objects.get(pk=provider.pk).cure_by is None


@pytest.mark.clause("18(1)")
@pytest.mark.parametrize(("reported", "state", "told"), [(at(7, 1, 23, 59), "on_time", 0), (at(7, 2), "late", 1)])
def test_a_report_in_the_last_minute_settles_the_lapse(
    now: datetime, late: list[dict[str, object]], reported: datetime, state: str, told: int
) -> None:
    provider, person = making.make_provider(now, expires_on=EXPIRES)
    sweeps.run("providers.documents_lapsed", at(6, 1))

    report(provider, person, date(2026, 6, 1), reported)

    assert LapseDuty.objects.get(document__slot=SLOT).state == state
    assert len(late) == told


@pytest.mark.clause("18(1)")
def test_reminders_come_on_the_first_and_twentieth_day(now: datetime) -> None:
    _, person = making.make_provider(now, expires_on=EXPIRES)
    sweeps.run("providers.documents_lapsed", at(6, 1))

    def told() -> int:
        return Message.objects.filter(kind="providers.document_lapsed", recipient=person.user).count()

    assert told() == 2
    for moment, total in ((at(6, 1, 12), 2), (at(6, 2), 4), (at(6, 20), 4), (at(6, 21), 6), (at(6, 30), 6)):
        sweeps.run("providers.lapses_remind", moment)
        assert told() == total, moment


@pytest.mark.clause("9(2)", "24(2)")
def test_a_real_name_that_is_taken_back_closes_the_store_at_once(now: datetime) -> None:
    from accounts.models import IdentityVerification
    from accounts.services import identity_revoke, identity_verify
    from core.acts import SYSTEM

    provider, person = making.make_provider(now)
    identity_revoke(
        verification=IdentityVerification.objects.get(user=person.user), reason="冒用", actor=SYSTEM, now=now
    )
    assert not selectors.is_displayed(Provider.objects.get(pk=provider.pk), now)

    identity_verify(
        user=person.user,
        kind="enterprise",
        legal_name=person.name,
        number=person.number,
        actor=person.actor,
        now=now + DAY,
    )
    assert selectors.is_displayed(Provider.objects.get(pk=provider.pk), now + DAY)


@pytest.mark.clause("18(1)")
def test_contacts_changed_here_are_reported_with_it(now: datetime) -> None:
    provider, person = making.make_provider(now)

    services.contact_save(
        provider=provider, name="新联系人", phone="13911112222", email="new@example.com", actor=person.actor, now=now
    )

    made = ChangeReport.objects.get(provider=provider)
    assert (made.about, made.outcome) == ("contact", "on_time")
    # The new address is not proved yet, so the condition is not met until it is.
    assert {one.key for one in selectors.unmet_standing(provider, now)} == {"contact"}


def test_a_document_is_read_by_its_team_and_operators_only(now: datetime, client: object) -> None:
    provider, person = making.make_provider(now)
    paper = Document.objects.filter(provider=provider).first()
    stranger, finance = making.make_person(now).user, making.make_operator(now, "finance")

    for user, status in (
        (None, 302),
        (stranger, 404),
        (finance, 404),
        (person.user, 200),
        (making.make_operator(now), 200),
    ):
        client.logout()
        if user is not None:
            client.force_login(user)
        response = client.get(f"/papers/{paper.pk}/")
        assert response.status_code == status, user
        if status == 200:
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert response.headers["Content-Disposition"].startswith("inline")
            assert b"".join(response.streaming_content).startswith(b"\x89PNG")
    assert "papers/" not in (paper.file.name.split("/")[-1])
    with pytest.raises(ValueError, match="not accessible via a URL"):
        _ = paper.file.url


@pytest.mark.clause("9", "24(2)")
def test_the_daily_check_finds_every_way_to_fail_by_one_statement(now: datetime) -> None:
    from core.acts import SYSTEM
    from providers.models import Agreement, Contact, ServiceRegistration

    def suspected(at_: datetime) -> set[int]:
        return set(selectors.providers_to_recheck(at_, 100))

    ways = ["fine", "account", "contact", "service", "agreement", "paper", "condition", "identity"]
    made = {
        way: making.make_provider(
            now, "individual" if way == "condition" else "enterprise", expires_on=EXPIRES if way == "paper" else None
        )
        for way in ways
    }
    tomorrow = now + DAY
    assert suspected(tomorrow) == set()

    _, person = made["account"]
    person.user.is_active = False
    person.user.save(update_fields=["is_active"])
    Contact.objects.filter(provider=made["contact"][0]).update(phone_verified_at=None)
    ServiceRegistration.objects.filter(provider=made["service"][0]).update(days=[1, 2, 3, 4])
    services.agreement_end(
        agreement=Agreement.objects.get(provider=made["agreement"][0], kind="annex"),
        reason="终止",
        actor=SYSTEM,
        now=now,
    )
    services.platform_condition_add(
        code="iso",
        title=making.leave_reason(),
        text=making.leave_reason(),
        for_kind="individual",
        answered_by="operator",
        effective_at=now,
        actor=SYSTEM,
        now=now,
    )
    from accounts.models import IdentityVerification

    IdentityVerification.objects.filter(user=made["identity"][1].user).update(state="revoked")

    at_june = at(6, 1)
    assert suspected(at_june) == {made[way][0].pk for way in ways if way != "fine"}
    failing = {way for way in ways if selectors.unmet_standing(Provider.objects.get(pk=made[way][0].pk), at_june)}
    assert failing == set(ways) - {"fine", "paper"}, "a lapsed paper is tolerated for its thirty days"
    sweeps.run("providers.conditions", at_june)
    assert suspected(at_june) == set()
    assert suspected(at(6, 2)) == {made[way][0].pk for way in ways if way != "fine"}
