"""`python -m marketplace.supervisor.healthcheck web|worker|beat`: exit status 0 when that part does its work.

For containers, each of which runs one part.
"""

import http.client
import os
import socket
import sys

# Beat writes down when it last sent each task; the most frequent ones are due every minute.
BEAT_SILENCE_MINUTES = 15


def web() -> bool:
    """The web process answers, and reaches its database and broker."""
    line = http.client.HTTPConnection("127.0.0.1", int(os.environ.get("PORT") or 8000), timeout=5)
    try:
        line.request("GET", "/healthz")
        return line.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()


def worker() -> bool:
    """The worker of this host answers a ping over the broker."""
    from marketplace.celery import app

    name = f"celery@{socket.gethostname()}"
    return bool(app.control.inspect(destination=[name], timeout=5).ping())


def beat() -> bool:
    """A task was sent not long ago, or beat has only just begun."""
    import environ
    import psycopg2

    told = environ.Env.db_url_config(os.environ["DATABASE_URL"])
    line = psycopg2.connect(
        dbname=told["NAME"],
        user=told["USER"] or None,
        password=told["PASSWORD"] or None,
        host=told["HOST"] or None,
        port=told["PORT"] or None,
        connect_timeout=5,
    )
    try:
        with line.cursor() as cursor:
            cursor.execute(
                "SELECT count(last_run_at) = 0 OR max(last_run_at) > now() - make_interval(mins => %s)"
                " FROM django_celery_beat_periodictask WHERE enabled",
                [BEAT_SILENCE_MINUTES],
            )
            return bool(cursor.fetchone()[0])
    finally:
        line.close()


PARTS = {"web": web, "worker": worker, "beat": beat}


def main(arguments: list[str]) -> int:
    """Ask one part how it is."""
    if len(arguments) != 1 or arguments[0] not in PARTS:
        print(__doc__)
        return 2
    try:
        well = PARTS[arguments[0]]()
    except Exception as problem:
        print(f"{type(problem).__name__}: {problem}")
        return 1
    print("ok" if well else "no answer")
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
