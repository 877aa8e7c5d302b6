"""What `make run` shows: each step as it goes, with how long it took."""

import shutil
import sys
import threading
import time
import unicodedata

_PULSE = 5.0  # seconds between signs of life where a line cannot be redrawn


class Step:
    """One step on the screen. Use as a context manager; `detail` is shown when it is done."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.detail = ""
        self.live = sys.stdout.isatty()

    def __enter__(self) -> "Step":
        self.began = time.monotonic()
        self.over = threading.Event()
        self.drawer = threading.Thread(target=self._draw, daemon=True)
        self.drawer.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.over.set()
        self.drawer.join()
        took = time.monotonic() - self.began
        mark = "✗" if kind else "✓"
        text = f"{self.title} — {self.detail}" if self.detail and not kind else self.title
        self._clear()
        print(f"  {mark} {text}  {took:.1f} s", flush=True)

    def _draw(self) -> None:
        frame = 0
        while not self.over.wait(0.1 if self.live else _PULSE):
            took = time.monotonic() - self.began
            text = f"{self.title} … {self.detail}".rstrip()
            if self.live:
                self._clear()
                print(_fit(f"  {'⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'[frame % 10]} {text}  {took:.0f} s"), end="", flush=True)
            else:
                print(f"  · {text}  {took:.0f} s", flush=True)
            frame += 1

    def _clear(self) -> None:
        if self.live:
            print("\r\x1b[K", end="")


def _fit(text: str) -> str:
    """Cut to one line of the terminal; a wide character takes two places."""
    room = shutil.get_terminal_size().columns - 1
    for place, character in enumerate(text):
        room -= 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if room < 0:
            return text[:place]
    return text


def note(text: str) -> None:
    """Something that happened while running, with the time of day."""
    print(f"  {time.strftime('%H:%M:%S')} {text}", flush=True)
