"""Complaining through the pages (18(16))."""

from datetime import datetime, timedelta

import pytest

from core import sweeps
from regulation.models import AuditRecord
from tests.orders.making import evidence, make_shop, told
from tests.web.storefront.conftest import Shop, page, signed_in
from violations.models import Complaint
from violations.services import complaint_respond

pytestmark = pytest.mark.django_db


def data(**changes):
    return {
        "statement": "付款后要求另外转账。",
        "conduct_on": "2026-03-02",
        "code": "",
        "files": [evidence()],
    } | changes


@pytest.fixture
def complaint(shop: Shop, buyer) -> Complaint:
    response = buyer.post(f"/complaints/new/?order={shop.order.number}", data())
    assert response.status_code == 302
    return Complaint.objects.get()


@pytest.mark.clause("18(16)")
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_complaint_stands_with_its_thirty_minutes_and_evidence(complaint, buyer, now: datetime, language):
    assert complaint.due_at == now + timedelta(minutes=30)
    text = page(buyer, f"/complaints/{complaint.number}/", language)
    assert "付款后要求另外转账。" in text
    assert "evidence.txt" in text
    assert "10:30" in text
    assert ("等待服务商答复" if language == "zh-hans" else "Waiting for the provider to answer") in text
    assert "付款后要求" in page(buyer, "/complaints/", language)


def test_without_words_or_in_the_future_nothing_is_filed(shop: Shop, buyer):
    before = AuditRecord.objects.count()
    path = f"/complaints/new/?order={shop.order.number}"
    for wrong in (data(statement=""), data(conduct_on="2026-03-03"), data(code="V0000"), data(conduct_on="x")):
        assert buyer.post(path, wrong).status_code == 422
    assert not Complaint.objects.exists()
    assert AuditRecord.objects.count() == before
    assert told(shop.provider.user, "complaint.filed") == 0


def test_somebody_elses_order_cannot_be_complained_of(shop: Shop, stranger):
    assert stranger.post(f"/complaints/new/?order={shop.order.number}", data()).status_code == 404
    assert not Complaint.objects.exists()


def test_a_store_may_be_complained_of_without_an_order(shop: Shop, stranger):
    store = shop.product.provider.store
    assert store.name_zh in page(stranger, f"/complaints/new/?store={store.slug}")
    assert stranger.post(f"/complaints/new/?store={store.slug}", data(files=[])).status_code == 302
    found = Complaint.objects.get()
    assert (found.order, found.provider_id) == (None, shop.product.provider_id)
    assert "您要投诉谁" in page(stranger, "/complaints/new/")


def test_answer_and_its_file_are_read_and_others_see_nothing(complaint, shop: Shop, buyer, stranger, now: datetime):
    complaint_respond(complaint=complaint, response="已退还。", evidence=[], actor=shop.provider.actor, now=now)
    assert "已退还。" in page(buyer, f"/complaints/{complaint.number}/")
    file_path = f"/complaints/{complaint.number}/files/{complaint.evidence.get().pk}/"
    assert buyer.get(file_path).status_code == 200
    assert stranger.get(file_path).status_code == 404
    assert stranger.get(f"/complaints/{complaint.number}/").status_code == 404
    assert stranger.post(f"/complaints/{complaint.number}/withdraw/").status_code == 404
    complaint.refresh_from_db()
    assert complaint.state == "responded"


@pytest.mark.clause("18(16)")
def test_a_missed_answer_is_seen_in_what_happened(complaint, buyer, clock, now: datetime):
    later = now + timedelta(minutes=30)
    sweeps.run("violations.complaint_response", now=later)
    clock.move_to(later)
    assert "30 分钟内未答复" in page(buyer, f"/complaints/{complaint.number}/")


@pytest.mark.clause("18(16)1")
def test_withdrawing_asks_first_and_then_closes(complaint, buyer):
    path = f"/complaints/{complaint.number}/withdraw/"
    assert "不再核查" in page(buyer, path)
    complaint.refresh_from_db()
    assert complaint.state == "filed"
    assert buyer.post(path).url == f"/complaints/{complaint.number}/"
    complaint.refresh_from_db()
    assert complaint.state == "withdrawn"
    before = AuditRecord.objects.count()
    buyer.post(path)
    assert AuditRecord.objects.count() == before


def test_an_empty_list_says_the_next_step(stranger):
    assert "您还没有提交过投诉" in page(stranger, "/complaints/")
    assert "You have not complained" in page(stranger, "/complaints/", "en")
    assert "没有符合条件的投诉" in page(stranger, "/complaints/?open=yes")


def test_queries_do_not_grow_with_complaints(complaint, shop: Shop, buyer, now: datetime, queries):
    few = queries(buyer, "/complaints/")
    for _n in range(3):
        product, _person = make_shop(now)
        buyer.post(f"/complaints/new/?store={product.provider.store.slug}", data(files=[]))
    assert Complaint.objects.count() == 4
    assert queries(buyer, "/complaints/") == few


@pytest.mark.clause("18(16)")
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_evidence_is_added_while_the_complaint_is_open_and_the_provider_reads_it(
    complaint, shop: Shop, buyer, stranger, clock, now: datetime, language
):
    path = f"/complaints/{complaint.number}/evidence/"
    assert f'href="{path}"' in page(buyer, f"/complaints/{complaint.number}/", language)
    assert ("补充证据" if language == "zh-hans" else "Add evidence") in page(buyer, path, language)
    assert stranger.post(path, {"files": [evidence()]}).status_code == 404
    assert buyer.post(path).status_code == 422
    assert complaint.evidence.count() == 1

    clock.move_to(now + timedelta(minutes=10))
    assert buyer.post(path, {"files": [evidence(), evidence("第二份")]}).url == f"/complaints/{complaint.number}/"
    assert complaint.evidence.count() == 3
    assert told(shop.provider.user, "complaint.supported") == 1
    text = page(buyer, f"/complaints/{complaint.number}/", language)
    assert text.count("/files/") == 3
    assert ("补充证据" if language == "zh-hans" else "Evidence added") in text
    assert page(signed_in(shop.provider), f"/console/complaints/{complaint.number}/").count("evidence.txt") == 3

    buyer.post(f"/complaints/{complaint.number}/withdraw/")
    before = AuditRecord.objects.count()
    assert buyer.post(path, {"files": [evidence()]}).url == f"/complaints/{complaint.number}/"
    assert f'href="{path}"' not in page(buyer, f"/complaints/{complaint.number}/")
    assert (complaint.evidence.count(), AuditRecord.objects.count()) == (3, before)
