"""Check a proof of publication or a signed head with nothing but Python: `python3 check_proof.py FILE [KEY]`.

FILE is the answer of `/api/v1/datasets/…/releases/…/proof` or `/audit/head` (`-` for standard input). KEY is the
portal's public key in hex as you noted it before; without it the key in the answer is taken at its word. Exit 0 and
one line where the signature fits, else exit 1. The arithmetic is Ed25519's verification as RFC 8032 defines it.
"""

import hashlib
import json
import sys
from pathlib import Path

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)  # of -1


def x_of(y, odd):
    """The x of a point with that y and parity, or None where there is none."""
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and odd):
        return None
    return P - x if x % 2 != odd else x


def point(data):
    """The point that 32 bytes stand for, in extended coordinates, or None."""
    number = int.from_bytes(data, "little")
    y, odd = number & (2**255 - 1), number >> 255
    x = x_of(y, odd) if y < P else None
    return None if x is None else (x, y, 1, x * y % P)


def add(one, other):
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c, d = 2 * one[3] * other[3] * D % P, 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number, one):
    total = (0, 1, 1, 0)
    while number:
        if number & 1:
            total = add(total, one)
        one, number = add(one, one), number >> 1
    return total


def same(one, other):
    return not ((one[0] * other[2] - other[0] * one[2]) % P or (one[1] * other[2] - other[1] * one[2]) % P)


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE = (x_of(BASE_Y, 0), BASE_Y, 1, x_of(BASE_Y, 0) * BASE_Y % P)


def is_signed(key, message, signature):
    """Whether `signature` (64 bytes) of `message` fits the public key (32 bytes)."""
    if len(key) != 32 or len(signature) != 64:
        return False
    owner, nonce, scalar = point(key), point(signature[:32]), int.from_bytes(signature[32:], "little")
    if owner is None or nonce is None or scalar >= ORDER:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % ORDER
    return same(times(scalar, BASE), add(nonce, times(challenge, owner)))


def main(arguments):
    proof = json.loads(sys.stdin.read() if arguments[0] == "-" else Path(arguments[0]).read_text(encoding="utf-8"))
    key = arguments[1] if len(arguments) > 1 else proof["key"]
    message = json.dumps(proof["statement"], ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    good = is_signed(bytes.fromhex(key), message, bytes.fromhex(proof["signature"]))
    print(f"{'signed by' if good else 'NOT signed by'} {key}: {message.decode()}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) if len(sys.argv) > 1 else __doc__)
