"""How a target is compared where its column only says that it is a quantity (`定量`): by the target's own text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.declared_readers import OperatorReader
from ingest.families import DeclaredField
from ingest.form_labels import Told

_QUANTITY = re.compile(r"\s*定量(?:指标)?\s*")
_READER = OperatorReader()


def signed(fields: Sequence[DeclaredField], told: Told) -> Told:
    """What a row tells, with the sign of its target (`≥95`) in the place of the word."""
    for one in fields:
        if one.reader == "operator" and one.name in told and _QUANTITY.fullmatch(told[one.name][0]):
            source = next((told[name] for name in one.source if name in told), ("", told[one.name][1]))
            told = {**told, one.name: (str(_READER.read(source[0])) if source[0] else "", source[1])}
    return told
