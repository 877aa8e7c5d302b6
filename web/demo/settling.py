"""Settlement days of the demo: statements issued, confirmed, approved by two operators, and paid."""

from datetime import datetime, timedelta
from typing import Any

from core.periods import beijing_date, start_of_day
from settlements import selectors, services
from settlements.cycles import issue_day
from web.demo import bank
from web.demo.people import Cast, Seller, deposit_keep_full
from web.demo.story import Story

CYCLE_DAYS = (1, 16)
SLOW_TO_PAY = "mutong"  # its deposit is left short for everybody to see


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
    by_itself = seller.text.key in {"chenxi", "xinghang"} and statement.confirm_due_at is not None
    if by_itself:
        confirmed = statement.confirm_due_at + timedelta(minutes=10)

    def confirm(t: datetime) -> None:
        if by_itself:
            services.statement_confirm_itself(statement_id=statement.pk, now=t)
        else:
            services.statement_confirm(statement=statement, actor=seller.actor, now=t)

    def approve(t: datetime) -> None:
        services.statement_approve_operations(statement=statement, actor=operations, now=t)

    def pay(t: datetime) -> None:
        services.statement_approve_finance(statement=statement, actor=finance, now=t)

    story.at(confirmed, confirm)
    story.at(confirmed + timedelta(hours=20), approve)
    story.at(confirmed + timedelta(hours=26), pay)
    story.at(confirmed + timedelta(hours=29), lambda t: bank.statement_arrive(statement.number, t))
