"""What the desk says, it says in words: no field by its English name, no stored key, no label that means something
else, no consequence that does not follow.
"""

import io
import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.utils import label_for_field
from django.test import RequestFactory
from django.utils import translation

from catalog.admin.forms import FindingForm
from core.acts import Actor
from core.models import SweepRun
from core.uploads import EVIDENCE, checked_upload
from ledger.models import Transaction
from orders.models import CloudInvoice, Order
from orders.services import cloud_invoice_request
from payments import purposes
from payments.models import PaymentIntent
from providers.models import ReentryBar
from refunds.rules import Reason
from refunds.services import refund_dispute, refund_escalate, refund_request
from tests.orders.making import buy, make_shop
from tests.providers.making import make_operator, make_person
from tests.web.desk.test_desk import desk, text
from violations.models import Case, Finding, Measure, Remedy
from violations.services import case_find, case_open, takedown_file, takedown_uphold
from violations.types import CaseSource

pytestmark = pytest.mark.django_db
HAN = re.compile(r"[\u4e00-\u9fff]")


def ours() -> list[Any]:
    return [screen for model, screen in admin.site._registry.items() if model._meta.app_label != "django_celery_beat"]


def test_every_shown_field_has_a_chinese_name(now: datetime) -> None:
    request = RequestFactory().get("/admin/")
    request.user = make_operator(now)
    bare = []
    with translation.override("zh-hans"):
        for screen in ours():
            page = [] if screen.change_form_template and not screen.fields else screen.get_fields(request)
            for name in {*screen.get_list_display(request), *page}:
                label = str(label_for_field(name, screen.model, screen))
                # Shorter forms that are the same in both languages, such as SHA-256 and ID, are written in capitals.
                if not HAN.search(label) and label != label.upper():
                    bare.append((screen.model._meta.label, name, label))
    assert bare == []


def test_every_value_to_choose_from_has_a_chinese_name() -> None:
    bare = []
    with translation.override("zh-hans"):
        for screen in ours():
            for field in screen.model._meta.concrete_fields:
                bare += [
                    (screen.model._meta.label, field.name, value)
                    for value, label in field.flatchoices
                    if not HAN.search(str(label)) and field.name != "language"
                ]
        fields = [str(label) for _value, label in FindingForm().fields["field"].choices]  # type: ignore[attr-defined]
        titles = [str(purposes.named(name)) for name in purposes.names()]
    assert bare == []
    assert all(HAN.search(one) for one in [*fields, *titles])
    assert len(fields) == len(set(fields))


def test_every_state_that_a_list_shows_is_said_in_words() -> None:
    # What is missing in the colours of a list is shown by its key.
    for screen in ours():
        for name in screen.list_display:
            colours = getattr(getattr(screen, name, None), "label", None)
            if not isinstance(colours, dict):
                continue
            for field in screen.model._meta.concrete_fields:
                states = {str(value) for value, _label in field.flatchoices}
                shown = states & set(map(str, colours))
                assert not shown or shown == states, (screen.model._meta.label, name, states - shown)


def test_a_queue_says_oldest_first_only_where_it_is(now: datetime) -> None:
    client = desk(make_operator(now))
    for path, oldest_first in (
        ("/admin/violations/complaint/", True),
        ("/admin/violations/complaint/?queue=all", False),
        ("/admin/providers/application/", True),
        ("/admin/providers/application/?queue=all", False),
        ("/admin/orders/order/", False),
        ("/admin/orders/order/?queue=waiting", True),
        ("/admin/orders/order/?queue=waiting&o=-1", False),
    ):
        assert ("最早的在前" in text(client, path)) is oldest_first, path


def test_the_queue_of_acceptances_begins_with_what_waits_longest() -> None:
    screen = admin.site.get_model_admin(Order)
    assert screen.get_ordering(RequestFactory().get("/?queue=waiting"))[0] == "settle_asked_at"
    assert screen.get_ordering(RequestFactory().get("/"))[0] == "-id"


def test_an_empty_list_says_why_and_offers_nothing_that_nobody_may(now: datetime) -> None:
    client = desk(make_operator(now))
    waiting = text(client, "/admin/violations/case/")
    assert "队列里没有待处理的事项" in waiting
    assert 'href="?queue=all"' in waiting
    assert "没有符合条件的记录" in text(client, "/admin/violations/case/?queue=all")
    assert "还没有记录" in text(client, "/admin/providers/lapseduty/")
    assert "请新建一条" not in waiting + text(client, "/admin/providers/lapseduty/")


def test_a_deadline_of_the_rules_goes_before_the_desk_s_own_patience(now: datetime, clock: Any) -> None:
    product, person = make_shop(now)
    invoice: CloudInvoice = cloud_invoice_request(
        provider=product.provider, bill="B202602-1", amount=Decimal("120.00"), heading="恒捷",
        tax_number="91330100MA2DEMO001", email="a@example.com", actor=Actor.of(person.user), now=now,
    )  # fmt: skip
    client = desk(make_operator(now, "finance"))

    def queue() -> Any:
        return next(one for one in client.get("/admin/").context["waiting"] if one.clause == "13(4)")

    assert (queue().due, queue().late) == (invoice.due_at, 0)
    clock.move_to(invoice.due_at + timedelta(seconds=1))
    assert queue().late == 1


@pytest.mark.clause("17(1)")
def test_a_refund_past_the_guarantee_has_no_deadline_that_nobody_gave_it(now: datetime, clock: Any) -> None:
    product, owner = make_shop(now)
    order, buyer = buy(product, now)
    later = now + timedelta(days=40)
    clock.move_to(later)
    refund = refund_request(order=order, reason=Reason.POOR_QUALITY, statement="慢", actor=buyer.actor, now=later)
    refund_dispute(refund=refund, reply="不慢", actor=owner.actor, now=later)
    refund = refund_escalate(refund=refund, actor=buyer.actor, now=later)
    assert (refund.state, refund.in_guarantee) == ("escalated", False)
    client = desk(make_operator(later, "arbitration"))
    page = text(client, f"/admin/refunds/refundrequest/{refund.pk}/change/")
    assert "等待平台认定理由是否成立" in page
    assert "决定期限" not in page
    assert "还剩" not in text(client, "/admin/refunds/refundrequest/")


def opened(now: datetime, code: str = "V1013") -> tuple[Case, Actor]:
    product, _person = make_shop(now)
    order, _buyer = buy(product, now)
    operator = Actor.of(make_operator(now))
    case = case_open(
        provider=order.provider, code=code, occurred_at=now, statement="属实", source=CaseSource.OPERATOR, event="e1",
        product=product, order=order, complaint=None, actor=operator, now=now,
    )  # fmt: skip
    return case, operator


@pytest.mark.clause("19")
def test_dismissing_a_case_promises_no_display_where_nothing_was_closed(now: datetime) -> None:
    case, _operator = opened(now)
    client, page = desk(make_operator(now)), f"/admin/violations/case/{case.pk}/dismiss/"
    assert "恢复展示" not in text(client, page)
    Case.objects.filter(pk=case.pk).update(closed_at_once=True)
    assert "恢复展示" in text(client, page)


@pytest.mark.clause("20")
def test_measures_are_named_as_the_rulebook_names_them(now: datetime, clock: Any) -> None:
    case, operator = opened(now)
    later = case.hearing_due_at + timedelta(seconds=1)
    clock.move_to(later)
    Case.objects.filter(pk=case.pk).update(state="heard", heard_at=later)
    case.refresh_from_db()
    case_find(case=case, code="V1013", compensation=None, reason="属实", actor=operator, now=later)
    measure = Measure.objects.get(finding=Finding.objects.get(), name="fix_in_3_days")
    client = desk(make_operator(later))
    for path in ("/admin/violations/measure/", f"/admin/violations/measure/{measure.pk}/change/"):
        page = text(client, path)
        assert "3 天内改正" in page
        assert "fix_in_3_days" not in page


@pytest.mark.clause("18(17)")
def test_orders_with_a_remedy_are_links_beside_their_state(now: datetime) -> None:
    product, _person = make_shop(now)
    order, _buyer = buy(product, now)
    claimant = make_person(now)
    proof = checked_upload(io.BytesIO("登记证书".encode()), name="proof.txt", kinds=EVIDENCE, field="files")
    takedown = takedown_file(
        claimant=claimant.user, product=product, work="日志管家", basis="own", statement="抄袭", files=[proof],
        actor=claimant.actor, now=now,
    )  # fmt: skip
    operator = make_operator(now)
    takedown_uphold(takedown=takedown, code="V1004", reason="属实", actor=Actor.of(operator), now=now)
    remedy = Remedy.objects.get()
    page = text(desk(operator), f"/admin/violations/takedown/{takedown.pk}/change/")
    assert "Linked(" not in page
    assert re.search(rf'<dt><a href="/admin/violations/remedy/{remedy.pk}/change/"[^>]*>{order.number}</a></dt>', page)


def test_rows_are_called_by_what_people_know_them_by(now: datetime) -> None:
    product, _person = make_shop(now)
    order, _buyer = buy(product, now)
    operator = make_operator(now)
    client = desk(operator)
    intent = PaymentIntent.objects.get(purpose="order")
    page = text(client, f"/admin/payments/paymentintent/{intent.pk}/change/")
    assert page.count("订单货款") == 1
    assert 'href="?purpose=order"' in text(client, "/admin/payments/paymentintent/")

    run = SweepRun.objects.create(sweep="orders.close", started_at=now, finished_at=now, moment=now, done=0, failed=0)
    assert f"{run}".endswith(f"{now:%Y-%m-%d %H:%M}")
    assert "关闭已无未尽事项的订单" in text(client, f"/admin/core/sweeprun/{run.pk}/change/")

    bar = ReentryBar(provider=order.provider, relation="behind_provider", subject_index="a" * 64)
    with translation.override("zh-hans"):
        assert "服务商背后的主体" in str(bar)

    finance = desk(make_operator(now, "finance"))
    posted = Transaction.objects.filter(subject=f"order:{order.number}").first()
    assert posted is not None
    books = text(finance, f"/admin/ledger/transaction/{posted.pk}/change/")
    assert "¥1,200.00" in books
    assert not re.search(r">\s*1200\.00\s*<", books)
