"""RSA2: SHA256withRSA over the sorted parameters, as Alipay signs."""

import base64
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from payments.sandbox.keys import private_key, public_key

_UNSIGNED = {"sign", "sign_type"}


def content(params: Mapping[str, str]) -> bytes:
    """What is signed: every parameter but the signature's own and empty ones, sorted by name."""
    pairs = sorted((name, value) for name, value in params.items() if name not in _UNSIGNED and value != "")
    return "&".join(f"{name}={value}" for name, value in pairs).encode()


def sign_bytes(data: bytes, key: str) -> str:
    """The signature of the data under the named key, in base64."""
    return base64.b64encode(private_key(key).sign(data, padding.PKCS1v15(), hashes.SHA256())).decode()


def fits(data: bytes, signature: str, key: str) -> bool:
    """Whether the signature is that of the data under the named key."""
    try:
        public_key(key).verify(base64.b64decode(signature, validate=True), data, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True


def signed(params: Mapping[str, str], key: str) -> dict[str, str]:
    """The parameters with their signature."""
    return {**params, "sign_type": "RSA2", "sign": sign_bytes(content(params), key)}


def verified(params: Mapping[str, str], key: str) -> bool:
    """Whether the parameters carry a signature that fits."""
    return params.get("sign_type") == "RSA2" and fits(content(params), params.get("sign", ""), key)
