"""State machines, from the maintained django-fsm."""

from typing import Any

import django_fsm
from django_fsm import FSMModelMixin, TransitionNotAllowed, can_proceed, transition

__all__ = ["FSMField", "FSMModelMixin", "TransitionNotAllowed", "available", "can_proceed", "transition"]


class FSMField(django_fsm.FSMField):
    """The state of a machine, protected from being set by hand."""

    def deconstruct(self) -> Any:
        """As a plain text column: a migration has no transitions, and must not pay for walking them."""
        name, _path, args, kwargs = super().deconstruct()
        kwargs.pop("protected", None)
        return name, "django.db.models.CharField", args, kwargs


def available(obj: Any) -> list[str]:
    """The names of the transitions that the object's state permits now, in the order of their definition."""
    return [found.name for found in obj.get_available_state_transitions()]
