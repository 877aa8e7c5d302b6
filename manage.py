#!/usr/bin/env python
"""Django's commands. With no DATABASE_URL and REDIS_URL they use the embedded servers, started when needed."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
    from marketplace.embedded import environment

    environment.prepare(sys.argv)
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
