"""Defects: the users of a product are told in time (18(6))."""

from datetime import datetime, timedelta

import pytest

from core import sweeps
from core.errors import InvalidInput, NotAllowed
from tests.orders.making import make_person, make_shop, told, trail
from tests.providers.making import make_operator
from violations.models import Case, Defect
from violations.services import (
    defect_ask,
    defect_clear,
    defect_contest,
    defect_deny,
    defect_disclose,
    defect_mend,
)

SAID = {"title": "检索接口未鉴权", "effect": "日志可能被他人读取", "advice": "请立即关闭公网访问"}


def ask(scene, now: datetime) -> Defect:
    return defect_ask(product=scene.product, question="检索接口是否鉴权？", actor=scene.operator, now=now)


@pytest.mark.clause("18(6)")
def test_everybody_who_uses_it_is_told_and_its_page_shows_it_until_it_is_mended(
    scene, now: datetime, clock, client
) -> None:
    stranger = make_person(now)
    page = f"/p/{scene.product.slug}/"

    defect = defect_disclose(product=scene.product, asked=None, actor=scene.person.actor, now=now, **SAID)

    assert (defect.state, defect.users_told) == ("disclosed", 1)
    assert told(scene.buyer.user, "defect.disclosed") == 1
    assert told(stranger.user, "defect.disclosed") == 0
    assert SAID["advice"] in client.get(f"{page}?then").content.decode()

    defect_mend(defect=defect, note="已发布 1.0.1", actor=scene.person.actor, now=now)

    assert told(scene.buyer.user, "defect.mended") == 1
    assert SAID["advice"] not in client.get(f"{page}?after").content.decode()
    assert trail(defect.subject) == ["defect_disclose", "defect_mend"]


@pytest.mark.clause("18(6)")
def test_the_clock_of_a_question_on_both_sides(scene, now: datetime) -> None:
    defect = ask(scene, now)
    due = now + timedelta(hours=24)
    assert defect.due_at == due
    assert told(scene.person.user, "defect.asked") == 1

    assert sweeps.run("violations.defects", due - timedelta(microseconds=1)).done == 0
    assert sweeps.run("violations.defects", due).done == 1
    assert sweeps.run("violations.defects", due).done == 0

    assert list(Case.objects.values_list("code", "source")) == [("V1806", "late_defect")]
    answered = defect_disclose(product=scene.product, asked=defect, actor=scene.person.actor, now=due, **SAID)
    assert answered.pk == defect.pk
    assert answered.state == "disclosed"


@pytest.mark.clause("18(6)")
def test_an_answer_in_time_opens_no_case(scene, now: datetime) -> None:
    defect = ask(scene, now)
    defect_deny(defect=defect, denial="接口仅内网可达", actor=scene.person.actor, now=now)
    assert sweeps.run("violations.defects", now + timedelta(days=3)).done == 0
    assert told(make_operator(now), "defect.denied") == 0
    defect_clear(defect=defect, reason="已核实", actor=scene.operator, now=now)
    assert Case.objects.count() == 0
    assert told(scene.person.user, "defect.none") == 1
    with pytest.raises(NotAllowed):
        defect_contest(defect=defect, code="V1805", reason="反悔", actor=scene.operator, now=now)
    assert Case.objects.count() == 0


@pytest.mark.clause("18(6)")
def test_a_concealed_defect_becomes_a_case(scene, now: datetime) -> None:
    defect = ask(scene, now)
    defect_deny(defect=defect, denial="没有", actor=scene.person.actor, now=now)
    with pytest.raises(InvalidInput):
        defect_contest(defect=defect, code="V1805", reason=" ", actor=scene.operator, now=now)
    defect_contest(defect=defect, code="V1806", reason="日志显示已知情", actor=scene.operator, now=now)
    defect.refresh_from_db()
    assert (defect.state, defect.case.code, defect.case.product) == ("contested", "V1806", scene.product)


@pytest.mark.clause("18(6)")
@pytest.mark.parametrize("missing", ["title", "effect", "advice"])
def test_a_disclosure_says_what_users_need(scene, now: datetime, missing: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        defect_disclose(product=scene.product, asked=None, actor=scene.person.actor, now=now, **(SAID | {missing: " "}))
    assert refused.value.field == missing
    assert Defect.objects.count() == 0
    assert told(scene.buyer.user, "defect.disclosed") == 0


@pytest.mark.clause("18(6)")
def test_the_console_and_the_desk(scene, now: datetime, clock, client) -> None:
    client.force_login(make_operator(now, "marketplace_operations"))
    page = "/admin/violations/defect/ask/"
    assert client.post(page, {"product": "nothing-here", "question": "?"}).status_code == 200
    assert Defect.objects.count() == 0
    assert client.post(page, {"product": scene.product.slug, "question": "是否鉴权？"}).status_code == 302
    defect = Defect.objects.get()

    client.force_login(scene.person.user)
    assert "是否鉴权？" in client.get("/console/defects/").content.decode()
    act = f"/console/defects/{defect.number}/do/"
    assert client.get(f"{act}mend/").status_code == 404
    assert client.post(f"{act}disclose/", SAID).status_code == 302
    assert SAID["effect"] in client.get(f"/console/defects/{defect.number}/").content.decode()
    assert client.post(f"{act}mend/", {"note": "已修复"}).status_code == 302
    own = f"/console/products/{scene.product.pk}/defect/"
    assert client.post(own, SAID | {"title": "另一个缺陷"}).status_code == 302
    assert Defect.objects.count() == 2

    _product, stranger = make_shop(now)
    client.force_login(stranger.user)
    assert client.get(f"/console/defects/{defect.number}/").status_code == 404
    assert client.get(own).status_code == 404
