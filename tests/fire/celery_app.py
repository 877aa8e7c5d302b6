"""The worker of `make run`, whose pool processes each stand still in the middle of something, to be killed there.

`STAND_AT` names topics of the outbox and sweeps; the first process that comes to one stands for good: at a topic when
it is delivered and that is not committed yet, at a sweep before the first commit of its act. A file in `STANDING` says
that it stands.
"""

import dataclasses
import os
import signal
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from celery import signals

from marketplace.supervisor.tasks import app


def _stand(name: str) -> None:
    try:
        (Path(os.environ["STANDING"]) / name).touch(exist_ok=False)
    except FileExistsError:
        return
    while True:
        signal.pause()


def _delivering(
    topic: str, deliver: Callable[[dict[str, Any], datetime], None]
) -> Callable[[dict[str, Any], datetime], None]:
    def handler(payload: dict[str, Any], now: datetime) -> None:
        deliver(payload, now)
        _stand(topic)

    return handler


def _acting(sweep: Any) -> Any:
    from django.db import connection

    def act(key: int | str, now: datetime) -> object:
        commit = connection.commit

        def committing() -> None:
            _stand(sweep.name)
            commit()

        connection.commit = committing
        try:
            return sweep.act(key, now)
        finally:
            connection.commit = commit

    return dataclasses.replace(sweep, act=act)


def _arrange(**_: object) -> None:
    # Django is loaded by now, which it is not when Celery loads this module.
    from core import outbox, sweeps

    for name in filter(None, os.environ.get("STAND_AT", "").split(",")):
        if name in outbox._handlers:
            outbox._handlers[name] = _delivering(name, outbox._handlers[name])
        else:
            sweeps._sweeps[name] = _acting(sweeps.get(name))


signals.worker_process_init.connect(_arrange)

__all__ = ["app"]
