"""Infringement claims: hidden at once, both heard, decided, and a remedy for every user (18(17))."""

import io
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from core import sweeps
from core.errors import InvalidInput, NotAllowed, NotFound, NotPermitted
from core.periods import end_of_working_days
from core.uploads import EVIDENCE, checked_upload
from orders.selectors import orders_in_use
from payments.models import Payback
from tests.catalog.making import monthly
from tests.orders.making import books_fit, buy, make_person, make_shop, owed, told, trail
from violations.models import Case, Remedy, Takedown
from violations.selectors import open_matters_of
from violations.services import (
    remedy_accept,
    remedy_offer,
    remedy_return,
    takedown_answer,
    takedown_dismiss,
    takedown_file,
    takedown_uphold,
    takedown_withdraw,
)
from violations.types import RemedyKind


def proof():
    return checked_upload(io.BytesIO("软著登字第1号".encode()), name="proof.txt", kinds=EVIDENCE, field="files")


def claim(scene, now: datetime, claimant=None, **more) -> Takedown:
    person = claimant or make_person(now)
    said = {"work": "日志管家 V1", "basis": "own", "statement": "代码与界面均抄自我方产品", "files": [proof()]} | more
    return takedown_file(claimant=person.user, product=scene.product, actor=person.actor, now=now, **said)


def upheld(scene, now: datetime) -> Takedown:
    return takedown_uphold(takedown=claim(scene, now), code="V1004", reason="侵权属实", actor=scene.operator, now=now)


@pytest.mark.clause("10(8)1", "18(17)", "18(17)1")
def test_a_claim_hides_the_product_at_once_and_a_dismissal_shows_it_again(scene, now: datetime, clock, client) -> None:
    page = f"/p/{scene.product.slug}/"
    assert client.get(page).status_code == 200

    takedown = claim(scene, now)

    assert client.get(f"{page}?then").status_code == 404
    assert told(scene.person.user, "takedown.filed") == 1
    takedown_answer(takedown=takedown, text="我方有著作权", files=[proof()], actor=scene.person.actor, now=now)
    assert told(takedown.claimant, "takedown.answered") == 1
    with pytest.raises(NotAllowed):
        takedown_answer(takedown=takedown, text="另一种说法", files=[], actor=scene.person.actor, now=now)
    takedown.refresh_from_db()
    assert (takedown.response, told(takedown.claimant, "takedown.answered")) == ("我方有著作权", 1)

    takedown_dismiss(takedown=takedown, reason="权属不清", actor=scene.operator, now=now)

    assert client.get(f"{page}?after").status_code == 200
    assert Case.objects.count() == 0
    assert Remedy.objects.count() == 0
    assert trail(takedown.subject) == ["takedown_file", "takedown_answer", "takedown_dismiss"]
    with pytest.raises(NotAllowed):
        takedown_uphold(takedown=takedown, code="V1004", reason="反悔", actor=scene.operator, now=now)


@pytest.mark.clause("18(17)")
def test_only_the_claimant_withdraws(scene, now: datetime, clock, client) -> None:
    takedown = claim(scene, now)
    with pytest.raises(NotPermitted):
        takedown_withdraw(takedown=takedown, actor=scene.person.actor, now=now)
    assert client.get(f"/p/{scene.product.slug}/").status_code == 404
    client.force_login(takedown.claimant)

    assert client.post(f"/infringement/{takedown.number}/withdraw/").status_code == 302

    takedown.refresh_from_db()
    assert takedown.state == "withdrawn"
    assert client.get(f"/p/{scene.product.slug}/").status_code == 200


@pytest.mark.clause("18(17)")
def test_who_may_claim_and_with_what(scene, now: datetime) -> None:
    for wrong, field in (({"work": " "}, "work"), ({"statement": ""}, "statement"), ({"files": []}, "files")):
        with pytest.raises(InvalidInput) as refused:
            claim(scene, now, **wrong)
        assert refused.value.field == field
    for person in (make_person(now, verified=False), scene.person):
        with pytest.raises(NotAllowed):
            claim(scene, now, person)
    assert Takedown.objects.count() == 0
    person = make_person(now)
    claim(scene, now, person)
    with pytest.raises(NotAllowed):
        claim(scene, now, person)
    assert Takedown.objects.count() == 1


@pytest.mark.clause("18(17)", "18(17)1", "18(17)2")
def test_an_upheld_claim_takes_it_down_and_owes_every_user_a_remedy(scene, now: datetime) -> None:
    upheld(scene, now)

    scene.product.refresh_from_db()
    assert (scene.product.state, scene.product.off_reason) == ("delisted", "platform")
    assert Case.objects.get().code == "V1004"
    remedy = Remedy.objects.get()
    assert (remedy.order, remedy.state, remedy.due_at) == (scene.order, "owed", end_of_working_days(now, 5))
    assert told(scene.buyer.user, "remedy.owed") == 1
    assert open_matters_of(scene.provider) == 2

    remedy_offer(
        remedy=remedy, kind=RemedyKind.MIGRATION, text="迁移到同类商品", amount=Decimal("100.00"),
        actor=scene.person.actor, now=now,
    )  # fmt: skip
    with pytest.raises(NotFound):
        remedy_accept(remedy=remedy, actor=make_person(now).actor, now=now)
    before = owed(scene.order)
    remedy_accept(remedy=remedy, actor=scene.buyer.actor, now=now)

    remedy.refresh_from_db()
    assert (remedy.state, remedy.amount) == ("accepted", Decimal("100.00"))
    assert Payback.objects.get().amount == Decimal("100.00")
    assert owed(scene.order) <= before
    assert told(scene.person.user, "remedy.accepted") == 1
    assert open_matters_of(scene.provider) == 1
    books_fit()


@pytest.mark.clause("18(17)", "18(17)2")
def test_without_an_offer_in_time_one_case_opens(scene, now: datetime) -> None:
    upheld(scene, now)
    due = end_of_working_days(now, 5)

    assert sweeps.run("violations.remedies", due - timedelta(microseconds=1)).done == 0
    assert sweeps.run("violations.remedies", due).done == 1
    assert sweeps.run("violations.remedies", due).done == 0
    assert list(Case.objects.order_by("id").values_list("code", "source")) == [
        ("V1004", "operator"),
        ("V1820", "late_remedy"),
    ]


@pytest.mark.clause("18(17)2")
def test_a_remedy_that_does_not_help_is_owed_again(scene, now: datetime) -> None:
    upheld(scene, now)
    remedy = Remedy.objects.get()
    for amount in (Decimal("-1"), scene.order.amount + 1):
        with pytest.raises(InvalidInput):
            remedy_offer(
                remedy=remedy, kind=RemedyKind.COSTS, text="赔付", amount=amount, actor=scene.person.actor, now=now
            )
    with pytest.raises(InvalidInput):
        remedy_offer(remedy=remedy, kind=RemedyKind.COSTS, text="赔付", amount=None, actor=scene.person.actor, now=now)
    remedy_offer(
        remedy=remedy, kind=RemedyKind.SUBSTITUTE, text="换用乙商品", amount=None, actor=scene.person.actor, now=now
    )
    later = now + timedelta(days=1)

    remedy_return(remedy=remedy, note="功能不同", actor=scene.buyer.actor, now=later)

    remedy.refresh_from_db()
    assert (remedy.state, remedy.due_at) == ("owed", end_of_working_days(later, 5))
    assert Payback.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.clause("18(17)2")
def test_whoever_still_uses_it_is_owed_something(now: datetime) -> None:
    product, _person = make_shop(now, plans=[monthly()])
    order, _buyer = buy(product, now)

    assert list(orders_in_use(product, order.term_ends_at - timedelta(seconds=1))) == [order]
    assert list(orders_in_use(product, order.term_ends_at)) == []


@pytest.mark.clause("18(17)1", "18(17)2")
def test_the_pages_of_all_three(scene, now: datetime, clock, client) -> None:
    person = make_person(now)
    client.force_login(person.user)
    answer = client.post(
        f"/p/{scene.product.slug}/infringement/",
        {
            "work": "日志管家",
            "basis": "own",
            "statement": "抄袭",
            "files": [SimpleUploadedFile("证明.txt", "软著".encode())],
        },
    )
    takedown = Takedown.objects.get()
    assert answer["Location"] == f"/infringement/{takedown.number}/"
    assert "抄袭" in client.get(answer["Location"]).content.decode()
    assert takedown.number in client.get("/infringement/").content.decode()
    file = takedown.files.get()
    assert client.get(f"/infringement/{takedown.number}/files/{file.pk}/").status_code == 200

    client.force_login(scene.person.user)
    assert client.get(f"/infringement/{takedown.number}/").status_code == 404
    console = f"/console/infringement/{takedown.number}/"
    assert "抄袭" in client.get(console).content.decode()
    assert client.get(f"{console}files/{file.pk}/").status_code == 200
    assert client.post(f"{console}answer/", {"text": "我方原创"}).status_code == 302

    takedown_uphold(takedown=takedown, code="V1004", reason="侵权属实", actor=scene.operator, now=now)
    remedy = Remedy.objects.get()
    assert scene.order.number in client.get("/console/infringement/").content.decode()
    offer = f"/console/infringement/remedies/{remedy.pk}/"
    assert client.post(offer, {"kind": "costs", "text": "承担费用", "amount": ""}).status_code == 422
    assert client.post(offer, {"kind": "substitute", "text": "换用乙商品"}).status_code == 302

    client.force_login(scene.buyer.user)
    number = scene.order.number
    assert f"/orders/{number}/remedy/" in client.get(f"/orders/{number}/").content.decode()
    assert "换用乙商品" in client.get(f"/orders/{number}/remedy/").content.decode()
    assert client.post(f"/orders/{number}/remedy/return/", {"note": ""}).status_code == 422
    assert client.post(f"/orders/{number}/remedy/accept/").status_code == 302
    remedy.refresh_from_db()
    assert remedy.state == "accepted"
    client.force_login(person.user)
    assert client.get(f"/orders/{number}/remedy/").status_code == 404


@pytest.mark.clause("18(17)")
def test_a_claim_keeps_the_provider_from_leaving(scene, now: datetime) -> None:
    assert open_matters_of(scene.provider) == 0
    claim(scene, now)
    assert open_matters_of(scene.provider) == 1
