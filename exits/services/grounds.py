"""Acts about grounds of clearance that the platform finds by itself: a blacklisted account, the cloud share (§24)."""

from datetime import datetime, timedelta

from core.acts import SYSTEM, act
from core.periods import end_of_year
from exits import selectors
from exits.models import Exit
from exits.rules import GroundsFacts
from exits.services.clearance import clearance_open
from providers.models import Provider
from providers.types import ProviderState
from regulation import registry
from regulation.selectors import rulebook_at
from regulation.services import decision_record


@act
def blacklist_clear_out(*, block_id: int, now: datetime) -> bool:
    """The account that owns a provider was blacklisted: everything closes, an operator confirms the rest (§24(3)).

    Once a block. False where it was lifted, or the provider is no longer in the market.
    """
    found = selectors.provider_of_block(block_id)
    if found is None:
        return False
    facts = GroundsFacts(0, 0, 0, blacklisted=True, conditions_met=True, grave=False)
    return _open(found, facts, selectors.block_reference(block_id), now, now)


@act
def cloud_share_judge(*, provider_id: int, year: int, now: datetime) -> bool:
    """A natural year has ended in which too little of what a provider sold runs on the cloud: clearance is proposed
    (§24(5)).

    Once a year, by the rulebook of its end. False where the share is enough.
    """
    sold, on_cloud = selectors.cloud_share_of(provider_id, year)
    facts = GroundsFacts(0, sold, on_cloud, blacklisted=False, conditions_met=True, grave=False)
    provider = selectors.provider_locked(provider_id)
    last_day = end_of_year(year) - timedelta(seconds=1)
    return _open(provider, facts, selectors.share_reference(provider_id, year), last_day, now)


def _open(provider: Provider, facts: GroundsFacts, reference: str, at: datetime, now: datetime) -> bool:
    if provider.state != ProviderState.ACTIVE or Exit.objects.filter(reference=reference).exists():
        return False
    decision = registry.decide("exit.grounds", facts, rulebook_at(at))
    if decision.outcome == "none":
        return False
    record = decision_record(decision=decision, facts=facts, subject=f"provider:{provider.number}", now=now)
    clearance_open(
        provider=provider,
        grounds=list(decision.clauses),
        reason=f"{decision.explanation.zh} / {decision.explanation.en}",
        reference=reference,
        decision=record,
        actor=SYSTEM,
        now=now,
    )
    return True
