"""Triggers of an app's models, installed in one step of a migration.

Django reads its whole history of models anew for every step, and there are more triggers than models.
"""

from collections.abc import Iterator
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class InstallTriggers(Operation):
    """Install every trigger that the app's models declare by then. Going back is nothing: they go with their tables."""

    reduces_to_sql = True

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The models declare their triggers already."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for trigger in self._declared(app_label, to_state):
            # The statement is whole: its percent signs are no places for values.
            schema_editor.execute(trigger.install_sql, params=None)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Dropping a table drops its triggers."""

    def describe(self) -> str:
        return "Install the triggers of the models"

    @staticmethod
    def _declared(app_label: str, state: ProjectState) -> Iterator[Any]:
        for (app, _name), model in sorted(state.models.items()):
            if app == app_label:
                yield from model.options.get("triggers", [])
