"""The Celery application as `make run` starts it: it says when it is ready, and no pool process outlives
the worker that forked it."""

import os
from pathlib import Path

from celery import signals

from marketplace.celery import app
from marketplace.embedded.processes import die_with_parent


def _say_ready(**_: object) -> None:
    if told := os.environ.get("READY_FILE"):
        Path(told).write_text(f"{os.getpid()}\n")


def _tie(**_: object) -> None:
    die_with_parent()


# Celery keeps weak references to receivers; module level functions live as long as it needs them.
signals.worker_ready.connect(_say_ready)
signals.beat_init.connect(_say_ready)
signals.worker_process_init.connect(_tie)

__all__ = ["app"]
