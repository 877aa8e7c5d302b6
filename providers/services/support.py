"""The support that a store offers beside the chat (§12(1)1)."""

import re
from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from core.acts import Actor, act
from core.errors import InvalidInput
from providers.models import Provider, SupportProfile
from providers.selectors import provider_locked
from providers.services.guards import record, require_member
from providers.types import Permission

PHONE = re.compile(r"[0-9+() -]{5,24}")
LONGEST = {"phone_hours": 120, "technical": 1000, "product": 1000}
TEXTS = tuple(f"{name}_{language}" for name in LONGEST for language in ("zh", "en"))


@act
def support_profile_save(
    *, provider: Provider, phone: str, texts: Mapping[str, str], actor: Actor, now: datetime
) -> SupportProfile:
    """Say by which ways a store helps its users: by phone, with technical and with product questions (§12(1)1).

    `texts` are the fields of the profile by name; what is empty is not offered. Raises InvalidInput naming the field.
    """
    locked = provider_locked(provider.pk)
    require_member(actor, locked, Permission.STORE)
    values = {"phone": phone.strip(), **{name: texts.get(name, "").strip() for name in TEXTS}}
    if values["phone"] and not PHONE.fullmatch(values["phone"]):
        raise InvalidInput(_("Give a phone number that people can dial."), field="phone", clauses=["12(1)1"])
    for name in TEXTS:
        most = LONGEST[name.rpartition("_")[0]]
        if len(values[name]) > most:
            raise InvalidInput(_("This text has at most %(most)d characters.") % {"most": most}, field=name)
        base, language = name.rpartition("_")[::2]
        if language == "en" and values[name] and not values[f"{base}_zh"]:
            raise InvalidInput(_("Write it in Chinese as well."), field=f"{base}_zh")
    found = SupportProfile.objects.filter(provider=locked).first()
    before = {name: getattr(found, name) for name in values} if found else {}
    kept, _made = SupportProfile.objects.update_or_create(provider=locked, defaults={**values, "changed_at": now})
    if before != values:
        record("support_profile_save", actor, locked, before, dict(values), now)
    return kept
