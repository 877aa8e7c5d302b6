"""Conversations, tickets, complaints and cases in the console: answered by those who may, files for nobody else."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from core.acts import Actor
from core.uploads import EVIDENCE, checked_upload
from providers.models import StaffMember
from providers.types import Permission, Role
from regulation.models import AuditRecord
from support.models import ChatMessage, Ticket
from support.services import message_send, ticket_open, ticket_reply, ticket_solve
from support.types import Side, TicketKind, TicketState
from tests.orders.making import told
from tests.providers.making import make_operator, make_person, make_provider
from tests.web.storefront.conftest import Shop, page, shop, signed_in
from violations.models import Complaint
from violations.services import case_find, case_open, complaint_file
from violations.types import AppealState, CaseSource, CaseState, ComplaintState
from web.console.waiting import tasks_of, waiting_counts

pytestmark = pytest.mark.django_db
__all__ = ["shop"]


def proof(name: str = "日志.txt", text: str = "10:00 服务重启失败") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode(), content_type="text/html")


@pytest.fixture
def seller(shop: Shop) -> Client:
    """The provider's browser."""
    return signed_in(shop.provider)


def accountant(shop: Shop, now: datetime) -> Client:
    """Somebody of the team who sees to the money alone."""
    person = make_person(now)
    StaffMember.objects.create(provider=shop.order.provider, user=person.user, role=Role.FINANCE, joined_at=now)
    return signed_in(person)


def served_safely(client: Client, path: str, text: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content).decode() == text
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]


@pytest.mark.clause("12(1)3")
def test_a_buyers_file_is_opened_and_answered_with_one(shop: Shop, seller: Client, now: datetime) -> None:
    buyer = signed_in(shop.buyer)
    buyer.post(f"/orders/{shop.order.number}/chat/", {"text": "看附件", "file": proof()})
    path = f"/console/conversations/{shop.order.number}/"
    asked = ChatMessage.objects.get()
    assert f"{path}files/{asked.pk}/" in page(seller, path)
    served_safely(seller, f"{path}files/{asked.pk}/", "10:00 服务重启失败")
    assert "等您回复" in page(seller, "/console/conversations/")
    assert "waiting for you since" in page(seller, "/console/conversations/", "en")
    assert seller.post(path, {"text": "", "file": proof("模板.txt", "表头")}).status_code == 302
    answered = ChatMessage.objects.exclude(pk=asked.pk).get()
    assert answered.file_name == "模板.txt"
    assert told(shop.buyer.user, "chat.answered") == 1
    _other, stranger = make_provider(now)
    for client, status in ((signed_in(stranger), 404), (accountant(shop, now), 403)):
        assert client.get(f"{path}files/{asked.pk}/").status_code == status
        assert client.post(path, {"text": "我也看看"}).status_code == status
    assert ChatMessage.objects.count() == 2


def test_an_empty_message_names_its_field(shop: Shop, seller: Client) -> None:
    answer = seller.post(f"/console/conversations/{shop.order.number}/", {"text": " "})
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"text"}
    assert not ChatMessage.objects.exists()


def test_conversations_are_searched_and_filtered(shop: Shop, seller: Client, now: datetime) -> None:
    message_send(order=shop.order, side=Side.BUYER, text="在吗", file=None, actor=shop.buyer.actor, now=now)
    assert shop.order.number in page(seller, "/console/conversations/?waiting=me")
    assert shop.order.number in page(seller, f"/console/conversations/?q={shop.order.number}")
    assert f"/console/conversations/{shop.order.number}/" not in page(seller, "/console/conversations/?q=没有")


@pytest.mark.clause("12(1)4")
def test_a_ticket_is_read_with_its_file_and_solved(shop: Shop, seller: Client, now: datetime) -> None:
    ticket = ticket_open(
        order=shop.order, kind=TicketKind.FAULT, title="登录后白屏", text="每次都是。", file=None,
        actor=shop.buyer.actor, now=now,
    )  # fmt: skip
    signed_in(shop.buyer).post(
        f"/orders/{shop.order.number}/tickets/{ticket.number}/", {"text": "截图", "file": proof()}
    )
    path = f"/console/tickets/{ticket.number}/"
    sent = ticket.messages.exclude(file_name="").get()
    served_safely(seller, f"{path}files/{sent.pk}/", "10:00 服务重启失败")
    assert ticket.number in page(seller, "/console/tickets/?kind=fault")
    assert ticket.number not in page(seller, "/console/tickets/?kind=question")
    assert accountant(shop, now).get(f"{path}files/{sent.pk}/").status_code == 403
    assert seller.post(f"{path}solve/", {"remedy": ""}).status_code == 422
    assert seller.post(f"{path}solve/", {"remedy": "已回退到上一版本。"}).status_code == 302
    assert Ticket.objects.get().state == TicketState.SOLVED
    before = AuditRecord.objects.count()
    assert seller.post(f"{path}solve/", {"remedy": "再来一次"}).status_code == 302
    assert AuditRecord.objects.count() == before


def complain(shop: Shop, now: datetime, **more: Any) -> Complaint:
    file = checked_upload(proof("截图.txt"), name="截图.txt", kinds=EVIDENCE, field="files")
    return complaint_file(
        complainant=shop.buyer.user, provider=shop.order.provider, order=shop.order, product=shop.product,
        statement="三次没有回复。", conduct_on=now.date(), code="", evidence=[file], actor=shop.buyer.actor, now=now,
        **more,
    )  # fmt: skip


@pytest.mark.clause("18(16)")
def test_a_complaint_shows_its_evidence_and_is_answered_once(shop: Shop, seller: Client, now: datetime) -> None:
    complaint = complain(shop, now)
    path = f"/console/complaints/{complaint.number}/"
    evidence = complaint.evidence.get()
    served_safely(seller, f"{path}files/{evidence.pk}/", "10:00 服务重启失败")
    _other, stranger = make_provider(now)
    for client, status in ((signed_in(stranger), 404), (accountant(shop, now), 403)):
        assert client.get(f"{path}files/{evidence.pk}/").status_code == status
        assert client.post(f"{path}answer/", {"text": "代答"}).status_code == status
    assert "计为按时答复" in page(seller, f"{path}answer/")
    assert seller.post(f"{path}answer/", {"text": ""}).status_code == 422
    assert seller.post(f"{path}answer/", {"text": "当天已回电。", "files": [proof("通话.txt")]}).status_code == 302
    complaint.refresh_from_db()
    assert complaint.state == ComplaintState.RESPONDED
    own = complaint.evidence.get(side="provider")
    assert f"{path}files/{own.pk}/" in page(seller, path)
    before = AuditRecord.objects.count()
    assert seller.post(f"{path}answer/", {"text": "补充"}).status_code == 302
    assert AuditRecord.objects.count() == before


@pytest.mark.clause("18(16)")
def test_after_thirty_minutes_the_page_says_that_the_answer_is_late(
    shop: Shop, seller: Client, now: datetime, clock: Any
) -> None:
    complaint = complain(shop, now)
    clock.move_to(complaint.due_at - timedelta(seconds=1))
    assert "计为按时答复" in page(seller, f"/console/complaints/{complaint.number}/answer/")
    clock.move_to(complaint.due_at)
    assert "计为超时答复" in page(seller, f"/console/complaints/{complaint.number}/answer/")
    assert "answered late" in page(seller, f"/console/complaints/{complaint.number}/answer/", "en")


@pytest.mark.clause("19")
def test_a_provider_speaks_in_its_case_ends_the_hearing_and_appeals(shop: Shop, seller: Client, now: datetime) -> None:
    operator = Actor.of(make_operator(now, "marketplace_operations", "arbitration"))
    case = case_open(
        provider=shop.order.provider, code="V1816", occurred_at=now - timedelta(hours=1), statement="没有按时答复。",
        source=CaseSource.OPERATOR, event="console:1", product=None, order=shop.order, complaint=None,
        actor=operator, now=now,
    )  # fmt: skip
    path = f"/console/standing/cases/{case.number}/"
    assert case.number in page(seller, "/console/cases/?state=open")
    assert seller.post(f"{path}do/speak/", {"text": "当时停电。", "files": [proof("证明.txt")]}).status_code == 302
    shown = page(seller, path)
    assert "当时停电。" in shown
    assert "陈述" in shown.partition("经过")[2]
    evidence = case.evidence.get()
    served_safely(seller, f"{path}files/{evidence.pk}/", "10:00 服务重启失败")
    assert accountant(shop, now).post(f"{path}do/heard/").status_code == 403
    assert seller.post(f"{path}do/heard/").status_code == 302
    case.refresh_from_db()
    assert case.state == CaseState.HEARD
    assert seller.post(f"{path}do/heard/").status_code == 302
    assert AuditRecord.objects.filter(act="case_hear").count() == 1
    finding = case_find(case=case, code="V1816", compensation=None, reason="属实。", actor=operator, now=now)
    assert seller.post(f"{path}do/appeal/", {"text": ""}).status_code == 422
    assert seller.post(f"{path}do/appeal/", {"text": "停电有证明。"}).status_code == 302
    finding.refresh_from_db()
    assert finding.appeal_record.state == AppealState.FILED
    _other, stranger = make_provider(now)
    assert signed_in(stranger).get(f"{path}files/{evidence.pk}/").status_code == 404


@pytest.mark.clause("12(1)4")
def test_a_ticket_waits_until_it_is_solved(shop: Shop, seller: Client, now: datetime) -> None:
    ticket = ticket_open(
        order=shop.order, kind=TicketKind.FAULT, title="导出乱码", text="表头乱码", file=None,
        actor=shop.buyer.actor, now=now,
    )  # fmt: skip
    provider, may = shop.order.provider, [Permission.SUPPORT]
    assert waiting_counts(provider, may)["/console/tickets/"] == 1
    ticket_reply(ticket=ticket, side=Side.PROVIDER, text="在查", file=None, actor=shop.provider.actor, now=now)
    ticket.refresh_from_db()
    assert ticket.state == "answered"
    assert waiting_counts(provider, may)["/console/tickets/"] == 1
    assert [task.url for task in tasks_of(provider, may, now)] == [f"/console/tickets/{ticket.number}/"]

    ticket_solve(ticket=ticket, remedy="已修复", actor=shop.provider.actor, now=now)

    assert waiting_counts(provider, may)["/console/tickets/"] == 0
    assert tasks_of(provider, may, now) == []
