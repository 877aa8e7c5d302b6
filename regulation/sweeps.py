"""What happens to the trail by itself: now and then it is sealed."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from core import sweeps
from regulation import selectors
from regulation.services.seals import ROWS_A_SEAL, audit_seal


def seal(key: int | str, now: datetime) -> None:
    """Seal all that one table holds and no seal covers, a seal at a time, each committed alone."""
    while (made := audit_seal(kind=str(key), now=now)) is not None and made.rows == ROWS_A_SEAL:
        pass


def unsealed(now: datetime, limit: int) -> Iterable[str]:
    """The tables with rows that no seal covers yet."""
    return selectors.unsealed_kinds()[:limit]


sweeps.register(
    sweeps.Sweep(
        name="audit.seal",
        title=_("Seal the audit trail"),
        selector=unsealed,
        act=seal,
        clause="28",
        every=timedelta(minutes=5),
    )
)
