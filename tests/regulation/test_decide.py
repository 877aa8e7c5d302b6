"""`manage.py decide`: what it prints, what it refuses, and how it ends."""

import io
import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError

from core.clock import BEIJING
from regulation import registry, selectors
from tests.regulation.making import REVISED_FROM, revised_rulebook

pytestmark = pytest.mark.django_db

FACTS = {
    "product_class": "application",
    "paid_at": "2026-03-02T10:00:00+08:00",
    "requested_at": "2026-03-06T10:00:00+08:00",
    "paid": "1200.00",
    "refunded": "0.00",
    "confirmed_at": None,
    "reason": None,
    "reason_upheld": False,
    "caused_loss": False,
    "policy_percent": None,
    "term_starts_at": None,
    "term_ends_at": None,
}
RULE = "refund.entitlement"


class Ended:
    """How a run ended: its exit status, and what it wrote."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status, self.out, self.err = status, out, err

    @property
    def decision(self) -> dict[str, Any]:
        return json.loads(self.out)


@pytest.fixture
def decide(monkeypatch: pytest.MonkeyPatch) -> Any:
    def run(*args: str, facts: Any = None, text: str | bytes | None = None) -> Ended:
        if text is None:
            text = "" if facts is None else json.dumps(facts)
        raw = text if isinstance(text, bytes) else text.encode()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
        out, err = io.StringIO(), io.StringIO()
        try:
            call_command("decide", *args, stdout=out, stderr=err)
        except SystemExit as ended:
            return Ended(int(ended.code or 0), out.getvalue(), err.getvalue())
        return Ended(0, out.getvalue(), err.getvalue())

    return run


def test_one_json_object(decide: Any) -> None:
    ended = decide(RULE, facts=FACTS)
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.count("\n") == 1
    assert list(ended.decision) == ["rule", "rulebook", "outcome", "values", "clauses", "explanation"]
    assert ended.decision["rulebook"] == "2017-03-07"
    assert ended.decision["values"] == {"amount": "1200.00"}
    assert ended.decision["clauses"] == ["17(1)", "17(1)1", "17(4)2"]
    assert set(ended.decision["explanation"]) == {"zh-hans", "en"}
    assert "¥1,200.00" in ended.decision["explanation"]["zh-hans"]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"paid": "-1.00"}, "paid"),
        ({"paid": "1.001"}, "paid"),
        ({"refunded": "1200.01"}, "refunded"),
        ({"paid_at": "2026-03-02T10:00:00"}, "paid_at"),
        ({"policy_percent": "101"}, "policy_percent"),
        ({"requested_at": "2026-03-01T10:00:00+08:00"}, "requested_at"),
        ({"note": "x"}, "note"),
    ],
)
def test_refused_with_one_line_and_nothing_else(decide: Any, changed: dict[str, Any], field: str) -> None:
    ended = decide(RULE, facts=FACTS | changed)
    assert (ended.status, ended.out) == (2, "")
    assert ended.err.count("\n") == 1
    assert f"{field}: " in ended.err


@pytest.mark.parametrize(
    ("args", "text", "named"),
    [
        (("refund.all",), "{}", "rule"),
        ((), "{}", "rule"),
        ((RULE, "--at", "2026-03-02T10:00:00"), json.dumps(FACTS), "--at"),
        ((RULE, "--at", "yesterday"), json.dumps(FACTS), "--at"),
        ((RULE, "--at", "2017-03-06T23:59:59+08:00"), json.dumps(FACTS), "--at"),
        ((RULE,), "", "facts"),
        ((RULE,), "[]", "facts"),
        ((RULE,), b"\xff", "facts"),
        ((RULE, "--lines", "--at", "yesterday"), "{}\n", "--at"),
        (("--list", "refund.all"), "", "rule"),
    ],
)
def test_refused_as_a_whole(decide: Any, args: tuple[str, ...], text: str | bytes, named: str) -> None:
    ended = decide(*args, text=text)
    assert (ended.status, ended.out) == (2, "")
    assert ended.err.count("\n") == 1
    assert f"{named}: " in ended.err


@pytest.mark.clause("27")
def test_the_first_rulebook_decides_from_its_first_instant(decide: Any) -> None:
    assert decide(RULE, "--at", "2017-03-07T00:00:00+08:00", facts=FACTS).decision["rulebook"] == "2017-03-07"


def test_list_names_every_rule_with_its_facts(decide: Any) -> None:
    ended = decide("--list")
    assert ended.status == 0
    lines = dict(line.split(": ", 1) for line in ended.out.splitlines())
    assert list(lines) == [rule.name for rule in registry.all_rules()]
    for rule in registry.all_rules():
        for fact in registry.facts_shape(rule.facts):
            assert fact["name"] in lines[rule.name]
    assert decide("--list", RULE).out.startswith(f"{RULE}: product_class")


def test_lines_keep_their_order_and_a_refused_one_its_place(decide: Any) -> None:
    lines = [
        json.dumps(FACTS),
        json.dumps(FACTS | {"paid": "-1"}),
        json.dumps(FACTS | {"product_class": "tool"}),
        "",
        "not json",
        json.dumps(FACTS | {"refunded": "1200.00"}),
    ]
    ended = decide(RULE, "--lines", text="\n".join(lines))
    assert (ended.status, ended.err) == (2, "")
    answers = [json.loads(line) for line in ended.out.splitlines()]
    assert [answer.get("outcome") for answer in answers] == [
        "full_refund",
        None,
        "not_refundable",
        None,
        None,
        "already_refunded",
    ]
    assert answers[1] == {"error": {"field": "paid", "message": 'is negative: "-1"'}}
    assert answers[3]["error"]["field"] == answers[4]["error"]["field"] == "facts"


def test_lines_that_are_all_decided_end_well(decide: Any) -> None:
    ended = decide(RULE, "--lines", text=(json.dumps(FACTS) + "\r\n") * 3)
    assert (ended.status, ended.err) == (0, "")
    assert len(ended.out.splitlines()) == 3
    assert decide(RULE, "--lines", text="").out == ""


@pytest.mark.clause("28")
def test_the_rulebook_in_force_at_the_moment_decides(decide: Any, now: datetime) -> None:
    """A second version with seven days of guarantee: the same request, judged before and after it takes effect."""
    revised_rulebook({"guarantee.application_days": 7}, now=now)
    late = FACTS | {"requested_at": "2026-03-09T12:00:00+08:00"}
    before = decide(RULE, "--at", "2026-06-30T23:59:59+08:00", facts=late).decision
    after = decide(RULE, "--at", REVISED_FROM.isoformat(), facts=late).decision
    assert (before["rulebook"], before["outcome"]) == ("2017-03-07", "not_refundable")
    assert (after["rulebook"], after["outcome"]) == ("2026-07-01", "full_refund")


def test_without_a_database_the_shipped_rulebook_decides_and_says_so(
    decide: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(at: datetime) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(selectors, "rulebook_at", away)
    ended = decide(RULE, facts=FACTS)
    assert ended.status == 0
    assert ended.decision["rulebook"] == "2017-03-07"
    assert "shipped rulebook" in ended.err
    refused = decide(RULE, facts=FACTS | {"paid": "-1"})
    assert (refused.status, refused.err.count("\n")) == (2, 1)


@pytest.mark.serial
def test_as_a_process_in_any_locale_and_with_a_reader_that_leaves() -> None:
    command = [sys.executable, "manage.py", "decide", RULE, "--lines"]
    root = Path(__file__).parents[2]
    env = os.environ | {"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    line = json.dumps(FACTS).encode() + b"\n"
    whole = subprocess.run(command, input=line, capture_output=True, cwd=root, env=env, check=True)
    assert "全额退还" in json.loads(whole.stdout.decode())["explanation"]["zh-hans"]
    reader = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=root, env=env
    )
    assert reader.stdin is not None
    assert reader.stdout is not None
    assert reader.stderr is not None
    reader.stdout.close()
    try:
        for _ in range(20_000):
            reader.stdin.write(line)
        reader.stdin.close()
    except BrokenPipeError:
        pass
    assert b"Traceback" not in reader.stderr.read()
    assert reader.wait(timeout=60) == 141


def test_a_line_too_long_to_hold_is_refused_in_its_place(decide: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("regulation.management.commands.decide.LONGEST_LINE", 1000)
    long = json.dumps(FACTS | {"reason": "x" * 3000})
    ended = decide(RULE, "--lines", text="\n".join([json.dumps(FACTS), long, json.dumps(FACTS)]))
    answers = [json.loads(line) for line in ended.out.splitlines()]
    assert [("error" in answer) for answer in answers] == [False, True, False]
    assert ended.status == 2


def test_now_is_beijings(decide: Any, clock: Any) -> None:
    clock.move_to(datetime(2017, 3, 7, 0, 0, tzinfo=BEIJING))
    assert decide(RULE, facts=FACTS).status == 0
    clock.move_to(datetime(2017, 3, 6, 23, 59, 59, tzinfo=BEIJING))
    assert decide(RULE, facts=FACTS).status == 2
