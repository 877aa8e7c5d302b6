"""The operators' screens of the regulation: versions of the rulebook, decisions, the trail and its seals."""

from regulation.admin import trail, versions

__all__ = ["trail", "versions"]
