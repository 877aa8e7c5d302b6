"""Chat and tickets of an order, for its buyer (12)."""

from datetime import datetime

import pytest

from regulation.models import AuditRecord
from support.models import ChatMessage, Ticket, TicketMessage
from support.services import message_send, ticket_reply, ticket_solve
from support.types import Side
from tests.orders.making import evidence, place, told
from tests.web.storefront.conftest import Shop, page

pytestmark = pytest.mark.django_db


def test_a_question_is_asked_and_its_answer_read(shop: Shop, buyer, now: datetime):
    path = f"/orders/{shop.order.number}/chat/"
    assert buyer.post(path, {"text": "怎么登录？", "file": evidence()}).url == path
    assert "等待服务商回复" in page(buyer, path)
    assert "Waiting for the provider" in page(buyer, path, "en")
    message_send(
        order=shop.order, side=Side.PROVIDER, text="看说明第一页。", file=None, actor=shop.provider.actor, now=now
    )
    text = page(buyer, path)
    assert "怎么登录？" in text
    assert "看说明第一页。" in text
    assert "等待服务商回复" not in text
    assert told(shop.provider.user, "chat.asked") == 1


def test_an_empty_message_or_a_strange_file_is_not_sent(shop: Shop, buyer):
    path = f"/orders/{shop.order.number}/chat/"
    strange = evidence()
    strange.seek(0)
    strange.write(b"MZ\x00\x01")
    strange.seek(0)
    assert buyer.post(path, {"text": "  "}).status_code == 422
    assert buyer.post(path, {"text": "看", "file": strange}).status_code == 422
    assert not ChatMessage.objects.exists()
    assert told(shop.provider.user, "chat.asked") == 0


def test_chat_and_its_files_are_only_the_buyers(shop: Shop, buyer, stranger):
    path = f"/orders/{shop.order.number}/chat/"
    buyer.post(path, {"text": "看附件", "file": evidence()})
    file_path = f"{path}files/{ChatMessage.objects.get().pk}/"
    assert buyer.get(file_path).status_code == 200
    assert stranger.get(file_path).status_code == 404
    assert stranger.post(path, {"text": "我也想问"}).status_code == 404
    assert ChatMessage.objects.count() == 1


def opened(shop: Shop, buyer) -> Ticket:
    response = buyer.post(
        f"/orders/{shop.order.number}/tickets/new/",
        {"kind": "fault", "title": "中文乱码", "text": "文件名变成问号。", "file": evidence()},
    )
    ticket = Ticket.objects.get()
    assert response.url == f"/orders/{shop.order.number}/tickets/{ticket.number}/"
    return ticket


def test_a_ticket_is_opened_solved_sent_back_and_closed(shop: Shop, buyer, now: datetime):
    base = f"/orders/{shop.order.number}/tickets/"
    assert "没有工单" in page(buyer, base)
    assert "No tickets" in page(buyer, base, "en")
    ticket = opened(shop, buyer)
    path = f"{base}{ticket.number}/"
    actor = shop.provider.actor
    ticket_reply(ticket=ticket, side=Side.PROVIDER, text="正在看。", file=None, actor=actor, now=now)
    ticket.refresh_from_db()
    ticket_solve(ticket=ticket, remedy="已重新导入。", actor=actor, now=now)
    text = page(buyer, path)
    assert "已重新导入。" in text
    assert "正在看。" in text
    assert "还没有解决" in text
    assert buyer.post(f"{path}do/reopen/").url == path
    ticket.refresh_from_db()
    assert ticket.state == "answered"
    assert buyer.post(path, {"text": "还有两个文件。"}).url == path
    assert buyer.post(f"{path}do/close/").url == path
    ticket.refresh_from_db()
    assert ticket.state == "closed"
    assert "中文乱码" in page(buyer, base)


def test_a_closed_ticket_takes_no_more_words_and_acts(shop: Shop, buyer):
    ticket = opened(shop, buyer)
    path = f"/orders/{shop.order.number}/tickets/{ticket.number}/"
    buyer.post(f"{path}do/close/")
    before = (TicketMessage.objects.count(), AuditRecord.objects.count())
    assert buyer.post(path, {"text": "还有问题"}).status_code == 422
    buyer.post(f"{path}do/close/")
    buyer.post(f"{path}do/reopen/")
    assert (TicketMessage.objects.count(), AuditRecord.objects.count()) == before
    assert buyer.get(f"{path}do/delete/").status_code == 404


def test_before_payment_there_are_no_tickets_and_others_find_none(shop: Shop, buyer, stranger, now: datetime):
    unpaid = place(shop.buyer, shop.product, now)
    response = buyer.post(f"/orders/{unpaid.number}/tickets/new/", {"kind": "fault", "title": "a", "text": "b"})
    assert response.status_code == 409
    assert not Ticket.objects.exists()
    ticket = opened(shop, buyer)
    path = f"/orders/{shop.order.number}/tickets/{ticket.number}/"
    assert stranger.get(path).status_code == 404
    assert stranger.post(f"{path}do/close/").status_code == 404
    # under another order of the same buyer it does not stand either
    assert buyer.get(f"/orders/{unpaid.number}/tickets/{ticket.number}/").status_code == 404
    assert buyer.get(f"{path}files/{ticket.messages.get().pk}/").status_code == 200
    assert stranger.get(f"{path}files/{ticket.messages.get().pk}/").status_code == 404


def test_queries_do_not_grow_with_what_is_said(shop: Shop, buyer, queries):
    chat = f"/orders/{shop.order.number}/chat/"
    ticket = opened(shop, buyer)
    path = f"/orders/{shop.order.number}/tickets/{ticket.number}/"
    buyer.post(chat, {"text": "一"})
    few = queries(buyer, chat), queries(buyer, path)
    for n in range(3):
        buyer.post(chat, {"text": f"再问 {n}"})
        buyer.post(path, {"text": f"再说 {n}"})
    assert (queries(buyer, chat), queries(buyer, path)) == few
