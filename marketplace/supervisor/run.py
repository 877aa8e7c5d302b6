"""`make run`, in order: checks, servers, migrations and demo, web, worker, beat; then watching until stopped."""

import fcntl
import http.client
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from marketplace.embedded import folders, holds, ports, processes
from marketplace.embedded.errors import ServerError
from marketplace.embedded.state import Files, State, open_lock, try_lock
from marketplace.supervisor import connections
from marketplace.supervisor.console import Step, note
from marketplace.supervisor.services import Guard, Service

ADDRESSES = [
    ("Storefront 商城", "/"),
    ("Provider console 服务商", "/console/"),
    ("Operators 运营后台", "/admin/"),
    ("API documentation", "/api/docs/"),
    ("Mailbox 邮件", "/mailbox/"),
]
TITLES = {"postgres": "PostgreSQL", "redis": "Redis"}
START_PATIENCE = 120.0


class Halt(Exception):
    """The marketplace cannot run. The message is for a person and names a way out."""


class Stopped(BaseException):
    """Ctrl-C or SIGTERM came while something was still starting."""


class Supervisor:
    """One running marketplace."""

    def __init__(self) -> None:
        self.data = folders.data_dir()
        self.host = os.environ.get("HOST", "127.0.0.1")
        self.port = int(os.environ.get("PORT") or 8000)
        near = "127.0.0.1" if self.host in ("0.0.0.0", "::", "") else self.host
        self.near = near
        self.site = f"http://{f'[{near}]' if ':' in near else near}:{self.port}"
        self.stopping = False
        self.hurry = False
        self.interruptible = False
        self.holds: dict[str, holds.Hold] = {}
        self.seen: dict[str, State] = {}
        self.services: list[Service] = []
        self.guard: Guard | None = None
        self.accounts = ""
        # Killed with `kill -9`, make cannot tell us: its child then gets another parent.
        self.parent = os.getppid() if os.environ.pop("MAKELEVEL", "") else None
        os.environ.pop("MAKEFLAGS", None)
        self.wake_read, self.wake_write = os.pipe()
        os.set_blocking(self.wake_read, False)
        os.set_blocking(self.wake_write, False)

    def run(self) -> int:
        """Start everything, watch it until told to stop, stop it. Returns the exit status."""
        began = time.monotonic()
        status = 0
        self._listen()
        try:
            self._claim()
            self.interruptible = True
            self._start_servers()
            self.guard = Guard()
            self._prepare()
            self._start_services()
            self.interruptible = False
            self._welcome(time.monotonic() - began)
            while not self.stopping:
                self._watch()
                self._pause(0.5)
        except Stopped:
            pass
        except (Halt, ServerError) as problem:
            print(f"\n  {problem}", flush=True)
            status = 1
        finally:
            self.interruptible = False
            self._stop()
        return status

    # Signals

    def _listen(self) -> None:
        signal.set_wakeup_fd(self.wake_write, warn_on_full_buffer=False)
        for sig in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(sig, self._told_to_stop)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def _told_to_stop(self, *_: object) -> None:
        self.hurry = self.stopping
        self.stopping = True
        if self.interruptible:
            self.interruptible = False
            raise Stopped

    def _pause(self, seconds: float) -> None:
        with selectors.DefaultSelector() as waiting:
            waiting.register(self.wake_read, selectors.EVENT_READ)
            if waiting.select(seconds):
                os.read(self.wake_read, 4096)

    # Starting

    def _claim(self) -> None:
        """One marketplace a data folder, and a port that is free, before anything is started."""
        folders.make(self.data)
        place = self.data / "run.lock"
        self.lock = open_lock(place)
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            other = json.loads(place.read_text() or "{}")
            raise Halt(
                f"This marketplace already runs at {other.get('site')} (process {other.get('pid')}): stop that one "
                "first, or give this one a data folder of its own (DATA_DIR=… PORT=8001 make run)."
            ) from None
        os.ftruncate(self.lock, 0)
        os.pwrite(self.lock, json.dumps({"pid": os.getpid(), "site": self.site}).encode(), 0)
        if not ports.is_free(self.port, self.host or "127.0.0.1"):
            raise Halt(f"Port {self.port} is taken by another program: choose one, PORT={self.port + 1} make run")
        os.environ.setdefault("SITE_URL", self.site)

    def _start_servers(self) -> None:
        problems = {"postgres": connections.database_problem, "redis": connections.redis_problem}
        for name, title in (("postgres", "Database"), ("redis", "Broker")):
            variable = "DATABASE_URL" if name == "postgres" else "REDIS_URL"
            said: list[str] = []
            with Step(title) as step:
                if url := os.environ.get(variable):
                    step.detail = connections.shown(url)
                    if problem := problems[name](url):
                        raise Halt(problem)
                    continue
                held = holds.hold(name, self.data, say=said.append)
                self.holds[name] = held
                self.seen[name] = held.state()
                os.environ[variable] = held.url
                where = self.seen[name].port
                step.detail = f"embedded {TITLES[name]} {held.version}, port {where}, data in {_short(self.data)}"
            for line in said:
                print(f"    {line}", flush=True)

    def _prepare(self) -> None:
        """Migrations, rulebook and demo, in a process of their own that reports each step."""
        assert self.guard is not None
        log = self.data / "logs" / "prepare.log"
        folders.make(log.parent)
        with log.open("wb") as errors:
            worker = subprocess.Popen(
                [sys.executable, "-m", "marketplace.supervisor.prepare"],
                cwd=folders.ROOT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                start_new_session=True,
                preexec_fn=processes.leashed(signal.SIGTERM),
            )
        self.guard.tell("+", worker.pid)
        try:
            assert worker.stdout is not None
            events = iter(worker.stdout)
            for line in events:
                event = json.loads(line)
                if "step" in event:
                    self._follow(event["step"], events, log)
                elif "accounts" in event:
                    self.accounts = event["accounts"]
                elif "failed" in event:
                    raise Halt(f"{event['failed']} (log: {log})")
            if worker.wait() != 0:
                raise Halt(f"Preparing ended by {processes.ended_how(worker.returncode)} (log: {log})")
        finally:
            processes.signal_group(worker.pid, signal.SIGKILL)
            worker.wait()
            self.guard.tell("-", worker.pid)

    def _follow(self, title: str, events: Iterator[bytes], log: Path) -> None:
        with Step(title) as step:
            for line in events:
                event = json.loads(line)
                if "line" in event:
                    step.detail = event["line"]
                elif "done" in event:
                    step.detail = event["done"]
                    return
                elif "failed" in event:
                    raise Halt(f"{title}: {event['failed']} (log: {log})")
            raise Halt(f"{title} ended unexpectedly (log: {log})")

    def _start_services(self) -> None:
        assert self.guard is not None
        cores = os.cpu_count() or 2
        web = [
            "-m",
            "granian",
            "--interface",
            "wsgi",
            "--host",
            self.host,
            "--port",
            str(self.port),
            "--no-ws",
        ]
        web += ["--workers", os.environ.get("WEB_WORKERS", str(min(cores, 4))), "--respawn-failed-workers"]
        web += [
            "--blocking-threads",
            os.environ.get("WEB_THREADS", "8"),
            "marketplace.supervisor.web:application",
        ]
        celery = ["-m", "celery", "-A", "marketplace.supervisor.tasks:app"]
        pool = [
            "--concurrency",
            os.environ.get("WORKER_PROCESSES", "2"),
            "--without-gossip",
            "--without-mingle",
        ]
        scheduler = ["-S", "django_celery_beat.schedulers:DatabaseScheduler", "--pidfile="]
        self.services = [
            Service("Web server", "web", web, self._web_answers, self.data),
            Service("Worker", "worker", [*celery, "worker", *pool], _told_ready, self.data, grace=20.0),
            Service("Beat", "beat", [*celery, "beat", *scheduler], _told_ready, self.data),
        ]
        # The web server first: people wait for it. The other two then load beside each other.
        for batch in (self.services[:1], self.services[1:]):
            with Step(" and ".join(service.title for service in batch)) as step:
                step.detail = self.site if batch[0].name == "web" else ""
                for service in batch:
                    service.start(self.guard)
                deadline = time.monotonic() + START_PATIENCE
                while waiting := [service for service in batch if not service.is_ready()]:
                    ended = [service for service in waiting if service.has_ended()]
                    if ended or time.monotonic() > deadline:
                        late = (ended or waiting)[0]
                        raise Halt(f"{late.title} does not start (log: {late.log}):\n{late.last_words()}")
                    self._pause(0.1)
                for service in batch:
                    service.announced = True

    def _web_answers(self, service: Service) -> bool:
        line = http.client.HTTPConnection(self.near, self.port, timeout=5)
        try:
            line.request("GET", "/healthz")
            return line.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            line.close()

    def _welcome(self, took: float) -> None:
        print(f"\n  The marketplace is open ({took:.1f} s).\n", flush=True)
        for title, path in ADDRESSES:
            print(f"  {self.site + path:<38} {title}")
        print("\n  Demo sign-ins")
        text = self.accounts or "none: this release has no demo_accounts command"
        print("\n".join(f"    {line}".rstrip() for line in text.splitlines()))
        if self.host not in ("127.0.0.1", "localhost", "::1") and "DEBUG" not in os.environ:
            print("\n  HOST opens this development server to the network; see docs/operations.md for production.")
        print(f"\n  Ctrl-C stops everything. Logs: {_short(self.data / 'logs')}", flush=True)

    # Watching

    def _watch(self) -> None:
        assert self.guard is not None
        if self.parent is not None and os.getppid() != self.parent:
            note("make has gone: stopping")
            self.stopping = True
            return
        if not self.guard.lives():
            self.guard = Guard()
            for service in self.services:
                if service.process is not None:
                    self.guard.tell("+", service.process.pid)
        for name in self.holds:
            self._watch_server(name)
        for service in self.services:
            self._watch_service(service)

    def _watch_server(self, name: str) -> None:
        """Tell what its keeper reports; replace a keeper that was killed."""
        held, before = self.holds[name], self.seen[name]
        state = held.state()
        if not held.files.keeper_lives():
            note(f"{TITLES[name]}: its keeper ended; starting another")
            holds.start_keeper(held.files, "lasting")
            processes.wait_until(held.files.keeper_lives, 5.0)
            return
        if state.keeper != before.keeper and state.ready:
            note(f"{TITLES[name]} answers again")
        for event in state.events:
            if event not in before.events:
                note(f"{TITLES[name]} {event.partition(' ')[2]}")
        if state.ready and state.url != held.url:
            held.url = state.url
            os.environ["DATABASE_URL" if name == "postgres" else "REDIS_URL"] = state.url
            note(f"{TITLES[name]} had to move to port {state.port}: restarting what uses it")
            for service in self.services:
                service.ask_to_end()
        if state.ready or state.keeper == before.keeper:
            self.seen[name] = state

    def _watch_service(self, service: Service) -> None:
        assert self.guard is not None
        if service.has_ended():
            how = service.bury(self.guard)
            assert service.due is not None
            wait = max(0.0, service.due - time.monotonic())
            note(f"{service.title} ended by {how}; starting again in {wait:.1f} s (log: {_short(service.log)})")
        elif service.due is not None and time.monotonic() >= service.due:
            service.start(self.guard)
        elif not service.announced and service.is_ready():
            service.announced = True
            note(f"{service.title} is back after {time.monotonic() - service.began:.1f} s")

    # Stopping

    def _stop(self) -> None:
        """Web and beat first, so that nothing new comes in; then the worker; then the servers."""
        running = [service for service in self.services if service.process is not None]
        if running or self.holds:
            print("\n  Stopping …", flush=True)
        for service in running:
            service.ask_to_end()
        for service in running:
            if self.guard is not None:
                service.end(self.guard, lambda: self.hurry)
        if self.guard is not None:
            self.guard.dismiss()
        for held in self.holds.values():
            held.release()
        for name, held in self.holds.items():
            if not processes.wait_until(lambda: not _keeps_on(held.files), 30.0):  # noqa: B023
                note(f"{TITLES[name]} does not end: see {held.files.log}")
            elif held.files.keeper_lives():
                note(f"{TITLES[name]} stays up for another command that uses it")
        processes.reap_orphans(keep=None)
        if running or self.holds:
            print("  Stopped.", flush=True)


def _told_ready(service: Service) -> bool:
    return service.ready_file.exists()


def _keeps_on(files: Files) -> bool:
    """Whether the keeper is still about to end: it lives, and no other user is the reason."""
    return files.keeper_lives() and not _others(files)


def _others(files: Files) -> bool:
    """Whether somebody else holds the server: a user shares the lock, the ending keeper does not."""
    shared = try_lock(files.users, fcntl.LOCK_SH)
    alone = try_lock(files.users, fcntl.LOCK_EX)
    # Asked again, since the keeper may have taken the lock between the two questions.
    return shared and not alone and try_lock(files.users, fcntl.LOCK_SH)


def _short(path: Path) -> str:
    try:
        return str(path.relative_to(folders.ROOT))
    except ValueError:
        return str(path)


def main() -> int:
    """Run the marketplace until told to stop."""
    port = os.environ.get("PORT") or "8000"
    if not port.isdigit() or not 0 < int(port) < 65536:
        print(f"PORT must be a number from 1 to 65535, not {port!r}.")
        return 1
    return Supervisor().run()
