"""What a gateway must be able to do. Alipay and WeChat Pay fit; the sandbox gateway is the one that ships.

Every call but `read_notice` may go over the network, and is made from a view, the outbox, a sweep or a task, never
inside an act. A code to scan, for one, has to be asked for before it can be shown.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import date, datetime

from payments.types import Answer, Notice, PaybackRequest, PayoutRequest, PayPage, PayRequest, StatementDay, Trade


class GatewayUnreachable(Exception):
    """The gateway did not answer, or not in a way that can be trusted. Asking again later does no harm."""


class ForgedNotice(Exception):
    """A message that does not carry the gateway's signature, or is not meant for us."""


class Gateway(ABC):
    """One gateway. Amounts are yuan; numbers of ours go out as they are and come back in its messages."""

    name: str

    @abstractmethod
    def pay_page(self, request: PayRequest) -> PayPage:
        """Where the payer pays: a signed address, or a code to scan. Asked again for the same payment, it leads to the
        same one. Raises GatewayUnreachable.
        """

    @abstractmethod
    def read_notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        """What a message says, its signature verified first. Raises ForgedNotice."""

    @abstractmethod
    def receipt(self) -> tuple[str, str]:
        """What the gateway wants to hear when a message was taken: a body and its content type."""

    @abstractmethod
    def query(self, number: str, now: datetime) -> Trade:
        """How a payment of ours stands there. Raises GatewayUnreachable."""

    @abstractmethod
    def close(self, number: str, now: datetime) -> None:
        """Take no money for a payment any more. Raises GatewayUnreachable."""

    @abstractmethod
    def payback(self, request: PaybackRequest) -> Answer:
        """Pay a payment back, whole or in part. Raises GatewayUnreachable."""

    @abstractmethod
    def query_payback(self, number: str, request_number: str, now: datetime) -> Answer | None:
        """How a pay-back stands there; None where it was never asked for. Raises GatewayUnreachable."""

    @abstractmethod
    def payout(self, request: PayoutRequest) -> Answer:
        """Transfer money to a bank account. Raises GatewayUnreachable."""

    @abstractmethod
    def query_payout(self, request_number: str, now: datetime) -> Answer | None:
        """How a payout stands there; None where it was never asked for. Raises GatewayUnreachable."""

    @abstractmethod
    def statement(self, day: date, now: datetime) -> StatementDay:
        """Every movement of a Beijing day that has ended. Raises GatewayUnreachable."""
