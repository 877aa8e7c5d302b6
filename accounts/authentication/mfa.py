"""The second factor: TOTP secrets and recovery codes are encrypted where stored."""

from io import BytesIO

import qrcode
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.utils.translation import get_language
from qrcode.image.svg import SvgPathFillImage

from core.encryption import decrypt, encrypt


class MfaAdapter(DefaultMFAAdapter):
    """Names the platform in the authenticator app, and keeps operators from taking their second factor off."""

    def get_totp_issuer(self) -> str:
        return settings.SITE_NAME["en" if (get_language() or "").startswith("en") else "zh-hans"]

    def build_totp_svg(self, url: str) -> str:
        """The picture to scan, on white in either theme."""
        drawn = BytesIO()
        qrcode.make(url, image_factory=SvgPathFillImage).save(drawn)
        return drawn.getvalue().decode()

    def encrypt(self, text: str) -> str:
        return encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return decrypt(encrypted_text)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return not (settings.OPERATOR_TOTP_REQUIRED and authenticator.user.is_operator)
