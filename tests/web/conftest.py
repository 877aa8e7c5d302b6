"""One market for all tests of a module that only look, or take back what they did."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.db import transaction

from core.clock import BEIJING
from tests.web.scene import Scene, make_scene


@pytest.fixture(scope="module")
def market(django_db_setup: None, django_db_blocker: Any) -> Iterator[Scene]:
    """Everybody and everything there is; nothing of it stays."""
    now = datetime(2026, 3, 2, 10, 0, tzinfo=BEIJING)
    with django_db_blocker.unblock(), time_machine.travel(now, tick=False), transaction.atomic():
        yield make_scene(now)
        transaction.set_rollback(True)
