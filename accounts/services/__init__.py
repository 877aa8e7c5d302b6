"""The acts of accounts."""

from accounts.services.blocks import account_block, account_deactivate, account_reactivate, account_unblock
from accounts.services.claims import work_claim, work_release, work_take_over
from accounts.services.demo import demo_account_create, demo_operators_create
from accounts.services.identity import (
    identity_check,
    identity_revoke,
    identity_settle,
    identity_submit,
    identity_verify,
)
from accounts.services.people import (
    AlreadyTaken,
    account_create,
    contacts_confirm,
    language_set,
    mail_defer,
    operator_appoint,
    operator_dismiss,
    operator_make_chief,
    password_set,
    phone_set,
    profile_update,
    require_operator,
    role_grant,
    role_revoke,
    roles_set,
    sms_defer,
)
from accounts.services.tokens import token_create, token_revoke, token_touch

__all__ = [
    "AlreadyTaken",
    "account_block",
    "account_create",
    "account_deactivate",
    "account_reactivate",
    "account_unblock",
    "contacts_confirm",
    "demo_account_create",
    "demo_operators_create",
    "identity_check",
    "identity_revoke",
    "identity_settle",
    "identity_submit",
    "identity_verify",
    "language_set",
    "mail_defer",
    "operator_appoint",
    "operator_dismiss",
    "operator_make_chief",
    "password_set",
    "phone_set",
    "profile_update",
    "require_operator",
    "role_grant",
    "role_revoke",
    "roles_set",
    "sms_defer",
    "token_create",
    "token_revoke",
    "token_touch",
    "work_claim",
    "work_release",
    "work_take_over",
]
