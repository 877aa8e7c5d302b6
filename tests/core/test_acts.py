import pytest
from django.db import connection

from core.acts import SYSTEM, Actor, OutsideTransaction, act, require_transaction
from core.models import SweepRun


@act
def inner(*, fail: bool) -> None:
    require_transaction()
    SweepRun.objects.create(sweep="inner", started_at="2026-03-02T00:00Z", moment="2026-03-02T00:00Z")
    if fail:
        raise RuntimeError("inner")


@act
def outer(*, fail: bool) -> None:
    SweepRun.objects.create(sweep="outer", started_at="2026-03-02T00:00Z", moment="2026-03-02T00:00Z")
    inner(fail=fail)


@pytest.mark.django_db(transaction=True)
def test_an_act_inside_an_act_shares_its_fate() -> None:
    with pytest.raises(RuntimeError):
        outer(fail=True)
    assert not SweepRun.objects.exists()

    outer(fail=False)
    assert SweepRun.objects.count() == 2
    assert not connection.in_atomic_block


@pytest.mark.django_db(transaction=True)
def test_a_step_refuses_to_go_alone() -> None:
    with pytest.raises(OutsideTransaction):
        require_transaction()


def test_an_act_takes_keywords_only() -> None:
    with pytest.raises(TypeError, match="keyword-only"):
        act(lambda order: order)


def test_the_trail_names_actors_by_kind_and_id() -> None:
    assert SYSTEM.reference == "system"
    assert Actor("operator", 7, "Li").reference == "operator:7"
