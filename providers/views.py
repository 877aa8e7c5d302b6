"""Files of providers: papers, for those who may read them, and logos, for everybody."""

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from core import clock
from core.errors import NotFound
from core.uploads import file_response
from providers import selectors


@require_GET
@login_required
def paper(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A paper's file: for the provider's team, where the role covers papers, and for operators. Not Found for
    others.
    """
    try:
        found = selectors.document_for(request.user, pk)
    except NotFound:
        raise Http404 from None
    return file_response(found.file, name=found.file_name, content_type=found.content_type)


@require_GET
def logo(request: HttpRequest, slug: str, sha: str) -> HttpResponseBase:
    """A shown store's logo. Its address holds the digest of what it shows, so that it may be kept for good."""
    try:
        store = selectors.store_by_slug(slug, clock.now())
    except NotFound:
        raise Http404 from None
    if not store.logo_sha or not store.logo_sha.startswith(sha):
        raise Http404
    response = FileResponse(store.logo.open("rb"), content_type=store.logo_type)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
