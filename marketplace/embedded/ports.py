"""Free ports on the loopback address."""

import socket
from pathlib import Path

from marketplace.embedded.errors import ServerError

LOOPBACK = "127.0.0.1"


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Whether a server could listen on the port now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As servers do: a port in TIME_WAIT is free, a port that somebody listens on is not.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError:
            return False
    return True


def choose(memory: Path, first: int) -> int:
    """The port remembered in `memory` when it is free, else the next free one, which is remembered."""
    try:
        remembered = int(memory.read_text())
    except (OSError, ValueError):
        remembered = first
    for port in [remembered, *range(first, first + 200)]:
        if is_free(port):
            if port != remembered or not memory.exists():
                memory.write_text(f"{port}\n")
            return port
    raise ServerError(f"No free port between {first} and {first + 199} on {LOOPBACK}: stop what holds them.")
