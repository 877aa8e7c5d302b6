"""The editor of a listing: all of it can be written, what is found stands beside it, nothing is lost."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from catalog.models import Plan, ProductVersion
from providers.models import StaffMember
from providers.types import Role
from regulation.models import AuditRecord
from tests.catalog.making import category, picture
from tests.orders.making import make_shop
from tests.providers.making import make_person, make_provider

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def signed_in(person: Any, language: str = "zh-hans") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(person.user)
    return client


def rows(name: str, *given: dict[str, Any]) -> dict[str, Any]:
    """A list as a browser sends it, with the empty row that every list ends in."""
    sent: dict[str, Any] = {f"{name}-TOTAL_FORMS": len(given) + 1, f"{name}-INITIAL_FORMS": 0}
    for place, row in enumerate(given):
        sent |= {f"{name}-{place}-{key}": value for key, value in row.items()}
    if name == "plans":
        sent |= {f"plans-{len(given)}-billing": "one_off", f"plans-{len(given)}-units_min": "1"}
    return sent


def plan(name: str, price: str, **more: Any) -> dict[str, Any]:
    return {"name_zh": name, "billing": "one_off", "price": price, "units_min": "1", **more}


@pytest.fixture
def draft(now: datetime) -> tuple[ProductVersion, Client]:
    """A product that somebody has just begun, and its writer's browser."""
    _provider, person = make_provider(now)
    client = signed_in(person)
    leaf = category("crm", now)
    answer = client.post("/console/products/new/", {"category": leaf.pk, "title_zh": "备份管家"})
    assert answer.status_code == 302
    return ProductVersion.objects.get(), client


def url(version: ProductVersion, section: str) -> str:
    return f"/console/products/{version.product_id}/{section}/"


def basics(version: ProductVersion, **more: Any) -> dict[str, Any]:
    return {
        "category": version.category_id,
        "title_zh": "备份管家",
        "tagline_zh": "云主机的定时备份",
        **rows("attributes", *more.pop("attributes", ())),
        **more,
    }


@pytest.mark.clause("10(5)")
def test_the_basics_keep_category_specifications_and_cover(draft: tuple[ProductVersion, Client], now: datetime) -> None:
    version, client = draft
    other = category("erp-finance", now)
    cover = SimpleUploadedFile("cover.png", picture().getvalue(), content_type="image/png")
    sent = basics(
        version,
        category=other.pk,
        cover=cover,
        attributes=[{"name_zh": "操作系统", "value_zh": "Linux", "name_en": "System", "value_en": "Linux"}],
    )
    assert client.post(url(version, "basics"), sent)["Location"] == url(version, "details")
    version = ProductVersion.objects.get(pk=version.pk)
    assert version.category == other
    assert version.attributes == [
        {"name_zh": "操作系统", "value_zh": "Linux", "name_en": "System", "value_en": "Linux"}
    ]
    assert version.cover.name.startswith(f"covers/{version.product_id}/")
    page = client.get(url(version, "basics")).content.decode()
    assert version.cover.name.rpartition("/")[2] in page
    assert "操作系统" in page


def test_a_cover_that_is_no_picture_is_refused_at_its_field(draft: tuple[ProductVersion, Client]) -> None:
    version, client = draft
    sent = basics(version, cover=SimpleUploadedFile("cover.png", b"no picture", content_type="image/png"))
    answer = client.post(url(version, "basics"), sent)
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"cover"}
    version.refresh_from_db()
    assert not version.cover


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_somebody_unknown_cannot_perform_the_service(
    draft: tuple[ProductVersion, Client], language: str, now: datetime
) -> None:
    version, client = draft
    answer = client.post(
        url(version, "basics"), basics(version, performer="V000000-XXXXXX-X"), headers={"accept-language": language}
    )
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"performer"}
    partner, _owner = make_provider(now)
    assert client.post(url(version, "basics"), basics(version, performer=partner.number)).status_code == 302
    version.refresh_from_db()
    assert version.performer == partner
    client.post(url(version, "basics"), basics(version, performer=""))
    version.refresh_from_db()
    assert version.performer_id == version.product.provider_id


@pytest.mark.clause("10(2)")
def test_plans_are_added_changed_ordered_and_taken_away(draft: tuple[ProductVersion, Client]) -> None:
    version, client = draft
    sent = rows("plans", plan("标准版", "1200.00"), plan("专业版", "2400.00", units_max="5"))
    assert client.post(url(version, "plans"), {**sent, "stay": "1"})["Location"] == url(version, "plans")
    first, second = version.plans.order_by("position")
    assert (first.name_zh, first.price, second.units_max) == ("标准版", Decimal("1200.00"), 5)
    again = rows(
        "plans",
        plan("标准版", "1200.00", code=first.code, ORDER="2"),
        plan("专业版", "2600.00", code=second.code, ORDER="1"),
        plan("多余的", "1.00", DELETE="on"),
    )
    assert client.post(url(version, "plans"), again).status_code == 302
    assert list(version.plans.order_by("position").values_list("code", "price")) == [
        (second.code, Decimal("2600.00")),
        (first.code, Decimal("1200.00")),
    ]


def test_a_plan_that_cannot_be_kept_names_its_row_and_changes_nothing(draft: tuple[ProductVersion, Client]) -> None:
    version, client = draft
    answer = client.post(
        url(version, "plans"), rows("plans", plan("标准版", "10.00"), plan("免费版", "5.00", billing="free"))
    )
    assert answer.status_code == 422
    bound = answer.context["lists"][0]["rows"]
    assert bound.forms[0].errors == {}
    assert bound.forms[1].errors.keys() == {"price"}
    assert not Plan.objects.filter(version=version).exists()


@pytest.mark.clause("10(8)3")
@pytest.mark.clause("18(8)")
def test_what_data_it_asks_for_is_declared_and_an_incomplete_row_is_found_there(
    draft: tuple[ProductVersion, Client],
) -> None:
    version, client = draft
    sent = {
        "security_zh": "只读取备份目录。",
        **rows("open_source", {"name": "restic", "version": "0.17", "licence": "BSD-2-Clause"}),
        **rows("data_items", {"name": "备份目录", "purpose": ""}),
    }
    answer = client.post(url(version, "safety"), sent, headers={"hx-request": "true"})
    assert answer.status_code == 200
    body = answer.content.decode()
    slot = body[body.index('id="found-data_items-0"') :]
    assert "请写明收集的数据或权限及其用途" in slot[: slot.index("</div>")]
    version.refresh_from_db()
    assert version.open_source[0]["licence"] == "BSD-2-Clause"
    sent |= {"data_items-0-purpose": "备份"}
    assert client.post(url(version, "safety"), sent).status_code == 302
    version.refresh_from_db()
    assert version.data_items == [{"name": "备份目录", "purpose": "备份"}]


@pytest.mark.clause("10(8)5")
@pytest.mark.parametrize(("language", "words"), [("zh-hans", "站外链接"), ("en", "leads to another site")])
def test_what_is_typed_is_kept_and_what_is_found_stands_beside_it(
    draft: tuple[ProductVersion, Client], language: str, words: str
) -> None:
    version, client = draft
    sent = {"description_zh": "详情见 www.example.com，面向中小企业的定时备份服务，部署在您自己的云主机里。"}
    answer = client.post(url(version, "details"), sent, headers={"hx-request": "true", "accept-language": language})
    body = answer.content.decode()
    slot = body[body.index('id="found-description_zh"') :]
    assert words in slot[: slot.index("</div>")]
    assert "<html" not in body
    version.refresh_from_db()
    assert version.description_zh == sent["description_zh"]


def test_a_wrong_row_keeps_the_other_fields_and_the_list_as_it_was(draft: tuple[ProductVersion, Client]) -> None:
    version, client = draft
    client.post(url(version, "plans"), rows("plans", plan("标准版", "1200.00")))
    typed = rows("plans", plan("标准版", "1200.00"), plan("专业版", "zu viel"))
    answer = client.post(url(version, "plans"), typed, headers={"hx-request": "true"})
    assert answer.status_code == 200
    assert 'id="found-plans-1"' in answer.content.decode()
    assert list(version.plans.values_list("name_zh", flat=True)) == ["标准版"]


def test_writing_the_same_row_again_does_not_lose_it(draft: tuple[ProductVersion, Client]) -> None:
    version, client = draft
    for _time in range(3):
        client.post(url(version, "plans"), rows("plans", plan("标准版", "1200.00")), headers={"hx-request": "true"})
        assert list(version.plans.values_list("name_zh", flat=True)) == ["标准版"]


def test_a_version_is_previewed_by_its_team_alone(now: datetime) -> None:
    product, person = make_shop(now)
    client = signed_in(person)
    for path in ("preview/", "preview/plans/", "preview/terms/", "versions/1/", "versions/1/preview/"):
        assert client.get(f"/console/products/{product.pk}/{path}").status_code == 200, path
    page = client.get(f"/console/products/{product.pk}/preview/").content.decode()
    box = page[page.index("buy-box") :]
    assert "<button" not in box[: box.index("</form>")]
    _other, stranger = make_provider(now)
    for path in ("preview/", "versions/1/", "versions/1/preview/", "basics/"):
        assert signed_in(stranger).get(f"/console/products/{product.pk}/{path}").status_code == 404, path
    assert client.get(f"/console/products/{product.pk}/versions/9/").status_code == 404
    assert client.get(f"/console/products/{product.pk}/preview/nonsense/").status_code == 404


def test_a_plan_is_stopped_and_sold_again(now: datetime) -> None:
    product, person = make_shop(now)
    client = signed_in(person)
    first = product.plans.get()
    base = f"/console/products/{product.pk}/plans/{first.pk}"
    assert str(first.price.quantize(Decimal(1)))[0] in client.get(f"{base}/stop/").content.decode()
    first.refresh_from_db()
    assert first.stopped_at is None
    assert client.post(f"{base}/stop/").status_code == 302
    first.refresh_from_db()
    assert first.stopped_at is not None
    assert client.post(f"{base}/stop/").status_code == 302
    assert AuditRecord.objects.filter(act="listing.plan_stop").count() == 1
    assert client.post(f"{base}/resume/").status_code == 302
    first.refresh_from_db()
    assert first.stopped_at is None
    _other, stranger = make_provider(now)
    assert signed_in(stranger).post(f"{base}/stop/").status_code == 404


def test_a_member_for_money_writes_no_listing(now: datetime) -> None:
    product, _person = make_shop(now)
    provider = product.provider
    accountant = make_person(now)
    StaffMember.objects.create(provider=provider, user=accountant.user, role=Role.FINANCE, joined_at=now)
    client = signed_in(accountant)
    before = AuditRecord.objects.count()
    for path in ("", "basics/", "preview/", "do/open/", "versions/1/"):
        assert client.post(f"/console/products/{product.pk}/{path}").status_code == 403, path
    assert AuditRecord.objects.count() == before
