"""Acts of after-sales (§12)."""

from support.services.chat import auto_reply_set, chat_response_lapse, message_send
from support.services.tickets import ticket_close, ticket_open, ticket_reopen, ticket_reply, ticket_solve

__all__ = [
    "auto_reply_set",
    "chat_response_lapse",
    "message_send",
    "ticket_close",
    "ticket_open",
    "ticket_reopen",
    "ticket_reply",
    "ticket_solve",
]
