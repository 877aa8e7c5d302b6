"""What the clock brings about in settlements."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from core.sweeps import Key, Sweep, register
from settlements import selectors, services


def _issue(key: Key, now: datetime) -> object:
    return services.statement_issue(provider_id=int(key), now=now)


def _confirm(key: Key, now: datetime) -> object:
    return services.statement_confirm_itself(statement_id=int(key), now=now)


def _fold(key: Key, now: datetime) -> object:
    provider, _colon, year = str(key).partition(":")
    return services.fees_fold(provider_id=int(provider), year=int(year), now=now)


register(
    Sweep(
        name="settlements.statements",
        title=_("Issue settlement statements on the 1st and the 16th"),
        selector=selectors.providers_to_settle,
        act=_issue,
        clause="11(1)1",
        every=timedelta(minutes=30),
    )
)
register(
    Sweep(
        name="settlements.confirmations",
        title=_("Confirm statements that nobody objected to in five working days"),
        selector=selectors.statements_to_confirm,
        act=_confirm,
        clause="11(1)1",
        every=timedelta(minutes=15),
    )
)
register(
    Sweep(
        name="settlements.fees",
        title=_("Add up the sales of the year for the service fee"),
        selector=selectors.fees_to_fold,
        act=_fold,
        clause="13(3)",
        every=timedelta(minutes=5),
    )
)
