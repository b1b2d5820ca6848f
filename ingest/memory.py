"""Where Arrow's memory comes from while files are taken in."""

from __future__ import annotations

from functools import cache

import pyarrow as pa

_POOL = "jemalloc"


@cache
def reuse_memory() -> None:
    """Have Arrow take its memory from the allocator that keeps for a second what is given back, where it is built in.

    Batches come and go by the thousand; the default gives their pages back at once and pays for each anew, which was a
    tenth of the time.
    """
    if _POOL in pa.supported_memory_backends():
        pa.set_memory_pool(pa.jemalloc_memory_pool())
