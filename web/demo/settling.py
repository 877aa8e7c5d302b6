"""Settlement days of the demo: statements issued, confirmed, approved by two operators, and paid."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from core.acts import Actor
from core.periods import beijing_date, start_of_day
from settlements import selectors, services
from settlements.cycles import current_cycle, cutoff, issue_day
from settlements.services.approvals import PayoutsHeld
from web.demo import bank
from web.demo.market import Market
from web.demo.people import Cast, Seller, deposit_keep_full
from web.demo.purchases import plan_of
from web.demo.story import Step, Story

CYCLE_DAYS = (1, 16)
SLOW_TO_PAY = "mutong"  # its deposit is left short for everybody to see
NEVER_LOOK = frozenset({"chenxi", "xinghang", "kuaizhan", "anxu"})
# Where the statements of the last settlement day are still: everybody else's are paid.
STILL_WITH = {
    "hengjie": "provider", "gonghe": "operations", "jichu": "operations", "platform": "finance", "shanhe": "finance",
    "anxu": "disputed", "qingmu": "unpaid",
}  # fmt: skip


# What is sold in time for that day, so that each of them has a statement: by how many days before it.
IN_TIME = {"light-forms": 9, "gh-release": 4, "cost-lens": 4, "ax-daily": 9}


def sales_in_time(market: Market) -> None:
    """Something is sold so long before the last settlement day that it has left its guarantee by then."""
    last = cutoff(_shown_cycle(market.story))
    for key, days in IN_TIME.items():
        listed = market.listed[key]
        market.purchases.buy(
            listed, market.buyer(2), last - timedelta(days=days, hours=-10), plan=plan_of(listed, "monthly")
        )


def keep_full(seller: Seller, story: Story, now: datetime) -> None:
    """Where a statement took from the deposit, it is topped up the next day."""
    story.at(now + timedelta(hours=33), lambda t: deposit_keep_full(seller, t))


def settlement_days(story: Story, cast: Cast, days: int) -> None:
    """Settle on every settlement day of the last `days` days."""
    by_provider = {seller.provider.pk: seller for seller in cast.sellers.values() if seller.provider is not None}
    today = beijing_date(story.now)
    for back in range(days, -1, -1):
        day = today - timedelta(days=back)
        if day.day in CYCLE_DAYS:
            story.at(start_of_day(issue_day(day)) + timedelta(hours=1), lambda t: _issue(story, cast, by_provider, t))


def _issue(story: Story, cast: Cast, by_provider: dict[int, Seller], now: datetime) -> None:
    for provider_id in selectors.providers_to_settle(now, 1000):
        statement = services.statement_issue(provider_id=provider_id, now=now)
        if provider_id in by_provider and by_provider[provider_id].text.key != SLOW_TO_PAY:
            keep_full(by_provider[provider_id], story, now)
        if statement is not None:
            _take_its_course(story, cast, by_provider[provider_id], statement, now)


def _take_its_course(story: Story, cast: Cast, seller: Seller, statement: Any, now: datetime) -> None:
    confirmed = now + timedelta(days=1, hours=story.dice.randrange(8, 16))
    operations, finance = cast.operator("operations"), cast.operator("finance")
    # Some providers never look: their statements confirm themselves after five working days.
    by_itself = seller.text.key in NEVER_LOOK and statement.confirm_due_at is not None
    if by_itself:
        confirmed = statement.confirm_due_at + timedelta(minutes=10)
    stop = _stops_at(story, seller, now)
    if stop in {"provider", "disputed"}:
        _objected_to(story, seller, statement, operations, now, answered=stop == "provider")
        return

    def confirm(t: datetime) -> None:
        if by_itself:
            services.statement_confirm_itself(statement_id=statement.pk, now=t)
        else:
            services.statement_confirm(statement=statement, actor=seller.actor, now=t)

    def approve(t: datetime) -> None:
        services.statement_approve_operations(statement=statement, actor=operations, now=t)

    arrives = bank.statement_refused if stop == "unpaid" else bank.statement_arrive

    def pay(t: datetime) -> None:
        try:
            with transaction.atomic():
                services.statement_approve_finance(statement=statement, actor=finance, now=t)
        except PayoutsHeld:  # by a measure, which finance waits for
            story.at(t + timedelta(days=1), pay)
        else:
            story.at(t + timedelta(hours=3), lambda u: arrives(statement.number, u))

    steps: list[tuple[datetime, Step]] = [(confirmed, confirm)]
    if stop != "operations":
        steps.append((confirmed + timedelta(hours=20), approve))
    if stop not in {"operations", "finance"}:
        steps.append((confirmed + timedelta(hours=26), pay))
    for moment, step in steps:
        story.at(moment, step)


def _stops_at(story: Story, seller: Seller, now: datetime) -> str:
    """With whom a statement of the settlement day that is shown still is, so that there is one with each."""
    shown = _shown_cycle(story) == current_cycle(now, CYCLE_DAYS)
    return STILL_WITH.get(seller.text.key, "") if shown else ""


def _shown_cycle(story: Story) -> date:
    """The last cycle whose statements have been out long enough to be with everybody who has a say."""
    return current_cycle(story.now - timedelta(days=3), CYCLE_DAYS)


def _objected_to(
    story: Story, seller: Seller, statement: Any, operations: Actor, now: datetime, *, answered: bool
) -> None:
    """The provider objects; where it was answered, its days to object start over."""
    asked = now + timedelta(hours=14)
    story.at(asked, lambda t: services.statement_dispute(
        statement=statement, text="有一笔订单的服务费似乎按百分之五计，合同约定的阶梯应为百分之四，请核对。",
        actor=seller.actor, now=t,
    ))  # fmt: skip
    if answered:
        story.at(max(asked + timedelta(hours=5), story.before(hours=26)), lambda t: services.statement_answer(
            statement=statement, text="阶梯按自然年累计成交计算，该订单付款时累计未到二十万元，按百分之五计。", actor=operations, now=t,
        ))  # fmt: skip
