"""RSA keys of the sandbox: the merchant's (ours) and the gateway's, 2048 bits each, made when they are first
needed.
"""

import os
import tempfile
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings

MERCHANT = "merchant"
GATEWAY = "gateway"


def private_key(name: str) -> rsa.RSAPrivateKey:
    """The private key of that name, from the data folder; made there at first use, by whichever process comes
    first.
    """
    return _load(Path(settings.DATA_DIR) / "sandbox-gateway" / f"{name}.pem")


def public_key(name: str) -> rsa.RSAPublicKey:
    """The public key of that name."""
    return private_key(name).public_key()


@cache
def _load(path: Path) -> rsa.RSAPrivateKey:
    if not path.exists():
        _make(path)
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError(f"{path} is not an RSA key")
    return key


def _make(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    pem = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    handle, draft = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(pem)
        # A link fails where another process was first: then its key is the one, whole.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        Path(draft).unlink()
