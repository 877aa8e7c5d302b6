"""Orders and refunds through REST and the operators' desk: what is shown, what is refused, what a button does."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from rest_framework.test import APIClient

from core import sweeps
from core.periods import end_of_days
from orders import selectors, services
from orders.models import Invoice, Order, Review
from payments.models import PaymentIntent
from refunds.models import RefundRequest
from refunds.rules import Reason
from refunds.services import refund_escalate, refund_request
from tests.orders.making import (
    SERVICE,
    buy,
    complete_service,
    deliver_product,
    hand_in_all,
    in_escrow,
    make_shop,
    monthly,
    place,
)
from tests.providers.making import make_operator, make_person

pytestmark = pytest.mark.django_db


def api(person) -> APIClient:
    client = APIClient()
    client.force_authenticate(person.user)
    return client


def post(client, path, data=None, key="k1", **more):
    return client.post(
        f"/api/v1/{path}", data or {}, format=more.pop("format", "json"), headers={"Idempotency-Key": key}
    )


def desk(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_an_order_is_placed_once_for_a_key_and_shown_to_its_buyer(now, clock) -> None:
    product, owner = make_shop(now)
    buyer = make_person(now)
    plan = product.live_version.plans.get().pk
    client = api(buyer)
    first = post(client, "orders/", {"plan": plan, "quantity": 2})
    assert first.status_code == 201, first.content
    again = post(client, "orders/", {"plan": plan, "quantity": 2})
    assert (again.status_code, again.json()["number"]) == (201, first.json()["number"])
    assert post(client, "orders/", {"plan": plan, "quantity": 3}).status_code == 409
    assert Order.objects.count() == 1
    body = first.json()
    intent = PaymentIntent.objects.get(purpose="order")
    assert (body["amount"], body["state"], body["payment"]) == ("2400.00", "placed", f"/pay/{intent.number}/")
    assert body["acts"] == ["pay", "cancel"]
    assert body["money"]["with_you"] == "2400.00"
    assert api(owner).get("/api/v1/orders/").json()["results"] == []
    assert api(make_person(now)).get(f"/api/v1/orders/{body['number']}/").status_code == 404
    refused = post(api(owner), "orders/", {"plan": plan})
    assert (refused.status_code, refused.json()["code"], refused.json()["clauses"]) == (409, "own_purchase", ["15(2)"])


def test_a_provider_s_system_works_through_a_service(now, clock) -> None:
    product, owner = make_shop(now, SERVICE)
    order, buyer = buy(product, now)
    seller, customer = api(owner), api(buyer)
    [line] = seller.get("/api/v1/orders/?side=provider&attention=1").json()["results"]
    assert (line["number"], line["waiting"]["who"]) == (order.number, "provider")
    first = order.milestones.order_by("position").first()
    base = f"orders/{order.number}/milestones/{first.pk}"
    assert post(customer, f"{base}/start/").status_code == 404
    assert post(seller, f"{base}/start/").status_code == 200
    short = post(seller, f"{base}/submit/", {"statement": "完成"}, key="k2", format="multipart")
    assert (short.status_code, "files" in short.json()["errors"]) == (400, True)
    evidence = SimpleUploadedFile("report.txt", "调研报告".encode())
    handed = post(seller, f"{base}/submit/", {"statement": "完成", "files": [evidence]}, key="k3", format="multipart")
    assert handed.status_code == 200, handed.content
    assert handed.json()["milestones"][0]["state"] == "submitted"
    back = post(customer, f"{base}/return/", {"reason": "缺少结论"}, key="k4")
    assert back.json()["milestones"][0]["state"] == "returned"
    early = post(customer, f"orders/{order.number}/confirm/", key="k5")
    assert (early.status_code, early.json()["code"]) == (409, "order_not_now")
    assert in_escrow(order) == order.amount


def test_a_refund_through_rest_carries_its_decision(now, clock) -> None:
    product, owner = make_shop(now)
    order, buyer = buy(product, now)
    client = api(buyer)
    seen = client.get(f"/api/v1/refunds/preview/{order.number}/").json()
    assert (seen["now"]["outcome"], seen["later"][0]["decision"]["outcome"]) == ("full_refund", "policy_refund")
    assert not RefundRequest.objects.exists()
    made = post(client, "refunds/", {"order": order.number})
    assert made.status_code == 201, made.content
    assert (made.json()["state"], made.json()["amount"]) == ("paying_back", "1200.00")
    assert "17(1)1" in made.json()["decision"]["clauses"]
    assert post(client, "refunds/", {"order": order.number}, key="k2").status_code == 409
    assert api(owner).get("/api/v1/refunds/?side=provider").json()["results"][0]["order"] == order.number
    assert api(make_person(now)).get(f"/api/v1/refunds/{made.json()['number']}/").status_code == 404


def test_offers_are_signed_by_the_other_side_through_rest(now, clock) -> None:
    product, owner = make_shop(now, SERVICE)
    order, buyer = buy(product, now)
    number = post(api(buyer), "refunds/", {"order": order.number}).json()["number"]
    offered = post(api(owner), f"refunds/{number}/offers/", {"amount": "500.00"}, key="k2")
    assert offered.status_code == 201, offered.content
    offer = RefundRequest.objects.get().offers.get()
    assert post(api(owner), f"refunds/{number}/offers/{offer.pk}/sign/", key="k3").status_code == 409
    signed = post(api(buyer), f"refunds/{number}/offers/{offer.pk}/sign/", key="k4")
    assert (signed.json()["state"], signed.json()["amount"]) == ("paying_back", "500.00")


def test_the_desk_settles_an_acceptance(now, clock) -> None:
    product, owner = make_shop(now, SERVICE)
    order, _buyer = buy(product, now)
    hand_in_all(order, owner, now)
    due = end_of_days(now, 90)
    sweeps.run("orders.acceptance_silence", due)
    clock.move_to(due)
    operator = desk(make_operator(now, "marketplace_operations"))
    listed = operator.get("/admin/orders/order/?queue=acceptance")
    assert order.number in listed.content.decode()
    page = operator.get(f"/admin/orders/order/{order.pk}/settle-complete/")
    assert page.status_code == 200
    finance = desk(make_operator(now, "finance"))
    assert finance.post(f"/admin/orders/order/{order.pk}/settle-complete/", {"statement": "是"}).status_code == 403
    assert in_escrow(order) == order.amount
    done = operator.post(f"/admin/orders/order/{order.pk}/settle-complete/", {"statement": "证据充分"})
    assert done.status_code == 302
    order.refresh_from_db()
    assert (order.state, in_escrow(order)) == ("completed", Decimal("0.00"))


def test_the_desk_decides_a_refund_in_dispute(now, clock) -> None:
    product, owner = make_shop(now, plans=[monthly("310.00")], policy_percent=None)
    order, buyer = buy(product, now)
    deliver_product(order, owner, now)
    at = now + timedelta(days=9)
    clock.move_to(at)
    refund = refund_request(order=order, reason=Reason.POOR_QUALITY, statement="经常中断", actor=buyer.actor, now=at)
    refund_escalate(refund=refund, actor=buyer.actor, now=at)
    operator = desk(make_operator(now, "arbitration"))
    page = operator.get(f"/admin/refunds/refundrequest/{refund.pk}/uphold/").content.decode()
    assert "¥213.13" in page
    shown = operator.get(f"/admin/refunds/refundrequest/{refund.pk}/change/")
    assert "经常中断" in shown.content.decode()
    assert operator.post(f"/admin/refunds/refundrequest/{refund.pk}/uphold/", {"finding": ""}).status_code == 200
    operator.post(f"/admin/refunds/refundrequest/{refund.pk}/uphold/", {"finding": "日志证实"})
    refund.refresh_from_db()
    assert (refund.state, refund.amount) == ("paying_back", Decimal("213.13"))


def test_the_desk_issues_the_platform_s_invoice_and_looks_into_reviews(now, clock) -> None:
    product, owner = make_shop(now, SERVICE)
    _other, rival = make_shop(now)
    order, buyer = buy(product, now, buyer=rival)
    complete_service(order, owner, buyer, now)
    invoice = services.fee_invoice_request(order=order, heading="云端", actor=owner.actor, now=now)
    finance = desk(make_operator(now, "finance"))
    document = SimpleUploadedFile("invoice.pdf", b"%PDF-1.4 invoice")
    finance.post(f"/admin/orders/invoice/{invoice.pk}/issue/", {"document_number": "26112001", "document": document})
    assert Invoice.objects.get().state == "issued"
    services.review_write(order=order, score=2, text="一般", actor=buyer.actor, now=now)
    operations = desk(make_operator(now, "marketplace_operations"))
    review = Review.objects.get()
    assert operations.get("/admin/orders/review/?state__exact=held").status_code == 200
    operations.post(f"/admin/orders/review/{review.pk}/publish/", {"reason": "核查无异常"})
    review.refresh_from_db()
    assert review.state == "published"
    assert len(selectors.reviews_page(product.pk).page.items) == 1


def test_every_list_of_the_desk_opens(now) -> None:
    product, _owner = make_shop(now)
    place(make_person(now), product, now)
    operator = desk(make_operator(now, "marketplace_operations", "finance", "arbitration"))
    for name in ("orders/order", "orders/warrantyclaim", "orders/invoice", "orders/review", "orders/deductionoffer",
                 "refunds/refundrequest"):  # fmt: skip
        assert operator.get(f"/admin/{name}/").status_code == 200, name
    order = Order.objects.get()
    assert operator.get(f"/admin/orders/order/{order.pk}/change/").status_code == 200
