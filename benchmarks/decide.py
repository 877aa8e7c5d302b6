"""`manage.py decide refund.entitlement --lines`, beside json reading and writing the same lines.

`--size` is the number of lines. Told: lines a second, and the most memory the command held.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import ground

ROOT = Path(__file__).resolve().parents[1]
BARE = "import json, sys\nfor line in sys.stdin:\n    print(json.dumps(json.loads(line), ensure_ascii=False))\n"


def timed(command: list[str], source: Path, answers: Path) -> tuple[float, float]:
    """Seconds, and the most memory in MB, of a command over the lines."""
    with source.open("rb") as lines, answers.open("wb") as out:
        start = time.perf_counter()
        process = subprocess.Popen(command, cwd=ROOT, stdin=lines, stdout=out, stderr=subprocess.DEVNULL)
        _pid, status, usage = os.wait4(process.pid, 0)
        taken = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 2):
        raise SystemExit(f"{command[1]} left with {process.returncode}")
    return taken, usage.ru_maxrss / 1024


def facts(n: int) -> dict[str, object]:
    """The facts of one request; classes, days and reasons in turn, so that every way through the rule is taken."""
    day = 1 + n % 28
    reason = [None, "delay", "not_as_described", "poor_quality"][n % 4]
    return {
        "product_class": ["application", "service", "tool"][n % 3],
        "paid_at": "2026-03-01T10:00:00+08:00",
        "requested_at": f"2026-03-{day:02d}T15:30:00+08:00",
        "paid": f"{100 + n % 5000}.00",
        "refunded": "0.00",
        "confirmed_at": None,
        "reason": reason,
        "reason_upheld": reason is not None,
        "caused_loss": False,
        "policy_percent": "50" if n % 2 else None,
        "term_starts_at": None,
        "term_ends_at": None,
    }


def main() -> None:
    given = ground.arguments(__doc__, 20_000)
    ground.set_up()
    with tempfile.TemporaryDirectory() as folder:
        source, answers = Path(folder) / "facts", Path(folder) / "answers"
        with source.open("w") as lines:
            lines.writelines(json.dumps(facts(n)) + "\n" for n in range(given.size))
        command = [sys.executable, "manage.py", "decide", "refund.entitlement", "--lines"]
        ours, memory = timed(command, source, answers)
        with answers.open() as out:
            count = refused = 0
            for line in out:
                count += 1
                refused += "error" in json.loads(line)
        bare, _memory = timed([sys.executable, "-c", BARE], source, answers)
        source.write_text(json.dumps(facts(1)) + "\n")
        starting, _memory = timed(command, source, answers)
    if count != given.size or refused:
        raise SystemExit(f"{count} answers, {refused} refused, for {given.size} lines")
    print(f"{given.size:,} lines in {ours:.1f} s ({starting:.1f} s of it to start), {memory:.0f} MB at most")
    ground.tell(ground.Beside("decide refund.entitlement --lines", given.size / ours, given.size / bare, "lines/s"))
    ground.close_books()


if __name__ == "__main__":
    main()
