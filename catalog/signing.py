"""Signatures (Ed25519) of the portal's statements, with a key that follows from its secret."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_PURPOSE = b"portal signing key 1"


@dataclass(frozen=True)
class Signer:
    """Signs with the key that follows from `secret`: every server that has the secret signs alike."""

    secret: str

    @cached_property
    def _private(self) -> Ed25519PrivateKey:
        seed = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(self.secret.encode())
        return Ed25519PrivateKey.from_private_bytes(seed)

    @cached_property
    def public_key(self) -> str:
        """32 bytes as hex, for whoever checks."""
        return self._private.public_key().public_bytes_raw().hex()

    def sign(self, statement: Mapping[str, Any]) -> str:
        """The signature of the statement's canonical form: 64 bytes as hex."""
        return self._private.sign(canonical(statement)).hex()


def canonical(statement: Mapping[str, Any]) -> bytes:
    """JSON with sorted keys and no blanks, in UTF-8: what is signed and digested."""
    return json.dumps(statement, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
