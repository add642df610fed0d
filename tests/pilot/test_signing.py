"""Keys of a lab: made once, read again, and no signature but the right one is taken."""

from __future__ import annotations

import base64
import stat
from pathlib import Path

import pytest

from chainmend.errors import PilotError
from chainmend.pilot.signing import (
    fingerprint,
    is_signed,
    make_keys,
    public_text,
    read_private,
    read_public,
    sign,
)

pytest.importorskip("cryptography", reason="the extra pilot is not installed")

# RFC 8032, section 7.1, test 2: private key, public key, message, signature
SECRET = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
PUBLIC = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
MESSAGE = bytes.fromhex("72")
SIGNATURE = bytes.fromhex(
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
)


def test_the_example_of_the_standard() -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.from_private_bytes(SECRET)
    assert base64.b64decode(public_text(key.public_key())) == PUBLIC
    assert base64.b64decode(sign(key, MESSAGE)) == SIGNATURE
    assert is_signed(base64.b64encode(PUBLIC).decode(), base64.b64encode(SIGNATURE).decode(), MESSAGE)


def test_keys_are_read_as_they_were_made_and_the_private_one_is_private(tmp_path: Path) -> None:
    public = make_keys(tmp_path / "lab.key")
    assert read_public(public) == public_text(read_private(tmp_path / "lab.key").public_key())
    assert stat.S_IMODE((tmp_path / "lab.key").stat().st_mode) == 0o600
    assert fingerprint(read_public(public)) != fingerprint(read_public(make_keys(tmp_path / "other.key")))


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    make_keys(tmp_path / "lab.key")
    before = (tmp_path / "lab.key").read_bytes()
    with pytest.raises(PilotError, match="a key is there already"):
        make_keys(tmp_path / "lab.key")
    (tmp_path / "new.pub").write_text("")
    with pytest.raises(PilotError, match="a key is there already"):
        make_keys(tmp_path / "new.key")
    with pytest.raises(PilotError, match="another ending"):
        make_keys(tmp_path / "lab.pub")
    assert (tmp_path / "lab.key").read_bytes() == before


def test_files_that_are_no_key_are_refused(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives import serialization as s
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

    make_keys(tmp_path / "lab.key")
    other = generate_private_key(SECP256R1())
    (tmp_path / "ec.key").write_bytes(
        other.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption())
    )
    (tmp_path / "ec.pub").write_bytes(
        other.public_key().public_bytes(s.Encoding.PEM, s.PublicFormat.SubjectPublicKeyInfo)
    )
    (tmp_path / "text").write_text("no key")
    for name in ("ec.key", "text", "nothing", "lab.pub"):
        with pytest.raises(PilotError, match="no key"):
            read_private(tmp_path / name)
    for name in ("ec.pub", "text", "nothing", "lab.key"):
        with pytest.raises(PilotError, match="no key"):
            read_public(tmp_path / name)


def test_any_other_key_signature_or_data_is_not_taken() -> None:
    key, signature = (base64.b64encode(b).decode() for b in (PUBLIC, SIGNATURE))
    assert not is_signed(key, signature, MESSAGE + b"!")
    assert not is_signed(key, signature[:-4] + "AAA=", MESSAGE)
    assert not is_signed(base64.b64encode(PUBLIC[::-1]).decode(), signature, MESSAGE)
    for bad in ("", "***", "AAAA", key + "=", key + "\n"):
        assert not is_signed(bad, signature, MESSAGE)
        assert not is_signed(key, bad, MESSAGE)
