"""State machines, from the maintained django-fsm."""

from typing import Any

from django_fsm import FSMField, FSMModelMixin, TransitionNotAllowed, can_proceed, transition

__all__ = ["FSMField", "FSMModelMixin", "TransitionNotAllowed", "available", "can_proceed", "transition"]


def available(obj: Any) -> list[str]:
    """The names of the transitions that the object's state permits now, in the order of their definition."""
    return [found.name for found in obj.get_available_state_transitions()]
