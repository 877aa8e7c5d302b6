"""What comes with the program: every clause, parameter and schedule row, whole."""

from decimal import Decimal

import pytest

from core.errors import NotFound
from regulation import registry, selectors
from regulation.content import RulebookInvalid, rulebook_from
from regulation.shipped import shipped_content, shipped_rulebook, shipped_versions
from regulation.types import clause_key


def test_every_clause_parameter_and_row_is_whole() -> None:
    assert shipped_versions() == ("2017-03-07",)
    rulebook = shipped_rulebook("2017-03-07")
    assert len(rulebook.schedule) == 66
    articles = {clause.article for clause in rulebook.clauses.values()}
    assert articles == set(range(1, 30))
    assert list(rulebook.clauses) == sorted(rulebook.clauses, key=clause_key)
    for clause in rulebook.clauses.values():
        assert clause.parent is None or clause.parent in rulebook.clauses
    for rule in registry.all_rules():
        assert set(rule.clauses) <= set(rulebook.clauses), rule.name
        assert set(rule.parameters) <= set(rulebook.parameters), rule.name
    for step in rulebook.parameter("violation.standing_steps"):
        assert set(step.measures) <= set(rulebook.measures)
    for row in rulebook.schedule.values():
        assert row.clears_out == (row.points >= rulebook.parameter("violation.clearance_points"))
        assert row.points == 0 or row.is_penalty


@pytest.mark.parametrize(
    ("code", "balance", "taken"),
    [
        ("V0901", "5000.00", "5000.00"),
        ("V1403", "4000.01", "2000.01"),
        ("V1403", "10000.00", "5000.00"),
        ("V1403", "20000.00", "5000.00"),
        ("V1001", "5000.00", "1000.00"),
        ("V1001", "600.00", "600.00"),
        ("V1004", "5000.00", "0.00"),
    ],
)
@pytest.mark.clause("20(3)")
def test_what_a_row_takes_from_the_deposit(code: str, balance: str, taken: str) -> None:
    deduction = shipped_rulebook("2017-03-07").schedule[code].deduction
    assert deduction is not None
    assert deduction.taken_from(Decimal(balance)) == Decimal(taken)


def test_every_number_of_the_regulation_is_said_to_be_its_own() -> None:
    rulebook = shipped_rulebook("2017-03-07")
    regulation = {key: one.value for key, one in rulebook.parameters.items() if one.origin == "regulation"}
    assert regulation["guarantee.application_days"] == 5
    assert regulation["deposit.top_up_working_days"] == 3
    assert regulation["complaint.response_minutes"] == 30
    assert regulation["violation.clearance_points"] == 24
    assert "refund.reply_hours" not in regulation
    assert "violation.hearing_working_days" not in regulation


def test_parameters_of_a_clause_and_of_what_is_below_it() -> None:
    rulebook = shipped_rulebook("2017-03-07")
    assert [one.key for one in rulebook.parameters_of("17(1)1")] == ["guarantee.application_days"]
    assert "guarantee.application_days" in [one.key for one in rulebook.parameters_of("17")]
    assert rulebook.parameters_of("9(6bis)") == []


def test_where_a_clause_applies() -> None:
    rulebook = shipped_rulebook("2017-03-07")
    found = selectors.clause_application(rulebook, "18(16)")
    assert [rule.name for rule in found.rules] == ["complaint.response"]
    assert {row.code for row in found.schedule} == {"V1816", "V1817", "V1818", "V1819"}
    assert [clause.id for clause in found.below] == ["18(16)1", "18(16)2", "18(16)3"]
    assert [chapter for chapter, _ in selectors.chapters(rulebook)] == list(range(1, 10))
    with pytest.raises(NotFound):
        selectors.clause_application(rulebook, "30")


def test_content_with_a_hole_is_no_rulebook() -> None:
    effective_at, content = shipped_content("2017-03-07")
    for part in ("parameters", "clauses", "schedule", "measures"):
        broken = {name: value for name, value in content.items() if name != part}
        with pytest.raises(RulebookInvalid) as refused:
            rulebook_from(broken, version="x", effective_at=effective_at)
        assert refused.value.field == part
