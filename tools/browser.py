"""The browser of the journeys: Debian's Chromium and fonts with Chinese characters."""

import os
import shutil
import subprocess
import time
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
)
ADVICE = "Debian: apt-get install chromium fonts-noto-cjk"


def find() -> str | None:
    """The path of a Chromium, `CHROMIUM` before all others."""
    named = os.environ.get("CHROMIUM")
    if named and os.access(named, os.X_OK):
        return named
    return next(filter(None, map(shutil.which, NAMES)), None)


def _has_fonts() -> bool:
    if shutil.which("fc-list"):
        return bool(subprocess.run(["fc-list", ":lang=zh-cn"], capture_output=True, text=True).stdout.strip())
    return any(Path(font).exists() for font in FONTS)


def ensure() -> str:
    """See to it that the journeys have what they need; returns what is missing, in words, or nothing.

    Installs it on Debian as root; elsewhere it says what to install.
    """
    wanted = ([] if find() else ["chromium"]) + ([] if _has_fonts() else ["fonts-noto-cjk"])
    if wanted and os.geteuid() == 0 and shutil.which("apt-get"):
        _apt_get(wanted)
    missing = ([] if find() else ["Chromium"]) + ([] if _has_fonts() else ["fonts with Chinese characters"])
    return " and ".join(missing)


def _apt_get(packages: list[str]) -> None:
    began = time.monotonic()
    print(f"  · Installing {' and '.join(packages)} …", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update", "-q"],
        ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages],
    ):
        done = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        if done.returncode:
            print(f"    {' '.join(command[:2])}: {(done.stderr.strip().splitlines() or ['failed'])[-1]}")
    print(f"  ✓ Browser  {time.monotonic() - began:.1f} s", flush=True)
