"""Every page that a person reads: all addresses of the resolver but those that answer with something else."""

import re
from collections.abc import Iterator

from django.contrib import admin

from tests.web.scene import Scene
from tests.web.walking import address, first_of, patterns

# What answers with a file, with data or a part of a page, leads elsewhere, or takes only a POST.
NO_PAGE = re.compile(
    r"""
    ^(api/(schema|v1)/|i18n/|covers/|papers/|stores/|payments/callbacks/|sandbox-gateway/|styleguide/(cover|logo)\.svg)
    | /files/ | ^\w+/files/ | /export/ | /evidence/ | /workbook/$ | /recovery-codes/download/$ | ^mailbox/.*/html/$
    | ^pay/.*/(state|gateway)/$ | ^orders/<str:number>/pay/$ | ^messages/read/$ | ^account/tokens/.*/revoke/$
    | ^accounts/(oidc|social|3rdparty/(login/error|signup))/
    | ^console/(application|documents)/part/ | ^console/conversations/auto-reply/
    | ^admin/(autocomplete|search|jsi18n|login|logout|password_change)/ | ^admin/<url>$
    | ^admin/\w+/\w+/(add|next)/$ | /<path:object_id>/(claim|take-over|release|delete|history|compare)/$
    | /<path:object_id>/$ | ^admin/django_celery_beat/
    """,
    re.VERBOSE,
)
# Steps that come only after others: `test_every_step_of_signing_in` goes to them.
STEPS = re.compile(
    r"^accounts/(confirm-email|login/code/confirm|password/reset/(confirm|complete)|phone/verify|2fa/authenticate)/$"
)
# Of what the desk draws with the same two templates as all else, these have no row here or none in their state.
NO_ROW = re.compile(
    r"""
    ^admin/(deposits/(additionaldeposit|deduction|depositreturn|topupdemand) | notifications/announcementreceipt
    | payments/(difference|gatewaymessage|payback|payout|reconciliation) | providers/lapseduty | regulation/auditseal
    | violations/yeartally)/<path:object_id>/
    | ^admin/(catalog/product|providers/restriction)/<path:object_id>/lift/ | ^admin/payments/straypayment/.*/take/
    | ^admin/settlements/statement/<path:object_id>/(answer|withdraw|approve-finance|pay-again)/
    """,
    re.VERBOSE,
)
READERS = (
    ("admin/", "superuser"),
    ("console/application/", "applicant"),
    ("console/promotions/<slug:number>/", "another provider"),
    ("console/", "owner"),
    ("accounts/2fa/(totp/deactivate|recovery-codes|reauthenticate)/", "guarded"),
    ("accounts/password/set/", "newcomer"),
    ("accounts/(2fa/|reauthenticate|email|phone|3rdparty/$|logout|password/change/)", "buyer"),
    ("account/|messages/|pay/|checkout/|orders/|refunds/|complaints/|infringement/", "buyer"),
    ("p/<slug:slug>/infringement/", "buyer"),
    ("", "signed out"),
)
# The same address with other things in it, and where somebody has nothing yet.
MORE = {
    "signed out": ["/search/?q=日志&class=application&price=to1000", "/search/?q=nothing-of-the-kind"],
    "buyer": [
        "/orders/{work}/", "/orders/{done}/", "/orders/{handed}/", "/orders/{subscription}/", "/orders/{unpaid}/",
        "/orders/{order}/do/claim_warranty/", "/orders/{delivered}/refund/", "/refunds/{quarrel}/",
        "/complaints/new/?order={order}", "/orders/?state=placed", "/orders/?q=nothing-of-the-kind",
        "/search/?q=日志",
    ],
    "owner": [
        "/console/orders/{order}/", "/console/products/{written}/plans/", "/console/products/{written}/details/",
        "/console/refunds/{quarrel}/", "/console/orders/?q=nothing-of-the-kind",
    ],
    "another provider": ["/console/", "/console/orders/", "/console/refunds/", "/orders/", "/complaints/"],
    "leaver": ["/console/", "/console/leaving/"],
    "newcomer": ["/console/application/", "/account/", "/orders/"],
    "guarded": ["/accounts/2fa/"],
    "superuser": ["/admin/orders/order/?q=nothing-of-the-kind"],
}  # fmt: skip
VIEWS = (("zh-hans", "light", 1280), ("en", "dark", 360), ("en", "light", 1280), ("zh-hans", "dark", 360))
READING = tuple(dict.fromkeys([role for _start, role in READERS] + list(MORE)))
View = tuple[str, str, int]


def pages(market: Scene, role: str) -> dict[View, list[str]]:
    """Which addresses somebody looks at, in which view.

    A page is seen in two views that differ in language, theme and width, and the pages take turns; the lists and
    forms of the desk, drawn from few templates, in one of the four.
    """
    found: dict[View, list[str]] = {view: [] for view in VIEWS}
    for turn, path in enumerate(dict.fromkeys(_addresses(market, role))):
        at = turn % 4
        for view in [VIEWS[at]] if _plain(path) else [VIEWS[at], VIEWS[at ^ 1]]:
            found[view].append(path)
    return found


def _addresses(market: Scene, role: str) -> Iterator[str]:
    for pattern in patterns():
        if reader_of(pattern) == role and not any(one.search(pattern) for one in (NO_PAGE, STEPS, NO_ROW)):
            yield address(pattern, market.known, first_of) + market.queries.get(pattern, "")
    for path in MORE.get(role, []):
        yield path.format(**market.names)


def reader_of(pattern: str) -> str:
    """Who looks at the pages of an address."""
    return next(role for start, role in READERS if re.match(start, pattern))


def _plain(path: str) -> bool:
    """Whether a page of the desk is drawn as all others of its kind."""
    model = re.match(r"/admin/(\w+)/(\w+)/\d+/change/$", path)
    if model is None:
        return path.startswith("/admin/") and path.count("/") > 3
    screen = next(one for one in admin.site._registry if one._meta.label_lower == f"{model[1]}.{model[2]}")
    return not hasattr(admin.site._registry[screen], "review")
