"""REST: the same decisions as the command's, and the rulebook to read."""

import json
from datetime import datetime
from typing import Any
from urllib.parse import quote

import pytest
from django.core.cache import cache
from django.test import Client
from rest_framework.throttling import ScopedRateThrottle

from core.clock import BEIJING
from regulation import registry, services
from regulation.models import AuditRecord, DecisionRecord
from regulation.shipped import shipped_rulebook
from tests.regulation.making import DRAFTER, revised_rulebook
from tests.regulation.test_decide import FACTS, RULE

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/regulation"


def post(client: Client, rule: str, body: Any, query: str = "", content_type: str = "application/json") -> Any:
    text = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.post(f"{ROOT}/decisions/{rule}/{query}", text, content_type=content_type)


def test_the_same_object_as_the_commands(client: Client) -> None:
    answer = post(client, RULE, FACTS)
    assert answer.status_code == 200
    expected = registry.decide_json(RULE, json.dumps(FACTS), shipped_rulebook("2017-03-07")).as_json()
    assert answer.json() == expected


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (FACTS | {"paid": "-1"}, "paid"),
        (FACTS | {"paid": 1200}, "paid"),
        (FACTS | {"paid_at": "2026-03-02T10:00:00"}, "paid_at"),
        (FACTS | {"note": 1}, "note"),
        ({name: value for name, value in FACTS.items() if name != "paid"}, "paid"),
        ("[]", "facts"),
        ("", "facts"),
        ("{", "facts"),
        (b"\xff", "facts"),
        (json.dumps(FACTS)[:-1] + ', "paid": "1"}', "paid"),
    ],
)
def test_refused_with_problem_details_naming_the_field(client: Client, body: Any, field: str) -> None:
    answer = post(client, RULE, body)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["field"] == field
    assert problem["status"] == 400
    assert set(problem) >= {"type", "title", "status"}


@pytest.mark.parametrize("at", ["2026-03-02T10:00:00", "yesterday", "2017-03-06T23:59:59+08:00", ""])
def test_a_moment_that_cannot_be_used(client: Client, at: str) -> None:
    answer = post(client, RULE, FACTS, f"?at={quote(at)}")
    assert (answer.status_code, answer.json()["field"]) == (400, "at")


def test_no_such_rule_and_no_such_form(client: Client) -> None:
    answer = post(client, "refund.all", FACTS)
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    assert post(client, RULE, "paid=1", content_type="application/x-www-form-urlencoded").status_code == 415
    assert client.get(f"{ROOT}/decisions/{RULE}/").status_code == 405


@pytest.mark.clause("28")
def test_the_moment_picks_the_rulebook(client: Client, now: datetime) -> None:
    revised_rulebook({"guarantee.application_days": 7}, now=now)
    late = FACTS | {"requested_at": "2026-03-09T12:00:00+08:00"}
    before = post(client, RULE, late, "?at=2026-06-30T23:59:59%2B08:00").json()
    # A plus sign that was not escaped arrives as a space.
    after = post(client, RULE, late, "?at=2026-07-01T00:00:00+08:00").json()
    assert (before["rulebook"], before["outcome"]) == ("2017-03-07", "not_refundable")
    assert (after["rulebook"], after["outcome"]) == ("2026-07-01", "full_refund")


def test_the_rules_with_their_facts(client: Client) -> None:
    rules = {one["rule"]: one for one in client.get(f"{ROOT}/decisions/").json()}
    assert set(rules) == {rule.name for rule in registry.all_rules()}
    facts = {fact["name"]: fact for fact in rules[RULE]["facts"]}
    assert set(facts) == set(FACTS)
    assert facts["paid"] == {"name": "paid", "nullable": False, "type": "amount"}
    assert facts["reason"]["choices"][0] == "delay"
    assert rules["violation.points"]["facts"][0]["fields"][0]["name"] == "points"


def test_the_rulebook_can_be_read(client: Client, now: datetime, clock: Any) -> None:
    revised_rulebook({"guarantee.application_days": 7}, now=now)
    versions = client.get(f"{ROOT}/rulebooks/").json()
    assert [(one["version"], one["in_force"]) for one in versions] == [("2026-07-01", False), ("2017-03-07", True)]
    clock.move_to(datetime(2026, 7, 1, tzinfo=BEIJING))
    assert [one["in_force"] for one in client.get(f"{ROOT}/rulebooks/").json()] == [True, False]

    parameters = {one["key"]: one for one in client.get(f"{ROOT}/rulebooks/current/parameters/").json()}
    assert parameters["guarantee.application_days"]["value"] == 7
    assert parameters["guarantee.application_days"]["origin"] == "regulation"
    assert parameters["deposit.bands"]["value"][-1] == {"up_to": None, "enterprise": "20000.00", "individual": None}
    older = client.get(f"{ROOT}/rulebooks/current/parameters/?at=2026-06-30T00:00:00Z").json()
    assert {one["key"]: one["value"] for one in older}["guarantee.application_days"] == 5

    clauses = client.get(f"{ROOT}/rulebooks/2017-03-07/clauses/").json()
    assert clauses[0]["id"] == "1"
    assert clauses[-1]["id"] == "29"
    clause = client.get(f"{ROOT}/rulebooks/2017-03-07/clauses/17(1)1/").json()
    assert clause["rules"] == ["order.guarantee", "refund.entitlement"]
    assert [one["key"] for one in clause["parameters"]] == ["guarantee.application_days"]
    assert client.get(f"{ROOT}/rulebooks/2017-03-07/clauses/99/").status_code == 404

    rows = {one["code"]: one for one in client.get(f"{ROOT}/rulebooks/2017-03-07/schedule/").json()}
    assert rows["V1403"]["deduction"] == {"kind": "penalty", "amount": None, "percent": "50", "cap": "5000.00"}
    assert rows["V1816"]["points"] == 2

    changes = client.get(f"{ROOT}/rulebooks/2017-03-07/changes/2026-07-01/").json()
    assert [(one["part"], one["key"], one["before"]["value"], one["after"]["value"]) for one in changes] == [
        ("parameters", "guarantee.application_days", 5, 7)
    ]


def test_drafts_are_nobodys_business(client: Client, now: datetime) -> None:
    services.rulebook_load(now=now)
    draft = services.rulebook_draft_create(note="a secret", actor=DRAFTER, now=now)
    assert "secret" not in client.get(f"{ROOT}/rulebooks/").content.decode()
    for path in ("parameters/", "clauses/", "schedule/", "clauses/1/"):
        assert client.get(f"{ROOT}/rulebooks/{draft.version}/{path}").status_code == 404
    assert client.get(f"{ROOT}/rulebooks/2017-03-07/changes/{draft.version}/").status_code == 404


def test_before_anything_is_loaded_the_shipped_rulebook_is_shown(client: Client) -> None:
    assert [one["version"] for one in client.get(f"{ROOT}/rulebooks/").json()] == ["2017-03-07"]
    assert len(client.get(f"{ROOT}/rulebooks/2017-03-07/schedule/").json()) == 66


def test_asking_is_metered(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    monkeypatch.setattr(ScopedRateThrottle, "THROTTLE_RATES", {"decisions": "2/min"})
    assert [post(client, RULE, FACTS).status_code for _ in range(3)] == [200, 200, 429]


def test_nothing_asked_is_recorded(client: Client) -> None:
    post(client, RULE, FACTS)
    assert not DecisionRecord.objects.exists()
    assert not AuditRecord.objects.exists()


def test_the_schema_describes_it(client: Client) -> None:
    schema = client.get("/api/schema/", headers={"accept": "application/vnd.oai.openapi+json"}).json()
    path = schema["paths"][f"{ROOT}/decisions/{{rule}}/"]["post"]
    assert set(path["responses"]) >= {"200", "400", "404"}
    assert "at" in {parameter["name"] for parameter in path["parameters"]}
