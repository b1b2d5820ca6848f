"""Signatures (Ed25519) of the portal's statements, with a key that follows from its secret."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from catalog.canonical import canonical
from catalog.derived_keys import derive_key


@dataclass(frozen=True)
class Signer:
    """Signs with the key that follows from `secret`: every server that has the secret signs alike."""

    secret: str

    @cached_property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(derive_key(self.secret, "portal signing key 1"))

    @cached_property
    def public_key(self) -> str:
        """32 bytes as hex, for whoever checks."""
        return self._private.public_key().public_bytes_raw().hex()

    def sign(self, statement: Mapping[str, Any]) -> str:
        """The signature of the statement's canonical form: 64 bytes as hex."""
        return self._private.sign(canonical(statement)).hex()


def is_signed(statement: Mapping[str, Any], key: str, signature: str) -> bool:
    """Whether the signature (hex) of the statement is by that public key (hex)."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), canonical(statement))
    except (InvalidSignature, ValueError):
        return False
    return True
