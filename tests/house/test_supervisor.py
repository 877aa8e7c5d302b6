"""`make run` with real processes: what is killed comes back, and nothing outlives it, however it ends.

The tests of one running marketplace stand in the order of its life; the last ones end it.
"""

import http.client
import os
import re
import shutil
import signal
import socket
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
import redis

from marketplace.embedded import folders, ports, processes
from marketplace.embedded.state import Files, State
from marketplace.supervisor import connections
from tests.house.machine import Program, command_of, finished, until
from tools.translations import catalogs

pytestmark = pytest.mark.serial

RUN = ["-m", "marketplace.supervisor"]
OPEN = "Ctrl-C stops everything"


class Running:
    """A marketplace that runs over a data folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = ports.choose(folder / "web.port", 18000)
        self.start()

    def start(self, *arguments: str) -> None:
        output = self.folder / "output"
        given = list(arguments) or RUN
        self.program = Program(given, output, DATA_DIR=str(self.folder), PORT=str(self.port), WEB_WORKERS="1")

    def until_open(self) -> None:
        self.program.until_says(OPEN, 600)

    def state(self, name: str) -> State:
        return Files(self.folder, name).read()

    def processes_of(self, telling: str) -> set[int]:
        return {pid for pid in self.program.pids() if telling in command_of(pid)}

    def master_of(self, telling: str) -> int:
        """The process of a service that the supervisor itself started."""
        return next(pid for pid in self.processes_of(telling) if pid in self.children())

    def children(self) -> list[int]:
        return processes.children_of(self.program.process.pid)

    def health(self) -> int:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            line.request("GET", "/healthz")
            return line.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            line.close()

    def sql(self, statement: str) -> list[tuple[object, ...]]:
        line = psycopg2.connect(self.state("postgres").url)
        try:
            with line, line.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall() if cursor.description else []
        finally:
            line.close()

    def keep(self) -> None:
        """Leave a row and a queued word behind, and a message that is due in a moment, for whatever comes."""
        self.sql("CREATE TABLE IF NOT EXISTS kept (n serial)")
        self.sql("INSERT INTO kept DEFAULT VALUES")
        redis.Redis.from_url(self.state("redis").url).rpush("kept", "word")
        self.sql(
            "UPDATE core_outboxmessage SET state = 'waiting', delivered_at = NULL, due_at = now() + interval '5 s'"
            " WHERE id = (SELECT max(id) FROM core_outboxmessage WHERE topic = 'notifications.mail')"
        )

    def kept(self) -> tuple[int, int]:
        rows = self.sql("SELECT count(*) FROM kept")[0][0]
        return int(str(rows)), int(redis.Redis.from_url(self.state("redis").url).llen("kept"))

    def all_is_told(self) -> bool:
        """Whether nothing waits that should have left by now, or is about to."""
        owed = "SELECT count(*) FROM core_outboxmessage WHERE state <> 'delivered' AND due_at < now() + interval '10 s'"
        return self.sql(owed) == [(0,)]

    def assert_nothing_lost(self) -> None:
        """What was owed when the axe fell is delivered by the worker that beat asks for it."""
        until(self.all_is_told, "what waited is delivered", 120)

    def assert_everything_fits(self) -> None:
        """The books and the trail, after all that was cut off."""
        for command in ("ledger_verify", "audit_verify"):
            asked = finished(["manage.py", command], 300, DATA_DIR=str(self.folder))
            assert asked.returncode == 0, asked.stdout


@pytest.fixture(scope="module")
def market() -> Iterator[Running]:
    scratch = Path(tempfile.mkdtemp(prefix="house-"))
    scratch.chmod(0o755)
    running = Running(folders.make(scratch / "data"))
    # As in a fresh clone.
    for catalog in catalogs():
        catalog.with_suffix(".mo").unlink(missing_ok=True)
    try:
        running.until_open()
        yield running
    finally:
        running.program.clear()
        shutil.rmtree(scratch, ignore_errors=True)


def test_it_shows_each_step_and_ends_with_addresses_and_sign_ins(market: Running) -> None:
    said = market.program.said

    steps = ["Database", "Broker", "Migrations", "Rulebook", "Demo marketplace", "Web server", "Worker and Beat"]
    places = [said.index(f"✓ {step}") for step in steps]
    assert places == sorted(places)
    assert all(re.search(rf"✓ {step}.* \d+\.\d s\n", said) for step in steps)
    for path in ("/", "/console/", "/admin/", "/api/docs/", "/mailbox/"):
        assert f"http://127.0.0.1:{market.port}{path} " in said
    assert "Traceback" not in said
    assert market.health() == 200


def test_it_speaks_chinese_and_english(market: Running) -> None:
    def says(language: str) -> str:
        line = http.client.HTTPConnection("127.0.0.1", market.port, timeout=30)
        line.request("GET", "/accounts/login/", headers={"Accept-Language": language})
        try:
            return line.getresponse().read().decode()
        finally:
            line.close()

    assert "登录" in says("zh-CN")
    assert "Sign in" in says("en")


def test_a_second_one_over_the_same_data_says_where_the_first_is(market: Running) -> None:
    second = finished(RUN, DATA_DIR=str(market.folder), PORT="18999")

    assert second.returncode == 1
    assert f"already runs at http://127.0.0.1:{market.port} (process {market.program.process.pid})" in second.stdout
    assert len(second.stdout.strip().splitlines()) == 1
    assert market.health() == 200


def test_a_command_beside_it_uses_its_servers_and_leaves_them_running(market: Running) -> None:
    before = market.state("postgres")

    asked = finished(["manage.py", "migrate", "--check"], DATA_DIR=str(market.folder))

    assert asked.returncode == 0, asked.stdout
    assert market.state("postgres") == before
    assert market.health() == 200


def test_each_part_tells_a_container_how_it_is(market: Running) -> None:
    named = {
        "DATABASE_URL": market.state("postgres").url,
        "REDIS_URL": market.state("redis").url,
        "PORT": str(market.port),
    }
    for part in ("web", "worker", "beat"):
        asked = finished(["-m", "marketplace.supervisor.healthcheck", part], **named)
        assert (asked.returncode, asked.stdout) == (0, "ok\n"), part

    for variable, part in (("PORT", "web"), ("REDIS_URL", "worker"), ("DATABASE_URL", "beat")):
        nowhere = {"PORT": "1", "REDIS_URL": "redis://127.0.0.1:1/0", "DATABASE_URL": "postgres://x@127.0.0.1:1/x"}
        asked = finished(["-m", "marketplace.supervisor.healthcheck", part], **{**named, variable: nowhere[variable]})
        assert asked.returncode == 1, part


def test_a_killed_worker_is_replaced_and_leaves_no_pool_process(market: Running) -> None:
    market.keep()
    worker = market.master_of("celery -A marketplace.supervisor.tasks:app worker")
    pool = set(processes.children_of(worker))
    assert pool

    os.kill(worker, signal.SIGKILL)
    market.program.until_says("Worker ended by signal SIGKILL", 30)
    market.program.until_says("Worker is back", 120)

    assert not [pid for pid in pool if processes.alive(pid)]
    assert market.kept() == (1, 1)
    market.assert_nothing_lost()


def test_a_killed_web_server_is_replaced_and_leaves_no_web_process(market: Running) -> None:
    web = market.master_of("granian")
    workers = set(processes.children_of(web))

    os.kill(web, signal.SIGKILL)
    market.program.until_says("Web server is back", 120)

    assert not [pid for pid in workers if processes.alive(pid)]
    assert market.health() == 200


def test_a_killed_postgresql_comes_back_with_everything_and_the_pages_too(market: Running) -> None:
    market.keep()
    before = market.state("postgres")

    os.kill(before.pid, signal.SIGKILL)
    market.program.until_says("PostgreSQL ended by signal SIGKILL", 30)
    market.program.until_says("PostgreSQL started again", 60)

    assert market.state("postgres").url == before.url
    assert market.kept() == (2, 2)
    until(lambda: market.health() == 200, "the pages answer again")
    market.assert_nothing_lost()


def test_killed_keepers_are_replaced(market: Running) -> None:
    before = {name: market.state(name) for name in ("postgres", "redis")}

    for state in before.values():
        os.kill(state.keeper, signal.SIGKILL)
    market.program.until_says("PostgreSQL answers again", 60)
    market.program.until_says("Redis answers again", 60)

    for name, state in before.items():
        assert market.state(name).url == state.url
        assert not processes.alive(state.pid)
    assert market.kept() == (2, 2)
    until(lambda: market.health() == 200, "the pages answer again")


def test_nothing_outlives_a_killed_supervisor_and_the_next_start_finds_everything(market: Running) -> None:
    market.keep()
    everything = market.program.pids()
    assert len(everything) >= 10

    market.program.kill()
    until(lambda: not [pid for pid in everything if processes.alive(pid)], "all its processes ended", 30)
    assert not market.program.pids()

    market.start()
    market.until_open()
    assert market.kept() == (3, 3)
    assert "up to date" in market.program.said
    assert "incomplete" not in market.program.said
    market.assert_nothing_lost()


def test_nothing_outlives_supervisor_guard_and_keepers_killed_together(market: Running) -> None:
    market.keep()
    everything = market.program.pids()
    guards = market.processes_of("guard.py")
    keepers = {market.state(name).keeper for name in ("postgres", "redis")}
    assert len(guards) == 1

    for pid in {market.program.process.pid} | guards | keepers:
        os.kill(pid, signal.SIGKILL)
    market.program.process.wait()
    until(lambda: not [pid for pid in everything if processes.alive(pid)], "all its processes ended", 30)

    market.start()
    market.until_open()
    assert market.kept() == (4, 4)
    market.assert_nothing_lost()
    market.assert_everything_fits()


def test_nothing_outlives_a_killed_make(market: Running) -> None:
    market.program.process.send_signal(signal.SIGTERM)
    assert market.program.process.wait(60) == 0

    market.start("-c", "import os; os.execvp('make', ['make', 'run'])")
    market.until_open()
    everything = market.program.pids()
    market.program.kill()
    until(lambda: not [pid for pid in everything if processes.alive(pid)], "all its processes ended", 60)
    assert "make has gone: stopping" in market.program.said
    assert market.program.said.rstrip().endswith("Stopped.")

    market.start()
    market.until_open()


def test_it_stops_in_order_when_asked(market: Running) -> None:
    everything = market.program.pids()

    market.program.process.send_signal(signal.SIGTERM)

    assert market.program.process.wait(60) == 0
    assert market.program.said.rstrip().endswith("Stopped.")
    assert not [pid for pid in everything if processes.alive(pid)]
    assert "database system is shut down" in (market.folder / "logs" / "postgres.log").read_text()


def test_ctrl_c_while_it_starts_leaves_nothing(market: Running) -> None:
    market.start()
    market.program.until_says("✓ Broker", 60)

    market.program.process.send_signal(signal.SIGINT)

    assert market.program.process.wait(60) == 0
    assert "Traceback" not in market.program.said
    assert not market.program.pids()


@pytest.fixture
def empty() -> Iterator[Path]:
    scratch = Path(tempfile.mkdtemp(prefix="house-"))
    scratch.chmod(0o755)
    yield scratch
    shutil.rmtree(scratch, ignore_errors=True)


def test_a_taken_port_is_named_with_the_way_out_before_anything_starts(empty: Path) -> None:
    with socket.socket() as squatter:
        squatter.bind(("127.0.0.1", 0))
        squatter.listen()
        port = squatter.getsockname()[1]

        refused = finished(RUN, DATA_DIR=str(empty), PORT=str(port))

    assert refused.returncode == 1
    assert refused.stdout.strip() == (f"Port {port} is taken by another program: choose one, PORT={port + 1} make run")
    assert not (empty / "postgres").exists()


def test_servers_named_from_outside_are_used_and_none_is_started(empty: Path) -> None:
    named = {variable: os.environ[variable] for variable in ("DATABASE_URL", "REDIS_URL")}
    server, _, _ = named["DATABASE_URL"].rpartition("/")
    admin = psycopg2.connect(f"{server}/postgres")
    admin.autocommit = True
    name = f"house_{uuid.uuid4().hex}"
    with admin.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    folder = folders.make(empty / "data")
    named["DATABASE_URL"] = f"{server}/{name}"
    program = Program(
        RUN, empty / "output", DATA_DIR=str(folder), PORT=str(ports.choose(empty / "web.port", 18200)), **named
    )
    try:
        program.until_says("✓ Application", 120)
        program.process.send_signal(signal.SIGINT)
        assert program.process.wait(60) == 0
        assert f"✓ Database — {connections.shown(named['DATABASE_URL'])}  " in program.said
        assert f"✓ Broker — {named['REDIS_URL']}  " in program.said
        assert not list(folder.glob("postgres*")) + list(folder.glob("redis*"))
        assert redis.Redis.from_url(named["REDIS_URL"]).ping()
    finally:
        program.clear()
        with admin.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
        admin.close()


def test_an_unreachable_server_is_named_without_its_password_and_without_a_traceback(empty: Path) -> None:
    port = str(ports.choose(empty / "web.port", 18100))

    no_database = finished(RUN, DATA_DIR=str(empty), PORT=port, DATABASE_URL="postgres://me:secret@127.0.0.1:1/market")
    no_broker = finished(
        RUN,
        DATA_DIR=str(empty),
        PORT=port,
        REDIS_URL="redis://127.0.0.1:1/0",
    )

    for refused, variable in ((no_database, "DATABASE_URL"), (no_broker, "REDIS_URL")):
        assert refused.returncode == 1
        assert f"{variable} (" in refused.stdout
        assert "cannot be reached" in refused.stdout
        assert f"without {variable} the embedded one is used" in refused.stdout
        assert "Traceback" not in refused.stdout
        assert "secret" not in refused.stdout


@pytest.mark.parametrize("url", ["mysql://me:secret@127.0.0.1/market", "market", "http://127.0.0.1:5432/market"])
def test_an_address_of_something_else_is_refused_in_one_line_that_shows_the_right_form(empty: Path, url: str) -> None:
    refused = finished(RUN, DATA_DIR=str(empty), PORT=str(ports.choose(empty / "web.port", 18100)), DATABASE_URL=url)

    assert refused.returncode == 1
    assert "is not the address of a PostgreSQL: write postgres://user:password@host:5432/name" in refused.stdout
    assert not {"Traceback", "Warning", "secret"} & set(re.findall(r"[A-Za-z]+", refused.stdout))


@pytest.mark.parametrize("port", ["eighty", "0", "70000"])
def test_a_port_that_is_none_is_refused(empty: Path, port: str) -> None:
    refused = finished(RUN, DATA_DIR=str(empty), PORT=port)

    assert refused.returncode == 1
    assert refused.stdout == f"PORT must be a number from 1 to 65535, not {port!r}.\n"
