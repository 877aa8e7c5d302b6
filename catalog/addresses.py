"""Where the catalog's own files are served."""


def cover_address(product_id: int, stored: str) -> str:
    """Where a cover is served (its content names it, so it is cached for good); empty where there is none."""
    return f"/covers/{product_id}/{stored.rpartition('/')[2]}" if stored else ""
