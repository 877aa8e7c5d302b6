"""What messages and announcements are about, without Django."""

from enum import StrEnum

LANGUAGES = ("zh-hans", "en")


class AnnouncementState(StrEnum):
    """Where an announcement stands."""

    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Subject(StrEnum):
    """What an announcement is about. The first three are changes that §4 wants announced beforehand."""

    NAME = "name"
    ADDRESS = "address"
    LOOK = "look"
    RULES = "rules"
    SERVICE = "service"


PLATFORM_CHANGES = frozenset({Subject.NAME, Subject.ADDRESS, Subject.LOOK})
