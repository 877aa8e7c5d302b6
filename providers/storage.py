"""Where files lie: papers outside everything that is served, logos under names made of their content."""

from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.files.storage import FileSystemStorage, Storage, storages


class NoAddressStorage(FileSystemStorage):
    """A folder whose files have no address: they are read through a view that asks who is looking."""

    def url(self, name: str | None) -> str:
        raise ValueError("This file is not accessible via a URL.")


def private_storage() -> Storage:
    """The storage of papers: `STORAGES["private"]` where it is set, else a folder that no address leads to."""
    if "private" in settings.STORAGES:
        return storages["private"]
    return NoAddressStorage(location=Path(settings.DATA_DIR) / "private")


def document_path(document: Any, name: str) -> str:
    """A path that cannot be guessed and holds nothing of the uploader's name."""
    return f"papers/{document.provider_id}/{uuid4().hex}{Path(name).suffix.lower()}"


def logo_path(store: Any, name: str) -> str:
    """A logo's path: its content's digest."""
    return f"logos/{store.provider_id}-{store.logo_sha[:24]}{Path(name).suffix.lower()}"
