"""Workers as processes of their own, stopped exactly where a test wants them, and killed there."""

import dataclasses
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from datetime import datetime
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any

import time_machine
from django.core.cache import caches
from django.db import connection
from django.test import Client

from core import outbox, sweeps
from marketplace.embedded.processes import wait_until
from payments.gateways import transport
from tests.fire import databases
from tests.payments.conftest import form, path_of

# Django is loaded once, in a process without connections that every worker is forked from.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.fire.preloaded"])
PATIENCE = 120.0


@dataclasses.dataclass(frozen=True, slots=True)
class Stop:
    """Where a worker stands still: before the n-th commit of its acts (`inside`), or after its n-th row (`between`)."""

    where: str
    turn: int = 1


class Worker:
    """A worker on a database, with a clock of its own, that does one job after the other; `with` leaves nothing
    behind.
    """

    def __init__(self, database: str, moment: datetime, job: Callable[..., Any], *given: Any, **more: Any) -> None:
        self.line, there = FORKS.Pipe()
        self.process = FORKS.Process(target=_work, args=(there, database, moment), daemon=True)
        self.process.start()
        there.close()
        self.begin(job, *given, **more)

    @property
    def name(self) -> str:
        """As the database knows it."""
        return f"worker {self.process.pid}"

    def __enter__(self) -> "Worker":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.busy and self.process.is_alive():
            self.kill()
        self.line.close()
        self.process.join(PATIENCE)

    def begin(self, job: Callable[..., Any], *given: Any, **more: Any) -> None:
        """Give it its next job."""
        self.line.send((job, given, more))
        self.busy = True

    def does(self, job: Callable[..., Any], *given: Any) -> Any:
        """What its next job returns. Raises what it raises."""
        self.begin(job, *given)
        return self.result()

    def until_stopped(self) -> None:
        """Wait until it stands where it was to stop; fail when it ended without."""
        said = self._heard()
        assert said == "stopped", f"the worker never came to where it was to stop: {said}"

    def go_on(self) -> None:
        self.line.send("go on")

    def is_done(self) -> bool:
        return self.line.poll()

    def result(self) -> Any:
        """What its job returned. Raises what it raised."""
        said = self._heard()
        self.busy = False
        if isinstance(said, BaseException):
            raise said
        return said

    def kill(self) -> None:
        """`kill -9`, and until the database has noticed."""
        assert self.process.pid is not None
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.join(PATIENCE)
        assert self.process.exitcode == -signal.SIGKILL
        assert wait_until(lambda: not backends(self.name), PATIENCE)

    def _heard(self) -> Any:
        assert self.line.poll(PATIENCE), "the worker says nothing"
        return self.line.recv()


def backends(name: str, waits_for: str = "%") -> int:
    """How many lines a worker has to the database; with `waits_for`, how many of them wait for that."""
    [(found,)] = databases.ask(
        "postgres",
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s AND coalesce(wait_event_type, '') LIKE %s",
        (name, waits_for),
    )
    return int(found)


def until_blocked_or_done(worker: Worker) -> None:
    """Until a worker waits for a lock that another holds, or has ended because it did not have to."""
    assert wait_until(lambda: worker.is_done() or bool(backends(worker.name, "Lock")), PATIENCE)


def _work(line: Connection, database: str, moment: datetime) -> None:
    caches["default"].key_prefix = database
    connection.settings_dict["NAME"] = database
    connection.settings_dict.setdefault("OPTIONS", {})["application_name"] = f"worker {os.getpid()}"
    with gateway_within(), time_machine.travel(moment, tick=False), suppress(EOFError):
        while True:
            job, given, more = line.recv()
            try:
                said = job(line, *given, **more)
            except BaseException as error:
                said = RuntimeError(f"{type(error).__name__}: {error}")
            finally:
                connection.close()
            line.send(said)


@contextmanager
def gateway_within() -> Iterator[None]:
    """Speak to our own addresses without a socket, by the same signed messages."""
    kept = transport.post, transport.get
    client = Client(SERVER_NAME="127.0.0.1")

    def post(url: str, fields: Any) -> transport.Reply:
        found = form(client, path_of(url), dict(fields))
        return transport.Reply(found.status_code, found.content.decode())

    def get(url: str) -> transport.Reply:
        found = client.get(path_of(url))
        body = b"".join(found.streaming_content) if found.streaming else found.content
        return transport.Reply(found.status_code, body.decode())

    transport.post, transport.get = post, get
    try:
        yield
    finally:
        transport.post, transport.get = kept


def stand(line: Connection) -> None:
    """Say that this is the place, and stay until told to go on."""
    line.send("stopped")
    line.recv()


def run_sweep(line: Connection, name: str, moment: datetime, stop: Stop | None = None) -> tuple[int, int]:
    """Run a sweep to its end, or to where it is to stop; how many rows it worked and how many failed."""
    if stop is not None:
        _stop_at(line, name, stop)
    outcome = sweeps.run(name, moment)
    return outcome.done, outcome.failed


def run_sweep_without(line: Connection, name: str, moment: datetime, broken: sweeps.Key) -> tuple[int, int]:
    """Run a sweep while one of its rows cannot be worked."""
    sweep = sweeps.get(name)

    def act(key: sweeps.Key, now: datetime) -> object:
        if key == broken:
            raise RuntimeError("this row is broken")
        return sweep.act(key, now)

    sweeps._sweeps[name] = dataclasses.replace(sweep, act=act)
    try:
        return run_sweep(line, name, moment)
    finally:
        sweeps._sweeps[name] = sweep


def list_due(line: Connection, name: str, moment: datetime) -> list[sweeps.Key]:
    """What a dry run finds due."""
    return sweeps.run(name, moment, dry_run=True).due or []


def deliver(line: Connection, moment: datetime, *, stands: bool = False) -> int:
    """Deliver what the outbox holds; with `stands`, stand before the first delivery is committed."""
    with standing_before_commit(line) if stands else nullcontext():
        return outbox.dispatch(moment)


@contextmanager
def standing_before_commit(line: Connection) -> Iterator[None]:
    """Stand still before the first commit of what is done within."""
    commit = connection.commit

    def committing() -> None:
        connection.commit = commit
        stand(line)
        commit()

    connection.commit = committing
    try:
        yield
    finally:
        connection.commit = commit


def _stop_at(line: Connection, name: str, stop: Stop) -> None:
    sweep = sweeps.get(name)
    turns = {"inside": 0, "between": 0}

    def reached(where: str) -> None:
        turns[where] += 1
        if stop == Stop(where, turns[where]):
            stand(line)

    commit = connection.commit

    def committing() -> None:
        reached("inside")
        commit()

    def act(key: sweeps.Key, now: datetime) -> object:
        connection.commit = committing
        try:
            done = sweep.act(key, now)
        finally:
            connection.commit = commit
        reached("between")
        return done

    sweeps._sweeps[name] = dataclasses.replace(sweep, act=act)


def lay_out_market(line: Connection) -> dict[str, datetime]:
    """Lay out the market that every sweep has its rows in; when each has something due."""
    from tests.fire import scenes

    return scenes.lay_out()


CALLBACK = "/payments/callbacks/sandbox/"


def tell_callback(line: Connection, said: dict[str, str], *, stands: bool) -> tuple[int, str]:
    """Tell our callback what the gateway tells it; with `stands`, stand before what it does is committed."""
    client = Client(SERVER_NAME="127.0.0.1")
    with standing_before_commit(line) if stands else nullcontext():
        found = form(client, CALLBACK, said)
    return found.status_code, found.content.decode()


def pay_at_gateway(line: Connection, page: str, *, stands: bool) -> int:
    """Choose to pay on the gateway's page; with `stands`, stand before the gateway has committed it."""
    client = Client(SERVER_NAME="127.0.0.1")
    with standing_before_commit(line) if stands else nullcontext():
        return client.post(page, {"outcome": "pay"}).status_code
