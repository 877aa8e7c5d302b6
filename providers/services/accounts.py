"""What happens to a provider when something happens to its account (§9(1), §9(2))."""

from datetime import datetime

from accounts.models import IdentityVerification, User
from providers.models import Provider
from providers.services.standing import conditions_check
from providers.types import ProviderState


def account_closed(user: User, reason: str, now: datetime) -> None:
    """An owner's account was closed: the conditions are judged at once, in the same transaction."""
    _recheck(user.pk, now)


def identity_settled(verification: IdentityVerification, now: datetime) -> None:
    """An owner's real name was confirmed or taken back: the conditions are judged at once."""
    _recheck(verification.user_id, now)


def _recheck(user_id: int, now: datetime) -> None:
    for pk in Provider.objects.filter(
        owner_id=user_id, state__in=[ProviderState.ACTIVE, ProviderState.LEAVING]
    ).values_list("pk", flat=True):
        conditions_check(provider_id=pk, now=now)
