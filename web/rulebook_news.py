"""A published revision of the rules is announced to everybody, before it takes effect (4, 29)."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from core.acts import SYSTEM, Actor, act
from notifications.services import announcement_publish, announcement_write
from notifications.types import LANGUAGES, Subject
from regulation.models import RulebookVersion
from regulation.selectors import rulebook_named, rulebook_of
from regulation.types import moment
from web.storefront.changes import change_lines

LONGEST = 19_000


@act
def rulebook_announce(*, version: RulebookVersion, actor: Actor, now: datetime) -> None:
    """Announce a published version in both languages: from when it holds, why, and what it changes (§29).

    Whoever published it signs the announcement; a version that no account published is announced by nobody.
    """
    author = User.objects.filter(pk=actor.id or 0).first()
    if author is None or version.effective_at is None:
        return
    title, body = {}, {}
    for language in LANGUAGES:
        with override(language):
            title[language] = _("The rules change on %(day)s") % {"day": moment(version.effective_at)}
            body[language] = _words(version)
    # Publishing is the act; that everybody is told follows from it, whatever else the operator may do.
    announcement = announcement_write(
        author=author,
        about=Subject.RULES,
        title=title,
        body=body,
        effective_at=version.effective_at,
        actor=SYSTEM,
        now=now,
    )
    announcement_publish(announcement=announcement, actor=SYSTEM, now=now)


def _words(version: RulebookVersion) -> str:
    lines = [
        _("Version %(version)s of the rules holds from then on. What happened before is judged by the rules before.")
        % {"version": version.version},
        _("Why: %(note)s") % {"note": version.note},
    ]
    lines += [
        _("%(name)s: %(before)s → %(after)s")
        % {"name": line.name, "before": line.before or "—", "after": line.after or "—"}
        for line in change_lines(rulebook_named(version.based_on), rulebook_of(version))
    ]
    return "\n".join(lines)[:LONGEST]
