"""The guard: ends what the supervisor started when the supervisor itself was killed.

It is told on its standard input which process groups exist (`+123`) and which have ended (`-123`). The
end of the input means that the supervisor is gone, however it went: whatever is still listed is then
asked to end, and after a grace period made to. Run as a file: `python -I guard.py`.
"""

import os
import signal
import sys
import time

GRACE = 8.0


def _signal(groups: set[int], sig: int) -> None:
    for group in groups:
        try:
            os.killpg(group, sig)
        except (ProcessLookupError, PermissionError):
            continue


def _left(groups: set[int]) -> set[int]:
    left = set()
    for group in groups:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            continue
        except PermissionError:
            pass
        left.add(group)
    return left


def main() -> None:
    """Listen until the supervisor is gone, then end what it left."""
    for sig in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sig, signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin:
        (groups.add if line[0] == "+" else groups.discard)(int(line[1:]))
    groups = _left(groups)
    _signal(groups, signal.SIGTERM)
    deadline = time.monotonic() + GRACE
    while (groups := _left(groups)) and time.monotonic() < deadline:
        time.sleep(0.05)
    _signal(groups, signal.SIGKILL)


if __name__ == "__main__":
    main()
