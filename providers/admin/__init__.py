"""The operators' desk for providers: the queue of applications, reported changes, restrictions, agreements."""

from providers.admin import applications, papers, people

__all__ = ["applications", "papers", "people"]
