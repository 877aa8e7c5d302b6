"""A revision drafted, replayed, published and announced; what happened before it, and the points of two years."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core import sweeps
from core.clock import BEIJING
from notifications.models import Announcement, Message
from regulation.models import RulebookVersion
from regulation.selectors import rulebook_at
from regulation.services import rulebook_load
from tests.orders.making import buy, make_shop
from tests.providers.making import make_operator
from tests.regulation.making import as_typed
from tests.web.storefront.conftest import page, signed_in
from violations.models import Case, Complaint, Finding, YearTally
from violations.selectors import points_of_year
from violations.services import case_hearing_close, complaint_file, complaint_respond

pytestmark = pytest.mark.django_db
MIDNIGHT = datetime(2027, 1, 1, tzinfo=BEIJING)
SECOND = timedelta(seconds=1)


@pytest.fixture
def now() -> datetime:
    """A working Monday in the last month but one of the year."""
    return datetime(2026, 11, 30, 10, 0, tzinfo=BEIJING)


@pytest.fixture(autouse=True)
def no_second_factor(settings: Any) -> None:
    settings.OPERATOR_TOTP_REQUIRED = False


def button(name: str, *args: int) -> str:
    return reverse(f"admin:regulation_rulebookversion_{name}", args=args)


def desk(now: datetime, *roles: str) -> Client:
    client = Client()
    client.force_login(make_operator(now, *roles))
    return client


@pytest.fixture
def market(now: datetime, clock: Any) -> tuple[Any, Any, Any, Any]:
    rulebook_load(now=now)
    product, owner = make_shop(now)
    order, buyer = buy(product, now)
    return product, owner, order, buyer


def complain(market: Any, at: datetime) -> Complaint:
    _product, _owner, order, buyer = market
    return complaint_file(
        complainant=buyer.user, provider=order.provider, order=order, product=order.product, statement="没有人答复。",
        conduct_on=at.date(), code="", evidence=[], actor=buyer.actor, now=at,
    )  # fmt: skip


def open_at_the_desk(client: Client, market: Any, code: str, occurred_on: date) -> Case:
    answer = client.post(
        "/admin/violations/case/open/",
        {
            "provider": market[2].provider.number, "code": code, "occurred_on": occurred_on.isoformat(),
            "order": market[2].number, "reason": "未在时限内响应投诉。",
        },
    )  # fmt: skip
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    return Case.objects.latest("pk")


@pytest.mark.clause("27", "28", "29", "21")
def test_a_revision_holds_from_its_moment_on_and_what_was_before_is_judged_by_the_old(
    market: Any, now: datetime, clock: Any
) -> None:
    _product, owner, order, _buyer = market
    answered = complain(market, now)
    complaint_respond(
        complaint=answered, response="正在核实。", evidence=[], actor=owner.actor, now=now + timedelta(minutes=25)
    )
    drafter, publisher, court = desk(now, "rulebook"), desk(now, "rulebook"), desk(now, "marketplace_operations")

    # Drafted in the admin, and replayed over what was recorded.
    clock.move_to(now + timedelta(hours=1))
    assert drafter.post(button("draft_create"), {"note": "响应更快"}).status_code == 302
    row = RulebookVersion.objects.get(state="draft")
    edit = button("draft_edit", row.pk)
    values = as_typed(drafter.get(edit).context["form"])
    assert drafter.post(edit, values | {"complaint.response_minutes": "20"}).status_code == 302
    shown = drafter.get(f"{edit}?row=V1816").context["form"].initial["row"]
    assert drafter.post(f"{edit}?row=V1816", {"row": shown.replace('"points": 2', '"points": 4')}).status_code == 302
    replayed = drafter.get(button("draft_backtest", row.pk), {"rule": "complaint.response"}).content.decode()
    assert answered.number in replayed

    # Whoever drafted it does not publish it; a second operator does, for the new year.
    ahead = {"effective_at": "2027-01-01 00:00"}
    assert "另一名" in drafter.post(button("draft_publish", row.pk), ahead).content.decode()
    assert not Announcement.objects.exists()
    assert RulebookVersion.objects.get(pk=row.pk).state == "draft"
    assert publisher.post(button("draft_publish", row.pk), ahead).status_code == 302
    announced = Announcement.objects.get()
    assert (announced.about, announced.state, announced.effective_at) == ("rules", "published", MIDNIGHT)
    assert announced.title_in("zh-hans") == "规则自 2027-01-01 00:00 起修订"
    assert announced.title_in("en") == "The rules change on 2027-01-01 00:00"
    minutes = rulebook_at(now).parameters["complaint.response_minutes"].name
    assert f"{minutes.zh}：30 分钟 → 20 分钟" in announced.body_in("zh-hans")
    assert f"{minutes.en}: 30 minutes → 20 minutes" in announced.body_in("en")
    assert "V1816" in announced.body_in("en")
    stranger = Client()
    assert f"{minutes.zh}" in page(stranger, "/rules/versions/2027-01-01/")
    text = page(stranger, "/rules/versions/2027-01-01/", "en")
    assert "30 minutes" in text
    assert "20 minutes" in text
    assert "complaint.response_minutes" not in text.split("Every number")[0]

    # It takes effect by itself.
    assert complain(market, MIDNIGHT - SECOND).due_at == MIDNIGHT - SECOND + timedelta(minutes=30)
    assert complain(market, MIDNIGHT).due_at == MIDNIGHT + timedelta(minutes=20)

    # Conduct of December, opened in December, found in January: the old row, and the points of the new year.
    clock.move_to(datetime(2026, 12, 28, 10, 0, tzinfo=BEIJING))
    old = open_at_the_desk(court, market, "V1816", date(2026, 12, 20))
    clock.move_to(datetime(2027, 1, 4, 10, 0, tzinfo=BEIJING))
    new = open_at_the_desk(court, market, "V1816", date(2027, 1, 2))
    assert (old.rulebook, new.rulebook) == ("2017-03-07", "2027-01-01")
    for case, points, total in ((old, 2, 2), (new, 6, 8)):  # the second time in the year costs half as much again
        case_hearing_close(case=case, actor=owner.actor, now=datetime(2027, 1, 4, 10, 0, tzinfo=BEIJING))
        find = f"/admin/violations/case/{case.pk}/find/"
        assert (
            f"扣 {points} 分，本年累计 {total} 分"
            in court.get(f"/admin/violations/case/{case.pk}/change/").content.decode()
        )
        assert court.post(find, {"code": "V1816", "reason": "属实"}).status_code == 302
        finding = Finding.objects.get(case=case)
        assert (finding.points, finding.rulebook) == (points, case.rulebook)
    assert (points_of_year(order.provider_id, 2026), points_of_year(order.provider_id, 2027)) == (0, 8)


@pytest.mark.clause("21")
@pytest.mark.parametrize(
    ("language", "of_year", "earlier"),
    [("zh-hans", "2026 年", "往年"), ("en", "2026", "Earlier years")],
)
def test_at_the_year_s_end_points_start_over_and_the_old_tally_stays_readable(
    market: Any, now: datetime, clock: Any, language: str, of_year: str, earlier: str
) -> None:
    _product, owner, order, _buyer = market
    court, other = desk(now, "marketplace_operations"), desk(now, "arbitration")
    last = datetime(2026, 12, 31, 23, 59, 59, tzinfo=BEIJING)
    clock.move_to(last)
    for code in ("V1816", "V1005"):
        case = open_at_the_desk(court, market, code, date(2026, 12, 30))
        case_hearing_close(case=case, actor=owner.actor, now=last)
        assert (
            court.post(f"/admin/violations/case/{case.pk}/find/", {"code": code, "reason": "属实"}).status_code == 302
        )
    client = signed_in(owner)
    assert points_of_year(order.provider_id, 2026) == 5
    text = page(client, "/console/standing/", language)
    assert of_year in text
    assert earlier not in text

    clock.move_to(MIDNIGHT)
    assert sweeps.run("violations.year_end", MIDNIGHT - SECOND).done == 0
    assert sweeps.run("violations.year_end", MIDNIGHT).done == 1
    assert points_of_year(order.provider_id, 2027) == 0
    text = page(client, "/console/standing/", language)
    assert "2027" in text
    assert earlier in text
    assert '<dt>2026</dt><dd class="num">5 ' in text
    told = Message.objects.get(recipient=owner.user, kind="standing.year_closed")
    assert ("2026 年共扣 5 分" if language == "zh-hans" else "2026 came to 5") in told.body_in(language)

    # An appeal of the old year's finding takes points back from the old year; the tally stays as it was written.
    finding = Finding.objects.get(code="V1005")
    path = f"/console/standing/cases/{finding.case.number}/do/appeal/"
    assert client.post(path, {"text": "页面与商品一致"}).status_code == 302
    assert other.post(
        f"/admin/violations/appeal/{finding.appeal_record.pk}/allow/", {"reason": "核实一致"}
    ).status_code == 302  # fmt: skip
    assert (points_of_year(order.provider_id, 2026), points_of_year(order.provider_id, 2027)) == (2, 0)
    assert YearTally.objects.get().points == 5
    after = page(client, "/console/standing/", language)
    assert ("申诉后为 2" if language == "zh-hans" else "2 after appeals") in after
