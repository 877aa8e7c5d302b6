"""Real commits in the races."""

from tests.ledger.conftest import flush_past_triggers

__all__ = ["flush_past_triggers"]
