"""A later version of the rulebook, drafted by one operator and published by another."""

from datetime import datetime
from typing import Any

from core.acts import Actor
from regulation import services
from tests.providers import making


def rulebook_with(parameters: dict[str, Any], effective_at: datetime, now: datetime) -> None:
    """Publish a version in which these parameters have other values."""
    first, second = (Actor.of(making.make_operator(now, "rulebook")) for _ in range(2))
    services.rulebook_load(now=now)
    draft = services.rulebook_draft_create(note="试", actor=first, now=now)
    services.rulebook_draft_edit(version=draft.version, parameters=parameters, actor=first, now=now)
    services.rulebook_publish(version=draft.version, effective_at=effective_at, actor=second, now=now)
