"""`make run` on an empty data folder, and again: seconds until the storefront answers, beside loading the application.

`--size` is the number of second starts; the quickest counts. A second start is wanted within 10 seconds.
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from benchmarks import ground

ROOT = Path(__file__).resolve().parents[1]
WANTED = 10.0
OURS = {"DATABASE_URL", "REDIS_URL", "DEBUG", "DJANGO_SETTINGS_MODULE"}


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return int(place.getsockname()[1])


def started(folder: str) -> float:
    """Seconds from the command to the first answer; it is stopped again."""
    port = free_port()
    environ = {name: value for name, value in os.environ.items() if name not in OURS}
    environ |= {"DATA_DIR": folder, "PORT": str(port)}
    begun = time.perf_counter()
    program = subprocess.Popen([sys.executable, "launch.py", "run"], cwd=ROOT, env=environ, stdout=subprocess.DEVNULL)
    try:
        while not _answers(port):
            if program.poll() is not None:
                raise SystemExit(f"launch.py run left with {program.returncode}")
            time.sleep(0.05)
        return time.perf_counter() - begun
    finally:
        program.send_signal(signal.SIGTERM)
        program.wait(60)


def _answers(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/", timeout=30) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def main() -> None:
    given = ground.arguments(__doc__ or "", 3)
    begun = time.perf_counter()
    subprocess.run([sys.executable, "manage.py", "check"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    loading = time.perf_counter() - begun
    with tempfile.TemporaryDirectory() as folder:
        first = started(folder)
        again = min(started(folder) for _turn in range(given.size))
    print(f"loading the application {loading:.1f} s, a first start {first:.1f} s")
    print(f"a second start {again:.1f} s, wanted within {WANTED:.0f}{'' if again <= WANTED else '  ABOVE'}")


if __name__ == "__main__":
    main()
