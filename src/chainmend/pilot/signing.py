"""Ed25519 keys of a lab: it signs the manifest of its results, and who imports them knows whose they are."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from chainmend.errors import PilotError
from chainmend.i18n import _
from chainmend.pilot.machine import need

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


def make_keys(private: Path) -> Path:
    """Make a pair of keys: the private one, which only its owner may read, and ``.pub`` beside it.

    Returns
    -------
    Path
        Of the public key.

    Raises
    ------
    PilotError
        If one of the files is there already, or the extra is not installed.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as room:
    ...     public = make_keys(Path(room) / "lab.key")
    ...     public.name, len(fingerprint(read_public(public)))
    ('lab.pub', 16)
    """
    need("cryptography")
    from cryptography.hazmat.primitives import serialization as s
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    public = private.with_suffix(".pub")
    if private == public:
        raise PilotError(private.name, expected=_("another ending than {ending}").format(ending=".pub"))
    for path in (private, public):
        if path.exists():
            raise PilotError(
                _("a key is there already"),
                expected=_("a new file"),
                where=str(path),
                do=_("keep it, or choose another name"),
            )
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption())
    private.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(private, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
    public.write_bytes(key.public_key().public_bytes(s.Encoding.PEM, s.PublicFormat.SubjectPublicKeyInfo))
    return public


def read_private(path: Path) -> Ed25519PrivateKey:
    """Read a private key.

    Raises
    ------
    PilotError
        If the file is no private Ed25519 key without a password.
    """
    need("cryptography")
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise _no_key(path) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise _no_key(path)
    return key


def read_public(path: Path) -> str:
    """Read a public key as text, as it stands in a manifest.

    Raises
    ------
    PilotError
        If the file is no public Ed25519 key.
    """
    need("cryptography")
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(path.read_bytes())
    except (OSError, ValueError, TypeError) as error:
        raise _no_key(path) from error
    if not isinstance(key, Ed25519PublicKey):
        raise _no_key(path)
    return public_text(key)


def public_text(key: Ed25519PublicKey) -> str:
    """Base64 of the 32 bytes of a public key."""
    return base64.b64encode(key.public_bytes_raw()).decode()


def fingerprint(key: str) -> str:
    """Sixteen characters by which people compare public keys.

    Examples
    --------
    >>> fingerprint("AAAA")
    '63c1dd951ffedf6f'
    """
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def sign(key: Ed25519PrivateKey, data: bytes) -> str:
    """Sign bytes; base64 of the 64 bytes of the signature."""
    return base64.b64encode(key.sign(data)).decode()


def is_signed(key: str, signature: str, data: bytes) -> bool:
    """Whether a signature is that of the holder of a public key on these bytes; False where a text is no base64.

    Examples
    --------
    >>> is_signed("AAAA", "AAAA", b"")
    False
    """
    need("cryptography")
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        raw = base64.b64decode(signature, validate=True)
        public = Ed25519PublicKey.from_public_bytes(base64.b64decode(key, validate=True))
        public.verify(raw, data)
    except (InvalidSignature, ValueError, binascii.Error):
        return False
    return base64.b64encode(raw).decode() == signature and public_text(public) == key


def _no_key(path: Path) -> PilotError:
    return PilotError(
        _("no key"), expected=_("an Ed25519 key as `chainmend pilot keygen` writes it"), where=str(path)
    )
