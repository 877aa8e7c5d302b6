"""The WSGI application as `make run` serves it: each web process ends with the server that started it."""

from marketplace.embedded.processes import die_with_parent
from marketplace.wsgi import application

die_with_parent()

__all__ = ["application"]
