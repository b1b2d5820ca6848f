"""Citizens' numbers of nobody, and the search for them in whatever is public."""

from __future__ import annotations

import re
import unicodedata

from ingest.privacy.checksums import id_check

_HEAD = "33060219991231"


def invented(serial: int) -> str:
    """A citizen's number that fits the check, of nobody."""
    head = f"{_HEAD}{serial:03d}"
    return head + id_check(head)


NUMBER = next(one for one in map(invented, range(100, 120)) if one.isdecimal())
OTHER = next(one for one in map(invented, range(200, 220)) if one.isdecimal())
WITH_X = next(one for one in map(invented, range(300, 400)) if one.endswith("X"))
SECRETS = (NUMBER, OTHER, WITH_X, NUMBER[:15], OTHER[:15])  # a workbook's number keeps fifteen digits


def seen(data: bytes | str) -> str:
    """What a searcher sees of a text: plain digits, nothing between them, JSON's escapes resolved."""
    text = data if isinstance(data, str) else data.decode("utf-8", "replace")
    text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)
    plain = (str(unicodedata.digit(one)) if unicodedata.digit(one, None) is not None else one for one in text)
    return re.sub(r"[^0-9A-Za-z\u3400-\u9fff]", "", "".join(plain)).upper()


def leaks(data: bytes | str) -> list[str]:
    """The planted numbers that can be read in it."""
    text = seen(data)
    return [one for one in SECRETS if one in text]
