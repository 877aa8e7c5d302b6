"""The embedded servers live as long as somebody holds them, lose nothing, and say what is wrong in one line."""

import os
import shutil
import signal
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
import redis

from marketplace.embedded import folders, postgres, processes
from marketplace.embedded.errors import ServerError
from marketplace.embedded.holds import Hold, hold, is_running
from tests.house.machine import Program, finished, until

pytestmark = pytest.mark.serial

HOLDER = """
import signal, sys
from pathlib import Path
from marketplace.embedded.holds import hold
print(hold(sys.argv[1], Path(sys.argv[2]), "throwaway").url, flush=True)
print("held", flush=True)
signal.pause()
"""


@pytest.fixture
def place() -> Iterator[Path]:
    """A data folder that the server's account can enter; whatever serves from it is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="house-") as scratch:
        Path(scratch).chmod(0o755)
        folder = folders.make(Path(scratch) / "data")
        yield folder
        for name in ("postgres", "redis"):
            until(lambda: not is_running(name, folder), f"{name} ended with its last holder", 30)  # noqa: B023


@pytest.fixture
def database(place: Path) -> Iterator[Hold]:
    held = hold("postgres", place)
    yield held
    held.release()


def rows(url: str) -> list[int]:
    line = psycopg2.connect(url)
    try:
        with line, line.cursor() as cursor:
            cursor.execute("CREATE TABLE IF NOT EXISTS kept (n integer)")
            cursor.execute("SELECT n FROM kept ORDER BY n")
            return [row[0] for row in cursor.fetchall()]
    finally:
        line.close()


def keep(url: str, number: int) -> None:
    rows(url)
    line = psycopg2.connect(url)
    try:
        with line, line.cursor() as cursor:
            cursor.execute("INSERT INTO kept VALUES (%s)", [number])
    finally:
        line.close()


def answers(url: str) -> bool:
    try:
        rows(url)
    except psycopg2.OperationalError:
        return False
    return True


def test_a_server_ends_with_its_last_holder_and_not_before(place: Path, tmp_path: Path) -> None:
    first = hold("postgres", place, "throwaway")
    other = Program(["-c", HOLDER, "postgres", str(place)], tmp_path / "other")
    other.until_says("held")
    keep(first.url, 1)

    first.release()
    assert not processes.wait_until(lambda: not answers(first.url), 1.0)
    assert first.url in other.said

    other.kill()
    until(lambda: not is_running("postgres", place), "the server ended with its killed holder", 20)
    again = hold("postgres", place, "throwaway")
    assert rows(again.url) == [1]
    again.release()


def test_a_killed_postgresql_comes_back_where_it_was_with_every_row(database: Hold) -> None:
    keep(database.url, 7)
    pid = database.state().pid

    os.kill(pid, signal.SIGKILL)
    until(lambda: database.state().pid != pid and database.state().ready, "PostgreSQL came back")

    assert database.state().url == database.url
    assert rows(database.url) == [7]
    assert any("SIGKILL" in event for event in database.state().events)


def test_a_killed_postgresql_comes_back_although_a_session_was_busy(database: Hold) -> None:
    line = psycopg2.connect(database.url)
    cursor = line.cursor()
    cursor.execute("SELECT pg_backend_pid()")
    backend = cursor.fetchone()[0]
    os.kill(backend, signal.SIGSTOP)  # a session that will not notice that its server has gone
    pid = database.state().pid

    os.kill(pid, signal.SIGKILL)

    until(lambda: database.state().pid != pid and database.state().ready, "PostgreSQL came back")
    assert not processes.alive(backend)
    line.close()


def test_a_killed_keeper_leaves_no_server_and_the_next_holder_finds_everything(place: Path) -> None:
    first = hold("postgres", place)
    keep(first.url, 3)
    state = first.state()

    os.kill(state.keeper, signal.SIGKILL)
    until(lambda: not processes.alive(state.pid), "the server followed its keeper", 15)

    second = hold("postgres", place)
    assert second.url == first.url
    assert rows(second.url) == [3]
    first.release()
    second.release()


def test_a_killed_redis_loses_nothing_that_it_confirmed(place: Path) -> None:
    held = hold("redis", place, "lasting")
    redis.Redis.from_url(held.url).rpush("queue", "task")
    pid = held.state().pid

    os.kill(pid, signal.SIGKILL)
    until(lambda: held.state().pid != pid and held.state().ready, "Redis came back")

    assert redis.Redis.from_url(held.url).lrange("queue", 0, -1) == [b"task"]
    held.release()


def test_a_taken_port_gives_way_to_the_next_and_is_remembered(place: Path) -> None:
    with socket.socket() as squatter:
        squatter.bind(("127.0.0.1", 0))
        squatter.listen()
        taken = squatter.getsockname()[1]
        (place / "redis.port").write_text(str(taken))

        held = hold("redis", place, "throwaway")
        port = held.state().port
        held.release()

    assert port != taken
    assert int((place / "redis.port").read_text()) == port


def test_a_half_made_data_folder_is_moved_aside_and_said(place: Path) -> None:
    (place / "postgres" / "base").mkdir(parents=True)
    (place / "postgres" / "PG_VERSION").write_text("18\n")
    (place / "postgres.new").mkdir()  # what an interrupted first start leaves
    said: list[str] = []

    held = hold("postgres", place, "throwaway", say=said.append)

    assert rows(held.url) == []
    assert len(said) == 1
    assert "incomplete" in said[0]
    assert [path.name for path in place.glob("postgres.incomplete-*/PG_VERSION")] == ["PG_VERSION"]
    assert not (place / "postgres.new").exists()
    held.release()


def test_data_of_another_release_is_left_alone_and_the_way_out_is_named(place: Path) -> None:
    (place / "postgres" / "global").mkdir(parents=True)
    (place / "postgres" / "global" / "pg_control").write_bytes(b"x")
    (place / "postgres" / "PG_VERSION").write_text("9.6\n")

    with pytest.raises(ServerError, match=r"made by PostgreSQL 9.*docs/operations\.md"):
        hold("postgres", place, "throwaway")

    assert (place / "postgres" / "PG_VERSION").read_text() == "9.6\n"


@pytest.mark.parametrize(
    ("gone", "told"),
    [
        ("PG_VERSION", "is damaged"),
        ("global/pg_control", "does not start"),
        ("base", "cannot make the database"),
    ],
)
def test_a_damaged_data_folder_is_named_in_one_line_with_a_way_out_and_left_alone(
    place: Path, gone: str, told: str
) -> None:
    hold("postgres", place, "throwaway").release()
    until(lambda: not is_running("postgres", place), "the server ended", 30)
    part = place / "postgres" / gone
    if part.is_dir():
        shutil.rmtree(part)
    else:
        part.write_bytes(b"")
    before = sorted(path.name for path in (place / "postgres").iterdir() if not path.name.startswith("postmaster"))

    with pytest.raises(ServerError) as refused:
        hold("postgres", place, "throwaway")

    line = str(refused.value)
    assert told in line
    assert str(place / "postgres") in line
    assert "to start anew, or restore a backup" in line
    assert "\n" not in line
    assert before == sorted(
        path.name for path in (place / "postgres").iterdir() if not path.name.startswith("postmaster")
    )


def test_a_damaged_file_of_the_broker_is_named_with_a_way_out(place: Path) -> None:
    (place / "redis").mkdir()
    (place / "redis" / "appendonly.aof").write_text("neither a command nor a table")

    with pytest.raises(ServerError, match=r"Redis does not start .*Bad file format.* move it away to start anew"):
        hold("redis", place)


def test_without_a_wheel_the_way_out_is_named(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "installations", list)

    with pytest.raises(ServerError, match=r"No embedded PostgreSQL .* DATABASE_URL="):
        postgres.Postgres(place, "throwaway").prepare()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as another account")
def test_below_a_folder_that_the_account_cannot_enter_the_data_lies_elsewhere(place: Path) -> None:
    closed = place / "closed"
    closed.mkdir()
    closed.chmod(0o700)
    inside = folders.make(closed / "data")
    said: list[str] = []

    held = hold("postgres", inside, "throwaway", say=said.append)
    keep(held.url, 5)
    held.release()

    assert closed.stat().st_mode & 0o777 == 0o700
    assert not (inside / "postgres").exists()
    elsewhere = folders.private_folder(inside)
    assert (elsewhere / "postgres" / "PG_VERSION").exists()
    assert any(str(elsewhere) in line for line in said)
    until(lambda: not is_running("postgres", inside), "the server ended", 30)
    shutil.rmtree(elsewhere)


def test_a_dump_brings_everything_back(place: Path, tmp_path: Path) -> None:
    held = hold("postgres", place)
    keep(held.url, 1)
    file = str(tmp_path / "backup.pgdump")
    made = finished(["-m", "marketplace.embedded", "dump", file], DATA_DIR=str(place))
    assert (made.returncode, made.stdout) == (0, "")
    keep(held.url, 2)

    restored = finished(["-m", "marketplace.embedded", "restore", file], DATA_DIR=str(place))

    assert (restored.returncode, restored.stdout) == (0, "")
    assert rows(held.url) == [1]

    (tmp_path / "broken").write_text("not a backup")
    refused = finished(["-m", "marketplace.embedded", "restore", str(tmp_path / "broken")], DATA_DIR=str(place))
    assert refused.returncode == 1
    assert refused.stdout.count("\n") == 1
    assert rows(held.url) == [1]
    held.release()


def test_commands_share_one_server_and_some_start_none(place: Path) -> None:
    helped = finished(["manage.py", "help"], DATA_DIR=str(place))
    assert helped.returncode == 0
    decided = finished(["manage.py", "decide", "--list"], DATA_DIR=str(place))
    assert "refund.entitlement" in decided.stdout
    assert not (place / "postgres").exists()

    asked = finished(["manage.py", "showmigrations", "core"], DATA_DIR=str(place))

    assert asked.returncode == 0, asked.stdout
    assert "[ ] 0001" in asked.stdout
    until(lambda: not is_running("postgres", place), "the command's server ended with it", 30)
