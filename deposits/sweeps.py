"""What deadlines bring about for deposits."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from core.acts import SYSTEM
from core.sweeps import Sweep, register
from deposits import selectors, services
from providers.selectors import provider_by_pk

register(
    Sweep(
        "deposits.topup_lapse",
        _("Deposits not topped up in time"),
        selectors.demands_lapsed,
        lambda pk, now: services.topup_lapse(demand_id=int(pk), now=now),
        "9(6)3",
        timedelta(minutes=5),
    )
)
register(
    Sweep(
        "deposits.close_display",
        _("Display closed where the settlement did not cover the deposit"),
        selectors.demands_to_close,
        lambda pk, now: services.topup_close(demand_id=int(pk), now=now),
        "9(6)3",
        timedelta(minutes=5),
    )
)
register(
    Sweep(
        "deposits.additional_end",
        _("Additional deposits whose year is over"),
        selectors.additional_ended,
        lambda pk, now: services.additional_end(additional_id=int(pk), now=now),
        "9(6)4",
        timedelta(hours=1),
    )
)
register(
    Sweep(
        "deposits.requirements_outdated",
        _("Requirements under a new rulebook"),
        selectors.requirements_outdated,
        lambda pk, now: services.requirement_refresh(provider=provider_by_pk(int(pk)), actor=SYSTEM, now=now),
        "28",
        timedelta(hours=1),
    )
)
