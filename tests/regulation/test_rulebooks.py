"""Versions of the rulebook (27 to 29): drafted by one, published by another, the past judged by the old one."""

# ruff: noqa: E501 -- a case a line

import copy
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from core.acts import Actor
from core.clock import BEIJING
from core.errors import Conflict, InvalidInput, NotFound
from regulation import registry, selectors, services
from regulation.content import RulebookInvalid
from regulation.models import AuditRecord, RulebookVersion
from regulation.selectors import NoRulebook
from regulation.services.rulebooks import NotADraft, SecondOperatorNeeded
from regulation.shipped import shipped_content, shipped_rulebook
from tests.regulation.making import DRAFTER, PUBLISHER, REVISED_FROM, revised_rulebook

FIRST_INSTANT = datetime(2017, 3, 7, tzinfo=BEIJING)


def draft(now: datetime, **parameters: Any) -> RulebookVersion:
    services.rulebook_load(now=now)
    row = services.rulebook_draft_create(note="longer guarantee", actor=DRAFTER, now=now)
    if parameters:
        values = {key.replace("__", "."): value for key, value in parameters.items()}
        row = services.rulebook_draft_edit(version=row.version, parameters=values, actor=DRAFTER, now=now)
    return row


@pytest.mark.django_db
def test_the_shipped_version_is_loaded_once(now: datetime) -> None:
    assert services.rulebook_load(now=now) == ["2017-03-07"]
    assert services.rulebook_load(now=now) == []
    row = RulebookVersion.objects.get()
    assert (row.version, row.state, row.effective_at) == ("2017-03-07", "published", FIRST_INSTANT)
    assert selectors.rulebook_of(row) == shipped_rulebook("2017-03-07")


@pytest.mark.django_db
def test_a_shipped_version_that_differs_in_the_database_is_not_taken_for_it(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    services.rulebook_load(now=now)
    effective_at, content = shipped_content("2017-03-07")
    other = copy.deepcopy(content)
    other["parameters"]["guarantee.application_days"]["value"] = 9
    monkeypatch.setattr("regulation.services.rulebooks.shipped_content", lambda name: (effective_at, other))
    with pytest.raises(Conflict):
        services.rulebook_load(now=now)
    with pytest.raises(CommandError):
        call_command("rulebook_load")


@pytest.mark.django_db
@pytest.mark.clause("27")
def test_there_is_no_rulebook_before_the_first(now: datetime) -> None:
    for load in (False, True):
        if load:
            services.rulebook_load(now=now)
        assert selectors.rulebook_at(FIRST_INSTANT).version == "2017-03-07"
        with pytest.raises(NoRulebook):
            selectors.rulebook_at(FIRST_INSTANT - timedelta(microseconds=1))


@pytest.mark.django_db
@pytest.mark.clause("28", "29")
def test_decisions_follow_the_moment_of_conduct_and_request(now: datetime) -> None:
    revised_rulebook({"complaint.response_minutes": 60, "guarantee.application_days": 7}, now=now)
    before, after = REVISED_FROM - timedelta(seconds=1), REVISED_FROM
    for conduct, version, outcome in ((before, "2017-03-07", "late"), (after, "2026-07-01", "on_time")):
        facts = registry.facts_from(
            registry.get("complaint.response").facts,
            {
                "filed_at": conduct.isoformat(),
                "responded_at": (conduct + timedelta(minutes=45)).isoformat(),
                # Decided long after the revision, and still by the rules of its own moment.
                "at": datetime(2026, 12, 1, tzinfo=BEIJING).isoformat(),
            },
        )
        decision = registry.decide("complaint.response", facts, selectors.rulebook_at(conduct))
        assert (decision.rulebook, decision.outcome) == (version, outcome)


@pytest.mark.django_db
@pytest.mark.clause("29")
def test_a_second_operator_publishes_for_a_moment_ahead(now: datetime) -> None:
    row = draft(now, guarantee__application_days=7)
    assert (row.state, row.based_on, row.drafted_by) == ("draft", "2017-03-07", "operator:11")
    assert row.version == "draft-2026-03-02"
    with pytest.raises(SecondOperatorNeeded):
        services.rulebook_publish(version=row.version, effective_at=REVISED_FROM, actor=DRAFTER, now=now)
    with pytest.raises(InvalidInput) as refused:
        services.rulebook_publish(
            version=row.version, effective_at=now + timedelta(minutes=5, seconds=-1), actor=PUBLISHER, now=now
        )
    assert refused.value.field == "effective_at"
    assert RulebookVersion.objects.get(pk=row.pk).state == "draft"
    assert not AuditRecord.objects.filter(act="rulebook_publish").exists()
    published = services.rulebook_publish(
        version=row.version, effective_at=now + timedelta(minutes=5), actor=PUBLISHER, now=now
    )
    assert (published.version, published.state) == ("2026-03-02", "published")
    assert selectors.rulebook_at(now + timedelta(minutes=5, microseconds=-1)).version == "2017-03-07"
    assert selectors.rulebook_at(now + timedelta(minutes=5)).parameter("guarantee.application_days") == 7
    trail = selectors.trail_of(f"rulebook:{row.pk}")
    assert [one.act for one in trail] == ["rulebook_publish", "rulebook_draft_edit", "rulebook_draft_create"]
    assert trail[0].after["content_hash"] == published.content_hash


@pytest.mark.django_db
def test_whoever_edits_becomes_an_author_and_cannot_publish(now: datetime) -> None:
    row = draft(now)
    services.rulebook_draft_edit(version=row.version, parameters={"refund.reply_hours": 24}, actor=PUBLISHER, now=now)
    with pytest.raises(SecondOperatorNeeded):
        services.rulebook_publish(version=row.version, effective_at=REVISED_FROM, actor=PUBLISHER, now=now)


@pytest.mark.django_db
def test_what_is_published_or_discarded_is_no_draft_any_more(now: datetime) -> None:
    published = revised_rulebook({"refund.reply_hours": 24}, now=now)
    discarded = services.rulebook_draft_create(note="another", actor=DRAFTER, now=now + timedelta(minutes=2))
    services.rulebook_draft_discard(version=discarded.version, actor=DRAFTER, now=now)
    for version in (published.version, discarded.version):
        with pytest.raises(NotADraft):
            services.rulebook_draft_edit(version=version, parameters={}, actor=DRAFTER, now=now)
        with pytest.raises(NotADraft):
            services.rulebook_publish(version=version, effective_at=REVISED_FROM, actor=PUBLISHER, now=now)
        with pytest.raises(NotADraft):
            services.rulebook_draft_discard(version=version, actor=DRAFTER, now=now)
    with pytest.raises(NotFound):
        services.rulebook_draft_discard(version="draft-1999-01-01", actor=DRAFTER, now=now)


@pytest.mark.django_db
def test_a_draft_begun_before_another_was_published_starts_over(now: datetime) -> None:
    stale = draft(now, refund__reply_hours=24)
    revised_rulebook({"refund.reply_hours": 36}, now=now)
    with pytest.raises(Conflict):
        services.rulebook_publish(
            version=stale.version,
            effective_at=REVISED_FROM + timedelta(days=1),
            actor=PUBLISHER,
            now=now + timedelta(hours=1),
        )


@pytest.mark.django_db
def test_two_versions_of_one_day_are_told_apart(now: datetime) -> None:
    revised_rulebook({"refund.reply_hours": 36}, now=now)
    second = revised_rulebook(
        {"refund.reply_hours": 24}, now=now + timedelta(hours=1), effective_at=REVISED_FROM + timedelta(hours=12)
    )
    assert second.version == "2026-07-01.2"
    assert selectors.rulebook_at(REVISED_FROM).parameter("refund.reply_hours") == 36
    assert selectors.rulebook_at(REVISED_FROM + timedelta(hours=12)).parameter("refund.reply_hours") == 24


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("edit", "field"),
    [
        ({"parameters": {"guarantee.days": 7}}, "parameters.guarantee.days"),
        ({"parameters": {"guarantee.application_days": "7"}}, "parameters.guarantee.application_days"),
        ({"parameters": {"guarantee.application_days": -1}}, "parameters.guarantee.application_days"),
        ({"parameters": {"guarantee.application_days": True}}, "parameters.guarantee.application_days"),
        ({"parameters": {"deposit.additional_amount": "1.234"}}, "parameters.deposit.additional_amount"),
        ({"parameters": {"deposit.additional_amount": 10000}}, "parameters.deposit.additional_amount"),
        ({"parameters": {"exit.cloud_share_percent": "101"}}, "parameters.exit.cloud_share_percent"),
        ({"parameters": {"support.business_opens": "9:00"}}, "parameters.support.business_opens"),
        ({"parameters": {"listing.allowed_domains": "a.example"}}, "parameters.listing.allowed_domains"),
        ({"parameters": {"deposit.bands": []}}, "parameters.deposit.bands"),
        (
            {"parameters": {"fee.steps": [{"up_to": "5.00", "percent": "5"}, {"up_to": "5.00", "percent": "4"}, {"up_to": None, "percent": "3"}]}},
            "parameters.fee.steps",
        ),
        ({"schedule": {"V9999": {"points": 1}}}, "schedule.V9999"),
        ({"schedule": {"V1816": {"points": "2"}}}, "schedule.V1816.points"),
        ({"schedule": {"V1816": {"measures": ["flogging"]}}}, "schedule.V1816.measures"),
        ({"schedule": {"V1816": {"colour": "red"}}}, "schedule.V1816.colour"),
        ({"clauses": {"17(1)": {"title": {"zh-hans": "", "en": "x"}}}}, "clauses.17(1).title.zh-hans"),
        ({"clauses": {"30": {"title": {"zh-hans": "一", "en": "x"}}}}, "clauses.30"),
    ],
)  # fmt: skip
def test_an_edit_that_makes_no_rulebook_is_refused_and_changes_nothing(
    now: datetime, edit: dict[str, Any], field: str
) -> None:
    row = draft(now)
    with pytest.raises(RulebookInvalid) as refused:
        services.rulebook_draft_edit(version=row.version, actor=DRAFTER, now=now, **edit)
    assert refused.value.field == field
    assert RulebookVersion.objects.get(pk=row.pk).content_hash == row.content_hash
    assert not AuditRecord.objects.filter(act="rulebook_draft_edit").exists()


@pytest.mark.django_db
def test_a_draft_may_change_schedule_and_words(now: datetime) -> None:
    row = draft(now)
    row = services.rulebook_draft_edit(
        version=row.version,
        schedule={"V1816": {"points": 3, "freeze": {"scope": "store", "days": 7}}, "V1817": {"freeze": None}},
        clauses={"18(16)": {"text": {"zh-hans": "接到投诉要尽快回应。", "en": "A complaint is answered soon."}}},
        note="stricter",
        actor=DRAFTER,
        now=now,
    )
    rulebook = selectors.rulebook_of(row)
    assert rulebook.schedule["V1816"].points == 3
    assert rulebook.schedule["V1816"].freeze.days == 7
    assert rulebook.schedule["V1817"].freeze is None
    assert rulebook.clauses["18(16)"].text.en == "A complaint is answered soon."
    assert row.note == "stricter"
    changes = selectors.changes_between(shipped_content("2017-03-07")[1], row.content)
    assert [(one.part, one.key) for one in changes] == [
        ("schedule", "V1816"), ("schedule", "V1817"), ("clauses", "18(16)"),
    ]  # fmt: skip


@pytest.mark.django_db
def test_a_revision_says_why(now: datetime) -> None:
    with pytest.raises(InvalidInput) as refused:
        services.rulebook_draft_create(note="  ", actor=DRAFTER, now=now)
    assert refused.value.field == "note"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE regulation_rulebookversion SET note = 'x' WHERE version = '2026-07-01'",
        "UPDATE regulation_rulebookversion SET effective_at = now() WHERE version = '2026-07-01'",
        "UPDATE regulation_rulebookversion SET state = 'draft' WHERE version = '2026-07-01'",
        "DELETE FROM regulation_rulebookversion WHERE version = '2017-03-07'",
        "SET LOCAL marketplace.keep = 'on'; TRUNCATE regulation_rulebookversion",
        "UPDATE regulation_rulebookversion SET state = 'published', effective_at = '2030-01-01', "
        "published_by = drafted_by, published_at = '2026-01-01' WHERE state = 'draft'",
        "UPDATE regulation_rulebookversion SET state = 'published', effective_at = '2026-01-01', "
        "published_by = 'operator:99', published_at = '2026-01-01' WHERE state = 'draft'",
        "UPDATE regulation_rulebookversion SET state = 'published' WHERE state = 'draft'",
        "UPDATE regulation_rulebookversion SET state = 'anything' WHERE state = 'draft'",
    ],
)
def test_the_database_itself_keeps_what_is_published(now: datetime, statement: str) -> None:
    revised_rulebook({"refund.reply_hours": 24}, now=now)
    services.rulebook_draft_create(note="another", actor=DRAFTER, now=now + timedelta(minutes=2))
    connection.check_constraints()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
def test_every_state_and_every_transition(now: datetime) -> None:
    """Only a draft can go anywhere."""
    allowed = {("draft", "publish"), ("draft", "discard")}
    for state in ("draft", "published", "discarded"):
        row = RulebookVersion(version="x", content={}, content_hash="", drafted_by="operator:1", drafted_at=now)
        row.__dict__["state"] = state
        found = {(state, one.name) for one in row.get_available_state_transitions()}
        assert found == {pair for pair in allowed if pair[0] == state}


# An agreement's own terms (3)


@pytest.mark.django_db
@pytest.mark.clause("3")
def test_an_agreements_term_overrides_a_parameter_and_is_cited(now: datetime) -> None:
    rulebook = selectors.rulebook_for(now, {"deposit.top_up_working_days": 5})
    facts = registry.facts_from(
        registry.get("deposit.top_up_deadline").facts, {"shortfall_at": "2026-03-02T10:00:00+08:00"}
    )
    decision = registry.decide("deposit.top_up_deadline", facts, rulebook)
    assert decision.as_json()["values"] == {"deadline": "2026-03-10T00:00:00+08:00"}
    assert decision.clauses == ("3", "9(6)3")
    # A term that the rule does not read is none of its business.
    other = selectors.rulebook_for(now, {"refund.reply_hours": 24})
    assert registry.decide("deposit.top_up_deadline", facts, other).clauses == ("9(6)3",)
    assert selectors.rulebook_for(now, {}) is selectors.rulebook_at(now)
    assert selectors.rulebook_for(now, None) is selectors.rulebook_at(now)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("terms", "field"),
    [({"no.such": 1}, "terms.no.such"), ({"refund.reply_hours": "24"}, "parameters.refund.reply_hours")],
)
def test_a_term_must_be_a_parameter_and_take_its_type(now: datetime, terms: dict[str, Any], field: str) -> None:
    with pytest.raises(RulebookInvalid) as refused:
        selectors.rulebook_for(now, terms)
    assert refused.value.field == field


# Replaying


@pytest.mark.django_db
@pytest.mark.clause("29")
def test_a_backtest_lists_who_would_be_treated_differently(now: datetime) -> None:
    cls = registry.get("complaint.response").facts
    for minutes in (10, 29, 45, 70):
        facts = registry.facts_from(
            cls,
            {
                "filed_at": now.isoformat(),
                "responded_at": (now + timedelta(minutes=minutes)).isoformat(),
                "at": (now + timedelta(hours=2)).isoformat(),
            },
        )
        terms = {"complaint.response_minutes": 50} if minutes == 45 else {}
        decision = registry.decide("complaint.response", facts, selectors.rulebook_for(now, terms))
        with transaction.atomic():
            services.decision_record(
                decision=decision, facts=facts, subject=f"complaint:{minutes}", now=now, terms=terms
            )
    row = draft(now, complaint__response_minutes=20)
    result = services.backtest(rule="complaint.response", rulebook=selectors.rulebook_of(row))
    assert (result.replayed, result.unusable) == (4, 0)
    outcomes = {one.subject: (one.before["outcome"], one.after["outcome"]) for one in result.differences}
    assert outcomes["complaint:29"] == ("on_time", "late")
    # Whoever has a term of their own keeps it.
    assert "complaint:45" not in outcomes
    assert result.different == 3
    assert services.backtest(rule="complaint.response", rulebook=selectors.rulebook_of(row), show=1).different == 3
    later = services.backtest(
        rule="complaint.response", rulebook=selectors.rulebook_of(row), since=now + timedelta(seconds=1)
    )
    assert later.replayed == 0
    with pytest.raises(registry.UnknownRule):
        services.backtest(rule="no.rule", rulebook=selectors.rulebook_of(row))


@pytest.mark.django_db
def test_facts_that_no_longer_fit_are_counted_apart(now: datetime) -> None:
    cls = registry.get("complaint.response").facts
    facts = registry.facts_from(cls, {"filed_at": now.isoformat(), "responded_at": None, "at": now.isoformat()})
    decision = registry.decide("complaint.response", facts, selectors.rulebook_at(now))
    with transaction.atomic():
        services.decision_record(decision=decision, facts={"filed": "long ago"}, subject="complaint:1", now=now)
    assert services.backtest(rule="complaint.response", rulebook=selectors.rulebook_at(now)).unusable == 1


@pytest.mark.django_db
def test_a_published_version_is_heard_of_within_its_notice(now: datetime, settings: Any) -> None:
    """A process reads the list of versions now and then; the act that publishes makes its own process read it at once."""
    settings.RULEBOOK_INDEX_SECONDS = 3600
    selectors.forget_versions()
    try:
        assert selectors.rulebook_at(REVISED_FROM).version == "2017-03-07"
        revised_rulebook({"refund.reply_hours": 24}, now=now)
        assert selectors.rulebook_at(REVISED_FROM).version == "2026-07-01"
    finally:
        selectors.forget_versions()


def test_an_actor_of_the_same_name_is_not_the_same_operator() -> None:
    assert Actor("operator", 1, "Lin").reference != Actor("operator", 2, "Lin").reference
