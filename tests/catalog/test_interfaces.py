"""The catalog through its doors: REST for everybody and for providers' systems, the operators' desk."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from catalog import services
from catalog.models import Category, Product, ProductVersion
from core.acts import Actor
from tests.catalog.making import category, make_draft, make_listed, make_submitted, texts
from tests.providers.making import make_operator, make_person, make_provider

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(now):
    return make_provider(now, price=Decimal("10000.00"))


def post(client: Client, address: str, body: dict, key: str) -> object:
    return client.post(address, json.dumps(body), content_type="application/json", headers={"Idempotency-Key": key})


def test_everybody_reads_what_is_on_sale_and_nothing_else(now, clock, client) -> None:
    product, _person = make_listed(now)
    make_draft(product.provider, _person, now)

    listed = client.get("/api/v1/catalog/products/?q=日志&sort=price").json()
    assert [row["slug"] for row in listed["results"]] == [product.slug]
    assert listed["results"][0]["price_from"] == "1200.00"
    page = client.get(f"/api/v1/catalog/products/{product.slug}/").json()
    assert page["texts"]["terms_zh"]
    assert page["plans"][0]["code"] == "standard"
    assert client.get("/api/v1/catalog/products/no-such/").status_code == 404
    refused = client.get("/api/v1/catalog/products/?price_from=x")
    assert (refused.status_code, refused.json()["field"]) == (400, "price_from")
    assert len(client.get("/api/v1/catalog/categories/").json()) >= 10


def test_a_providers_system_writes_checks_and_hands_in(now, clock, shop, client) -> None:
    _provider, person = shop
    category("analytics", now)
    client.force_login(person.user)
    body = {"category": "analytics", "title_zh": "日志平台"}

    made = post(client, "/api/v1/catalog/own/products/", body, "k1")
    assert made.status_code == 201
    version = made.json()["id"]
    assert post(client, "/api/v1/catalog/own/products/", body, "k1").json()["id"] == version
    address = f"/api/v1/catalog/own/versions/{version}/"
    found = post(client, f"{address}checks/", {"content": {"title_zh": "最好的日志"}}, "k2").json()
    assert ("superlative", "title_zh") in [(item["code"], item["field"]) for item in found]
    assert ProductVersion.objects.get().title_zh == "日志平台"

    content = {name: value for name, value in texts(1).items() if name != "policy_percent"} | {"policy_percent": "50"}
    saved = post(
        client,
        address,
        {"content": content, "plans": [{"code": "a", "name_zh": "甲", "billing": "one_off", "price": "10.00"}]},
        "k3",
    )
    assert saved.status_code == 200, saved.json()
    refused = post(client, f"{address}submit/", {}, "k4")
    assert (refused.status_code, refused.json()["code"]) == (409, "listing_refused")
    assert "10(5)" in refused.json()["clauses"]
    from tests.catalog.making import picture

    services.cover_set(version=ProductVersion.objects.get(), upload=picture(), actor=person.actor, now=now)
    done = post(client, f"{address}submit/", {}, "k5")
    assert (done.status_code, done.json()["state"]) == (200, "submitted")
    assert post(client, address, {"content": {"state": "released"}}, "k6").status_code == 400


def test_a_stranger_and_the_signed_out_reach_no_draft(now, clock, shop, client) -> None:
    provider, person = shop
    version = make_draft(provider, person, now)
    address = f"/api/v1/catalog/own/versions/{version.pk}/"

    assert client.get(address).status_code in {401, 403}
    client.force_login(make_person(now).user)
    assert client.get(address).status_code == 404
    other = make_provider(now)[1]
    client.force_login(other.user)
    assert client.get(address).status_code == 404
    assert client.get("/api/v1/catalog/own/products/").json()["results"] == []


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_an_operator_reviews_on_the_desk(language, now, clock, shop, client) -> None:
    provider, person = shop
    version = make_submitted(provider, person, now, cases_zh="客户说这是最好的产品")
    reviewer = make_operator(now, "marketplace_operations")
    client.force_login(reviewer)
    client.cookies["django_language"] = language

    queue = client.get(reverse("admin:catalog_productversion_changelist")).content.decode()
    assert version.title_zh in queue or version.title_en in queue
    client.post(reverse("admin:catalog_productversion_claim", args=[version.pk]))
    page = client.get(reverse("admin:catalog_productversion_change", args=[version.pk])).content.decode()
    assert "最好" in page
    assert "§10(8)5" in page
    asked = client.get(reverse("admin:catalog_productversion_approve", args=[version.pk]))
    assert asked.status_code == 200
    assert Product.objects.get().state == "draft"
    client.post(reverse("admin:catalog_productversion_approve", args=[version.pk]), {"note": "好"})

    assert Product.objects.get().state == "on_sale"


def test_the_desk_sends_back_with_a_finding(now, clock, shop, client) -> None:
    provider, person = shop
    version = make_submitted(provider, person, now)
    client.force_login(make_operator(now, "marketplace_operations"))
    client.post(reverse("admin:catalog_productversion_claim", args=[version.pk]))
    client.post(
        reverse("admin:catalog_productversion_find", args=[version.pk]),
        {"field": "title", "clause": "10(5)", "severity": "refuse", "message_zh": "标题与图片不符", "message_en": ""},
    )

    client.post(reverse("admin:catalog_productversion_send_back", args=[version.pk]), {"note": "请修改标题"})

    version.refresh_from_db()
    assert (version.state, version.findings.get(source="reviewer").message_zh) == ("returned", "标题与图片不符")


def test_without_the_role_the_desk_shows_and_does_nothing(now, clock, shop, client) -> None:
    provider, person = shop
    version = make_submitted(provider, person, now)
    client.force_login(make_operator(now, "finance"))

    assert client.get(reverse("admin:catalog_productversion_change", args=[version.pk])).status_code == 403
    assert client.post(reverse("admin:catalog_productversion_claim", args=[version.pk])).status_code in {302, 403}
    version.refresh_from_db()
    assert version.state == "submitted"


def test_a_product_is_taken_down_hidden_and_shown_again_on_the_desk(now, clock, client) -> None:
    product, _person = make_listed(now)
    client.force_login(make_operator(now, "marketplace_operations"))
    client.post(
        reverse("admin:catalog_product_restrict", args=[product.pk]),
        {"kind": "frozen", "reason": "核查", "until_0": "2026-03-09", "until_1": "10:00"},
    )
    restriction = product.restrictions.get()
    assert restriction.until == now + timedelta(days=7)
    client.post(
        reverse("admin:catalog_product_lift", args=[product.pk]),
        {"restriction": str(restriction.pk), "reason": "已核实"},
    )
    restriction.refresh_from_db()
    assert restriction.lifted_at == now

    client.post(reverse("admin:catalog_product_take_down", args=[product.pk]), {"note": ""})
    assert Product.objects.get().state == "on_sale"
    client.post(reverse("admin:catalog_product_take_down", args=[product.pk]), {"note": "内容失实"})
    assert Product.objects.get().state == "taken_down"


def test_categories_are_added_and_changed_on_the_desk(now, clock, client) -> None:
    found = category("analytics", now)
    client.force_login(make_operator(now, "marketplace_operations"))
    values = {
        "slug": "audit-tools", "name_zh": "审计工具", "name_en": "Audit tools", "product_class": "tool",
        "parent": "developer-tools", "position": "99", "active": "on",
    }  # fmt: skip

    client.post(reverse("admin:catalog_category_add_one"), values)
    assert Category.objects.get(slug="audit-tools").parent.slug == "developer-tools"
    response = client.post(
        reverse("admin:catalog_category_change_one", args=[found.pk]),
        {
            **values,
            "slug": "x",
            "name_zh": "分析",
            "name_en": "Analysis",
            "product_class": "application",
            "parent": "data-ai",
        },
    )
    assert response.status_code == 302
    assert Category.objects.get(pk=found.pk).name_zh == "分析"
    assert not Category.objects.filter(slug="x").exists()


def test_the_buttons_are_those_that_are_possible(now, shop) -> None:
    from catalog.selectors import available_acts

    provider, person = shop
    reviewer, other = make_operator(now, "marketplace_operations"), make_operator(now, "marketplace_operations")
    version = make_draft(provider, person, now)
    assert available_acts(version, person.user) == ["save", "submit"]
    assert available_acts(version, make_person(now).user) == []
    version = services.version_submit(version=version, actor=person.actor, now=now)
    assert available_acts(version, person.user) == ["withdraw"]
    assert available_acts(version, reviewer) == ["claim"]
    version = services.version_claim(version=version, actor=Actor.of(reviewer), now=now)
    assert available_acts(version, person.user) == []
    assert available_acts(version, reviewer) == ["approve", "return", "refuse", "put_back"]
    assert available_acts(version, other) == ["put_back"]
    version = services.version_approve(version=version, actor=Actor.of(reviewer), now=now)
    assert available_acts(version, person.user) == ["open", "delist"]
    assert available_acts(version, other) == ["take_down"]
