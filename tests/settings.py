"""The settings of the tests: those of production's code paths, with quick hashes and files that go away."""

import atexit
import os
import shutil
import tempfile

os.environ.setdefault("DEBUG", "1")
if "DATA_DIR" not in os.environ:
    # The processes of the suite share the folder of the one that began it, which takes it away.
    os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="marketplace-tests-")
    atexit.register(shutil.rmtree, os.environ["DATA_DIR"], ignore_errors=True)

from marketplace.settings import *  # noqa: F403

DEBUG = False
STYLEGUIDE = True
MAILBOX = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
OUTBOX_NUDGE = False
RULEBOOK_INDEX_SECONDS = 0
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
# Emptying a cache empties its whole Redis database, so each process of the suite has one of its own.
_address, _, _database = REDIS_URL.rpartition("/")  # noqa: F405
_own = int(WORKER.removeprefix("gw")) + 1 if WORKER.startswith("gw") else 0
CACHES["default"]["LOCATION"] = f"{_address}/{(int(_database or 0) + _own) % 16}"  # noqa: F405
SECURE_SSL_REDIRECT = False
SESSION_COOKIE_SECURE = False
CSRF_COOKIE_SECURE = False
WHITENOISE_AUTOREFRESH = True

# Migrated once for all test processes: see tools/suite.py.
if template := os.environ.get("TEST_DATABASE_TEMPLATE"):
    DATABASES["default"]["TEST"] = {"TEMPLATE": template}  # noqa: F405

# Whitenoise looks for the collected files; a test finds them where they are written.
STATIC_ROOT = DATA_DIR / "static"  # noqa: F405
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
