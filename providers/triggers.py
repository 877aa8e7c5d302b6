"""Triggers that the database holds beside the ready-made ones."""

from typing import Any

import pgtrigger


class ReadOnlyWhen(pgtrigger.ReadOnly):
    """Refuses edits to fields of rows for which `when` held before. (ReadOnly itself leaves its condition out.)"""

    def __init__(self, *, when: pgtrigger.Q, **kwargs: Any) -> None:
        self.when_held = when
        super().__init__(**kwargs)

    def get_condition(self, model: Any) -> pgtrigger.Condition:
        condition: pgtrigger.Condition = super().get_condition(model) & self.when_held
        return condition
