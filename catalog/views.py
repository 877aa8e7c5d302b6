"""Covers, for everybody who may see the product."""

from django.http import FileResponse, HttpRequest

from catalog import selectors

YEAR = 31_536_000


def cover(request: HttpRequest, product_id: int, name: str) -> FileResponse:
    """A cover by its name, which its content gives it: kept by browsers for good once the product was ever on sale."""
    found = selectors.cover_for(product_id=product_id, name=name, user=request.user)
    response = FileResponse(found.file.open("rb"), content_type="image/webp")
    response.headers["Content-Disposition"] = "inline"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable" if found.public else "private, no-store"
    return response
