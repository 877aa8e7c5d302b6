"""The operators' screens: who sees what, and that every button is the act."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from core.acts import SYSTEM
from core.clock import BEIJING
from regulation import selectors, services
from regulation.models import AuditRecord, RulebookVersion
from tests.regulation.making import as_typed, some_decision, some_facts

pytestmark = pytest.mark.django_db
LIST = "admin:regulation_rulebookversion_changelist"


def operator(name: str, *roles: str) -> User:
    user = User.objects.create(email=f"{name}@example.com", display_name=name, is_staff=True)
    for role in roles:
        user.groups.add(Group.objects.get_or_create(name=role)[0])
    return user


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    client.cookies.load({"django_language": "en"})
    return client


@pytest.fixture(autouse=True)
def no_second_factor(settings: Any) -> None:
    settings.OPERATOR_TOTP_REQUIRED = False


@pytest.fixture
def drafter(now: datetime, clock: Any) -> Client:
    services.rulebook_load(now=now)
    return signed_in(operator("lin", "rulebook"))


def button(name: str, row: RulebookVersion) -> str:
    return reverse(f"admin:regulation_rulebookversion_{name}", args=[row.pk])


@pytest.mark.clause("29")
def test_from_draft_to_publication_by_two_operators(drafter: Client, clock: Any) -> None:
    page = drafter.get(reverse(LIST))
    assert "Start a revision" in page.content.decode()
    answer = drafter.post(reverse("admin:regulation_rulebookversion_draft_create"), {"note": "longer guarantee"})
    row = RulebookVersion.objects.get(state="draft")
    assert answer.headers["Location"] == button("draft_edit", row)

    page = drafter.get(button("draft_edit", row))
    form = page.context["form"]
    values = as_typed(form)
    answer = drafter.post(button("draft_edit", row), values | {"guarantee.application_days": "7"})
    assert answer.status_code == 302
    row.refresh_from_db()
    changes = selectors.changes_between(selectors.content_published("2017-03-07"), row.content)
    # Nothing but what was typed has changed.
    assert [(one.key, one.after["value"]) for one in changes] == [("guarantee.application_days", 7)]
    assert "guarantee.application_days" in drafter.get(_detail(row)).content.decode()

    ahead = {"effective_at": "2026-07-01 00:00"}
    page = drafter.post(button("draft_publish", row), ahead)
    assert page.status_code == 200
    assert "Another operator" in page.content.decode()
    assert RulebookVersion.objects.get(pk=row.pk).state == "draft"

    publisher = signed_in(operator("zhao", "rulebook"))
    assert "guarantee.application_days" in publisher.get(button("draft_publish", row)).content.decode()
    page = publisher.post(button("draft_publish", row), {"effective_at": "2026-03-02 10:04"})
    assert "five minutes" in page.content.decode()
    assert publisher.post(button("draft_publish", row), ahead).status_code == 302
    assert selectors.rulebook_at(datetime(2026, 7, 1, tzinfo=BEIJING)).parameter("guarantee.application_days") == 7
    # A published version has no buttons left.
    for name in ("draft_edit", "draft_publish", "draft_discard", "draft_backtest"):
        assert publisher.get(button(name, row)).status_code == 403
    assert "Publish" not in [action["title"] for action in publisher.get(_detail(row)).context["actions_detail"]]


def _detail(row: RulebookVersion) -> str:
    return reverse("admin:regulation_rulebookversion_change", args=[row.pk])


def _draft(client: Client) -> RulebookVersion:
    client.post(reverse("admin:regulation_rulebookversion_draft_create"), {"note": "a revision"})
    return RulebookVersion.objects.get(state="draft")


def test_a_value_that_cannot_be_is_said_beside_its_field(drafter: Client) -> None:
    row = _draft(drafter)
    form = drafter.get(button("draft_edit", row)).context["form"]
    values = as_typed(form)
    page = drafter.post(button("draft_edit", row), values | {"exit.cloud_share_percent": "180"})
    assert page.status_code == 200
    assert list(page.context["form"].errors) == ["exit.cloud_share_percent"]
    page = drafter.post(button("draft_edit", row), values | {"guarantee.reminder_days": "3, x"})
    assert list(page.context["form"].errors) == ["guarantee.reminder_days"]
    assert not AuditRecord.objects.filter(act="rulebook_draft_edit").exists()


def test_a_schedule_row_and_a_clause_have_pages_of_their_own(drafter: Client) -> None:
    row = _draft(drafter)
    edit = button("draft_edit", row)
    page = drafter.get(f"{edit}?row=V1817")
    data = page.context["form"].initial["row"]
    assert drafter.post(f"{edit}?row=V1817", {"row": data.replace('"points": 6', '"points": 8')}).status_code == 302
    assert drafter.post(f"{edit}?row=V1817", {"row": "{"}).status_code == 200
    words = {"title_zh": "目的", "title_en": "Why", "text_zh": "为了秩序。", "text_en": "For order."}
    assert drafter.post(f"{edit}?clause=1", words).status_code == 302
    rulebook = selectors.rulebook_of(RulebookVersion.objects.get(pk=row.pk))
    assert rulebook.schedule["V1817"].points == 8
    assert rulebook.clauses["1"].text.en == "For order."
    # What is taken out of the text is taken out of the row.
    assert "freeze" in data
    unfrozen = json.loads(data)
    del unfrozen["freeze"]
    assert drafter.post(f"{edit}?row=V1817", {"row": json.dumps(unfrozen)}).status_code == 302
    assert selectors.rulebook_of(RulebookVersion.objects.get(pk=row.pk)).schedule["V1817"].freeze is None


def test_a_replay_shows_who_would_be_treated_differently(drafter: Client, now: datetime) -> None:
    row = _draft(drafter)
    assert "nothing to replay" in drafter.get(button("draft_backtest", row)).content.decode()
    with transaction.atomic():
        services.decision_record(decision=some_decision(now), facts=some_facts(now), subject="provider:P1", now=now)
    services.rulebook_draft_edit(
        version=row.version, parameters={"deposit.top_up_working_days": 5}, actor=SYSTEM, now=now
    )
    page = drafter.get(button("draft_backtest", row), {"rule": "deposit.top_up_deadline", "since": "2026-01-01"})
    assert "1 decisions replayed, 1 would differ." in page.content.decode()
    assert "provider:P1" in page.content.decode()


def test_a_draft_can_be_discarded(drafter: Client) -> None:
    row = _draft(drafter)
    assert "no longer be edited" in drafter.get(button("draft_discard", row)).content.decode()
    assert drafter.post(button("draft_discard", row)).status_code == 302
    assert RulebookVersion.objects.get(pk=row.pk).state == "discarded"


def test_an_operator_without_the_role_only_reads(drafter: Client, now: datetime) -> None:
    row = _draft(drafter)
    other = signed_in(operator("chen", "finance"))
    page = other.get(_detail(row))
    assert page.status_code == 200
    for name in ("draft_edit", "draft_publish", "draft_discard", "draft_backtest"):
        assert other.get(button(name, row)).status_code == 403
        assert other.post(button(name, row), {"effective_at": "2026-07-01 00:00"}).status_code == 403
    assert other.post(reverse("admin:regulation_rulebookversion_draft_create"), {"note": "x"}).status_code == 403
    assert RulebookVersion.objects.filter(state="draft").count() == 1


def test_the_trail_is_found_by_what_it_is_about(drafter: Client, now: datetime) -> None:
    with transaction.atomic():
        for number in ("O1", "O2"):
            decision = services.decision_record(
                decision=some_decision(now),
                facts=some_facts(now),
                subject=f"order:{number}",
                now=now + timedelta(seconds=1),
            )
            services.audit_record(
                act="order_place",
                actor=SYSTEM,
                subject=f"order:{number}",
                before={},
                after={"a": "<b>"},
                now=now,
                decision=decision,
            )
    for model in ("decisionrecord", "auditrecord"):
        page = drafter.get(reverse(f"admin:regulation_{model}_changelist"), {"q": "O1"})
        assert [one.subject for one in page.context["cl"].result_list] == ["order:O1"]
        page = drafter.get(reverse(f"admin:regulation_{model}_changelist"), {"q": "order:O2"})
        found = list(page.context["cl"].result_list)
        assert [one.subject for one in found] == ["order:O2"]
        page = drafter.get(reverse(f"admin:regulation_{model}_changelist"), {"q": str(found[0].pk)})
        assert found[0].pk in [one.pk for one in page.context["cl"].result_list]
        page = drafter.get(reverse(f"admin:regulation_{model}_change", args=[found[0].pk]))
        assert page.status_code == 200
    assert "&lt;b&gt;" in page.content.decode()
    services.audit_seal(kind="audit", now=now)
    assert drafter.get(reverse("admin:regulation_auditseal_changelist")).status_code == 200
    filtered = drafter.get(reverse("admin:regulation_decisionrecord_changelist"), {"rule": "refund.entitlement"})
    assert list(filtered.context["cl"].result_list) == []


@pytest.mark.parametrize("model", ["rulebookversion", "decisionrecord", "auditrecord", "auditseal"])
def test_nothing_can_be_added_changed_or_deleted(drafter: Client, model: str) -> None:
    assert drafter.get(reverse(f"admin:regulation_{model}_add")).status_code == 403


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_in_both_languages(drafter: Client, language: str) -> None:
    drafter.cookies.load({"django_language": language})
    word = {"zh-hans": "开始修订", "en": "Start a revision"}[language]
    assert word in drafter.get(reverse(LIST)).content.decode()
