"""The steps of a sign-in that differ from django-allauth's own."""

from typing import Any

from allauth.account.stages import EmailVerificationStage


class AddressVerificationStage(EmailVerificationStage):
    """Asks for the code sent to the e-mail address, of accounts that have one. A phone was verified before."""

    def handle(self) -> tuple[Any, bool]:
        user = self.login.user
        if user is not None and not user.email:
            return None, True
        if user is None and not self.login.email:
            return None, True
        return super().handle()
