"""The operators' desk through its pages: what is late, whose it is, reviews, claims, sweeps."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django_celery_beat.models import PeriodicTask

from accounts.models import User, WorkClaim
from core import sweeps
from core.acts import Actor
from core.models import SweepFailure, SweepRun
from core.schedule import load_schedule
from regulation.models import AuditRecord
from regulation.selectors import rulebook_at
from tests.orders.making import buy, make_shop
from tests.providers.making import make_operator
from violations.models import Complaint
from violations.services import complaint_file
from web.desk.navigation import SECTIONS

pytestmark = pytest.mark.django_db


@pytest.fixture
def complaint(now: datetime, clock: Any) -> Complaint:
    product, _person = make_shop(now)
    order, buyer = buy(product, now)
    return complaint_file(
        complainant=buyer.user,
        provider=order.provider,
        order=order,
        product=product,
        code=next(iter(rulebook_at(now).schedule)),
        statement="要求线下转账购买增值模块",
        conduct_on=now.date(),
        evidence=[],
        actor=Actor.of(buyer.user),
        now=now,
    )


def desk(operator: User, language: str = "zh-hans") -> Client:
    client = Client(headers={"Accept-Language": language})
    client.force_login(operator)
    return client


def text(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode()


def test_the_home_says_what_is_late_and_whose_it_is(complaint: Complaint, now: datetime, clock: Any) -> None:
    client = desk(make_operator(now))
    assert "没有逾期事项" in text(client, "/admin/")

    clock.move_to(now + timedelta(days=2))
    assert "没有逾期事项" in text(client, "/admin/")
    clock.move_to(now + timedelta(days=2, seconds=1))
    late = text(client, "/admin/")
    assert "1 件已逾期" in late
    assert "您的岗位" in late
    assert "您的岗位" not in text(desk(make_operator(now, "audit")), "/admin/")


@pytest.mark.clause("18(16)")
def test_a_review_shows_the_evidence_and_what_a_finding_would_bring_about(complaint: Complaint, now: datetime) -> None:
    page = text(desk(make_operator(now)), f"/admin/violations/complaint/{complaint.pk}/change/")

    evidence, judgement = page.split('id="judgement"')
    assert complaint.statement in evidence
    assert f"/admin/orders/order/{complaint.order_id}/change/" in evidence
    assert "按此项认定的后果" in judgement
    assert "本年扣分" in judgement
    assert set(re.findall(r'data-desk-key="(\w)"', judgement)) == {"c", "a", "r", "j"}


def test_an_item_is_taken_by_one_operator_and_taken_over_with_a_reason(complaint: Complaint, now: datetime) -> None:
    first, second = make_operator(now), make_operator(now)
    base = f"/admin/violations/complaint/{complaint.pk}"
    assert desk(first).post(f"{base}/claim/").status_code == 302
    assert "我领取的" in text(desk(first), "/admin/")
    assert complaint.number in text(desk(first), "/admin/violations/complaint/?queue=mine")
    assert complaint.number not in text(desk(second), "/admin/violations/complaint/?queue=mine")

    refused = desk(second).post(f"{base}/claim/")
    assert "同事已经领取了" in refused.content.decode()
    assert desk(second).post(f"{base}/release/").status_code == 200
    assert desk(second).post(f"{base}/take-over/", {"reason": ""}).status_code == 200
    assert WorkClaim.objects.get().operator == first
    assert list(AuditRecord.objects.filter(act__startswith="work_").values_list("act", flat=True)) == ["work_claim"]

    assert desk(second).post(f"{base}/take-over/", {"reason": "同事休假"}).status_code == 302
    assert WorkClaim.objects.get().operator == second
    assert desk(second).post(f"{base}/release/").status_code == 302
    assert not WorkClaim.objects.exists()


def test_the_next_one_is_mine_or_free_and_never_a_colleague_s(complaint: Complaint, now: datetime) -> None:
    first, second = make_operator(now), make_operator(now)
    found = f"/admin/violations/complaint/{complaint.pk}/change/"
    assert desk(second).get("/admin/violations/complaint/next/").url == found
    desk(first).post(f"/admin/violations/complaint/{complaint.pk}/claim/")

    assert desk(first).get("/admin/violations/complaint/next/").url == found
    assert desk(second).get("/admin/violations/complaint/next/").url == "/admin/violations/complaint/"


def test_who_has_not_the_role_reads_and_presses_nothing(complaint: Complaint, now: datetime) -> None:
    audit = desk(make_operator(now, "audit"))
    base = f"/admin/violations/complaint/{complaint.pk}"
    assert "data-desk-key" not in text(audit, f"{base}/change/")
    for name in ("claim", "take-over", "release", "uphold", "dismiss"):
        assert audit.post(f"{base}/{name}/", {"reason": "试试"}).status_code == 403, name
    assert not WorkClaim.objects.exists()
    assert not AuditRecord.objects.filter(act__startswith="work_").exists()


def test_what_was_settled_leaves_the_queue_and_is_found_by_its_number(complaint: Complaint, now: datetime) -> None:
    client = desk(make_operator(now))
    assert complaint.number in text(client, "/admin/violations/complaint/")
    client.post(f"/admin/violations/complaint/{complaint.pk}/dismiss/", {"reason": "证据不足"})

    assert complaint.number not in text(client, "/admin/violations/complaint/")
    assert f"/{complaint.pk}/change/" in text(client, f"/admin/violations/complaint/?q={complaint.number}")
    assert desk(make_operator(now)).get(f"/search/?q={complaint.number}").url == (
        f"/admin/violations/complaint/?q={complaint.number}&queue=all"
    )


def test_sweeps_say_when_they_run_next_and_what_failed_first(now: datetime, clock: Any) -> None:
    client = desk(make_operator(now))
    load_schedule()
    PeriodicTask.objects.update(date_changed=now)
    page = text(client, "/admin/sweeps/")
    assert page.count("尚未运行") == len(sweeps.all_sweeps())
    assert "全部按计划运行" in text(client, "/admin/")

    failing = sweeps.all_sweeps()[-1]
    SweepRun.objects.create(sweep=failing.name, started_at=now, finished_at=now, moment=now, done=3, failed=1)
    SweepFailure.objects.create(sweep=failing.name, row="7", error="no", first_at=now, last_at=now)
    rows = re.findall(r"<tr><td><a href=\"[^\"]*sweep=([\w.%-]+)", text(client, "/admin/sweeps/"))
    assert rows[0] == failing.name
    assert "1 项需要查看" in text(client, "/admin/")
    PeriodicTask.objects.filter(name=f"sweep {failing.name}").update(enabled=False)
    assert "1 项已停用" in text(client, "/admin/")


def test_sweeps_are_late_only_past_their_time(now: datetime, clock: Any) -> None:
    client = desk(make_operator(now))
    load_schedule()
    PeriodicTask.objects.update(date_changed=now)
    shortest = min(sweep.every for sweep in sweeps.all_sweeps())
    clock.move_to(now + shortest + timedelta(minutes=5))
    assert "全部按计划运行" in text(client, "/admin/")
    clock.move_to(now + shortest + timedelta(minutes=5, seconds=1))
    assert "需要查看" in text(client, "/admin/")


def test_the_sweeps_are_the_operators_alone(client: Client, complaint: Complaint) -> None:
    assert client.get("/admin/sweeps/").status_code == 302
    client.force_login(complaint.complainant)
    assert client.get("/admin/sweeps/").status_code in {302, 403}


def test_every_screen_stands_in_the_navigation_once() -> None:
    labels = [label for _title, screens in SECTIONS for label in screens]
    assert len(labels) == len(set(labels))
    registered = {model._meta.label for model in admin.site._registry}
    assert set(labels) <= registered
    assert {label for label in registered - set(labels) if not label.startswith("django_celery_beat.")} == set()


def test_upholding_begins_with_the_row_that_the_complaint_names(complaint: Complaint, now: datetime) -> None:
    other = list(rulebook_at(now).schedule)[3]
    Complaint.objects.filter(pk=complaint.pk).update(code=other)
    form = text(desk(make_operator(now)), f"/admin/violations/complaint/{complaint.pk}/uphold/")
    assert re.findall(r'<option value="(\w+)" selected', form) == [other]
