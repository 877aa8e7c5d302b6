"""Settlements through their doors: REST for providers' systems, the operators' desk."""

import json

import pytest
from django.urls import reverse

from payments.models import Payout
from settlements.models import Statement
from tests.providers.making import make_operator, make_provider
from tests.settlements.making import bank, earn
from tests.settlements.test_statements import MARCH_16, issue

pytestmark = pytest.mark.django_db


def post(client, address: str, body: dict, key: str):
    return client.post(address, json.dumps(body), content_type="application/json", headers={"Idempotency-Key": key})


def test_a_providers_system_reads_confirms_and_disputes(now, clock, client) -> None:
    provider, person = make_provider(now)
    earn(provider=provider, amount="100.00", fee="5.00", at=now)
    statement = issue(provider)
    clock.move_to(MARCH_16)
    address = f"/api/v1/settlements/statements/{statement.number}/"
    assert client.get(address).status_code in {401, 403}
    client.force_login(make_provider(now)[1].user)
    assert client.get(address).status_code == 404
    client.force_login(person.user)

    assert client.get("/api/v1/settlements/statements/").json()["results"][0]["payout"] == "95.00"
    assert [row["kind"] for row in client.get(f"{address}lines/").json()["results"]] == ["sale", "fee"]
    assert client.get(f"{address}csv/").content.startswith(b"\xef\xbb\xbf")
    assert post(client, f"{address}dispute/", {"text": ""}, "a").status_code == 400
    assert post(client, f"{address}confirm/", {}, "b").json()["state"] == "confirmed"
    assert post(client, f"{address}confirm/", {}, "b").status_code == 200
    assert post(client, f"{address}confirm/", {}, "c").status_code == 409


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_two_operators_approve_on_the_desk(language, now, clock, client) -> None:
    provider, person = make_provider(now)
    bank(provider, person, now)
    earn(provider=provider, amount="100.00", at=now)
    statement = issue(provider)
    clock.move_to(MARCH_16)
    client.cookies["django_language"] = language
    client.force_login(person.user)
    post(client, f"/api/v1/settlements/statements/{statement.number}/confirm/", {}, "a")
    operations = make_operator(MARCH_16, "marketplace_operations", "finance")
    client.force_login(operations)

    assert statement.number in client.get(reverse("admin:settlements_statement_changelist")).content.decode()
    page = client.get(reverse("admin:settlements_statement_change", args=[statement.pk])).content.decode()
    assert "¥100.00" in page
    client.post(reverse("admin:settlements_statement_approve_operations", args=[statement.pk]))
    client.post(reverse("admin:settlements_statement_approve_finance", args=[statement.pk]))
    assert Statement.objects.get().state == "approved_operations"
    assert not Payout.objects.exists()
    client.force_login(make_operator(MARCH_16, "finance"))
    asked = client.get(reverse("admin:settlements_statement_approve_finance", args=[statement.pk])).content.decode()
    assert "5678" in asked
    client.post(reverse("admin:settlements_statement_approve_finance", args=[statement.pk]))

    assert Statement.objects.get().state == "paying"
    workbook = client.get(reverse("admin:settlements_statement_workbook", args=[statement.pk]))
    assert workbook.content.startswith(b"PK")


def test_finance_withdraws_with_a_reason(now, clock, client) -> None:
    provider, person = make_provider(now)
    earn(provider=provider, amount="100.00", at=now)
    statement = issue(provider)
    clock.move_to(MARCH_16)
    client.force_login(person.user)
    post(client, f"/api/v1/settlements/statements/{statement.number}/dispute/", {"text": "少一单"}, "a")
    client.force_login(make_operator(MARCH_16, "marketplace_operations"))
    client.post(reverse("admin:settlements_statement_give_back", args=[statement.pk]), {"text": ""})
    assert Statement.objects.get().state == "disputed"
    client.post(reverse("admin:settlements_statement_give_back", args=[statement.pk]), {"text": "重出"})

    statement.refresh_from_db()
    assert (statement.state, statement.answer) == ("returned", "重出")
