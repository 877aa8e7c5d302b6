"""Grounds of clearance that the platform finds by itself (24(3), 24(5))."""

from datetime import datetime, timedelta

import pytest

from accounts.services import account_block
from core import sweeps
from core.acts import Actor
from core.periods import end_of_year
from exits.models import Exit
from exits.services import clearance_decline
from providers.models import Provider, Restriction
from providers.selectors import is_displayed
from tests.orders.making import buy, make_shop
from tests.providers.making import make_operator

pytestmark = pytest.mark.django_db


def operator(now: datetime) -> Actor:
    return Actor.of(make_operator(now, "marketplace_operations"))


@pytest.mark.clause("24(3)")
def test_a_blacklisted_account_closes_everything_and_a_second_operator_decides(now: datetime) -> None:
    product, person = make_shop(now)
    assert sweeps.run("exits.blacklisted", now).done == 0
    account_block(user=person.user, reason="刷单团伙", actor=operator(now), now=now)

    assert sweeps.run("exits.blacklisted", now).done == 1
    assert sweeps.run("exits.blacklisted", now).done == 0

    exit_ = Exit.objects.get()
    assert (exit_.grounds, exit_.state) == (["24(3)"], "proposed")
    assert exit_.decision.outcome == "clear_out"
    assert not is_displayed(Provider.objects.get(pk=product.provider_id), now)
    clearance_decline(exit_=exit_, reason="误判", actor=operator(now), now=now)
    assert sweeps.run("exits.blacklisted", now).done == 0
    assert not Restriction.objects.filter(provider=product.provider_id, kind="closed", lifted_at=None).exists()


@pytest.mark.clause("24(5)")
@pytest.mark.parametrize(("on_cloud", "tools", "proposed"), [(4, 1, False), (3, 1, True), (0, 0, False)])
def test_the_cloud_share_of_a_year_is_judged_when_it_has_ended(
    now: datetime, on_cloud: int, tools: int, proposed: bool
) -> None:
    product, person = make_shop(now)
    tool, _same = make_shop(
        now, provider=product.provider, person=person, deployment_basis="related_tool", title_zh="本地迁移工具"
    )
    for _n in range(on_cloud):
        buy(product, now)
    for _n in range(tools):
        buy(tool, now)
    ends = end_of_year(2026)
    assert sweeps.run("exits.cloud_share", ends - timedelta(seconds=1)).done == 0

    assert sweeps.run("exits.cloud_share", ends).done == int(proposed)
    assert sweeps.run("exits.cloud_share", ends).done == 0

    found = list(Exit.objects.values_list("grounds", "state"))
    assert found == ([(["24(5)"], "proposed")] if proposed else [])
    assert is_displayed(Provider.objects.get(pk=product.provider_id), ends), "a proposal closes nothing"
