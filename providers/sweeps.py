"""What deadlines bring about for providers."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from core.sweeps import Key, Sweep, register
from providers import selectors, services

register(
    Sweep(
        "providers.restrictions_end",
        _("Restrictions that end by themselves"),
        selectors.restrictions_ended,
        lambda pk, now: services.restriction_end(restriction_id=int(pk), now=now),
        "20(2)",
        timedelta(minutes=1),
    )
)
register(
    Sweep(
        "providers.display_turn",
        _("Leaves and freezes that begin"),
        selectors.displays_to_refresh,
        lambda pk, now: services.display_turn(provider_id=int(pk), now=now),
        "20(2)",
        timedelta(minutes=1),
    )
)
register(
    Sweep(
        "providers.documents_expiring",
        _("Papers about to expire are announced"),
        selectors.documents_to_announce,
        lambda pk, now: services.document_announce_expiry(document_id=int(pk), now=now),
        "18(1)",
        timedelta(hours=1),
    )
)
register(
    Sweep(
        "providers.documents_lapsed",
        _("Papers that have lapsed"),
        selectors.documents_lapsed,
        lambda pk, now: services.lapse_open(document_id=int(pk), now=now),
        "18(1)",
        timedelta(minutes=30),
    )
)
register(
    Sweep(
        "providers.lapses_remind",
        _("Reminders to report a lapsed paper"),
        selectors.lapses_to_remind,
        lambda pk, now: services.lapse_remind(lapse_id=int(pk), now=now),
        "18(1)",
        timedelta(hours=1),
    )
)
register(
    Sweep(
        "providers.lapses_overdue",
        _("Lapses that were not reported in time"),
        selectors.lapses_due,
        lambda pk, now: services.lapse_overdue(lapse_id=int(pk), now=now),
        "18(1)",
        timedelta(minutes=10),
    )
)


def _check(pk: Key, now: datetime) -> object:
    return services.conditions_check(provider_id=int(pk), now=now)


register(
    Sweep(
        "providers.conditions",
        _("Daily check of the conditions of admission"),
        selectors.providers_to_recheck,
        _check,
        "9",
        timedelta(hours=1),
    )
)
register(
    Sweep(
        "providers.cures_expired",
        _("Conditions that were not mended in time"),
        selectors.cures_expired,
        lambda pk, now: services.cure_expire(provider_id=int(pk), now=now),
        "24(2)",
        timedelta(hours=1),
    )
)
