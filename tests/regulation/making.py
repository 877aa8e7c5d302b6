"""A second version of the rulebook, for tests only, and small things to record."""

import json
from datetime import datetime, timedelta
from typing import Any

from core.acts import Actor
from core.clock import BEIJING
from regulation import registry, selectors, services
from regulation.models import RulebookVersion
from regulation.types import Decision

REVISED_FROM = datetime(2026, 7, 1, tzinfo=BEIJING)
DRAFTER = Actor("operator", 11, "Lin")
PUBLISHER = Actor("operator", 12, "Zhao")


def revised_rulebook(
    parameters: dict[str, Any], *, now: datetime, effective_at: datetime = REVISED_FROM
) -> RulebookVersion:
    """Draft and publish a revision as two operators do."""
    services.rulebook_load(now=now)
    draft = services.rulebook_draft_create(note="a revision for a test", actor=DRAFTER, now=now)
    services.rulebook_draft_edit(version=draft.version, parameters=parameters, actor=DRAFTER, now=now)
    return services.rulebook_publish(
        version=draft.version, effective_at=effective_at, actor=PUBLISHER, now=now + timedelta(minutes=1)
    )


def some_facts(at: datetime) -> Any:
    """Facts of a shortfall at an instant."""
    return registry.facts_from(registry.get("deposit.top_up_deadline").facts, {"shortfall_at": at.isoformat()})


def some_decision(at: datetime) -> Decision:
    """A decision about them."""
    return registry.decide("deposit.top_up_deadline", some_facts(at), selectors.rulebook_at(at))


def as_typed(form: Any) -> dict[str, str]:
    """What the form of a draft sends when nothing was typed into it."""
    given = {name: field.initial for name, field in form.fields.items() if field.initial not in (False, None)}
    return {name: json.dumps(value) if isinstance(value, list) else str(value) for name, value in given.items()}
