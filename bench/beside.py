"""What is asked of the row API and of Datasette, word for word the same: one address of each, drawn in pairs."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from bench import rows as land
from bench.load import CONNECTIONS
from catalog.rows.engine import RowFiles
from catalog.rows.query import parse_query
from portal.cursors import write_cursor

API = "/api/v1/datasets/land"
THEIRS = "/land/rows.json"
PAGE = {"_size": "100", "_nocount": "1", "_nofacet": "1"}  # Datasette at its quickest: no counts, no facets
GROUP = "select region, supply_method, count(*), sum(deal_price) from rows where bids > {} group by 1, 2"
SELECT = "region,supply_method,count(*),sum(deal_price) as total"
HEAVY = 2  # connections: as many heavy questions as each server works at without turning one away
Pair = tuple[str, str]


@dataclass(frozen=True)
class Question:
    """A question, drawn anew for every request; `aim` is how many times as fast as Datasette it should be."""

    name: str
    aim: float
    draw: Callable[[], Pair]
    connections: int = CONNECTIONS

    def pairs(self, number: int) -> list[Pair]:
        """So many of them, each drawn by itself."""
        return [self.draw() for _ in range(number)]


def questions(files: RowFiles, prices: list[int], secret: str) -> list[Question]:
    """All of them. `prices` are some from the middle of the column, `secret` is what cursors are signed with."""
    places = files.table.rows
    deep = parse_query([("order_by", "deal_price")], files.table)
    purpose = f"rows:{files.table.digest}:{deep.fingerprint}"

    def key() -> Pair:
        number = random.randint(1, places)
        return f"{API}/rows/{number}", f"/land/rows/{number}.json?_shape=objects"

    def sorted_() -> Pair:
        region = land.region()
        return _ours(region=region, order_by="-deal_price"), _theirs(region=region, _sort_desc="deal_price")

    def first() -> Pair:
        start = random.randrange(3000)
        return _ours(offset=start), _theirs(_next=start)

    def middle() -> Pair:
        price = random.choice(prices)
        cursor = write_cursor(secret, purpose, (price, 1))
        return _ours(order_by="deal_price", cursor=cursor), _theirs(_sort="deal_price", _next=f"{price},1")

    def group() -> Pair:
        bids = random.randrange(5000)
        ours = _ours(select=SELECT, group_by="region,supply_method", bids__gt=bids, limit=1000)
        return ours, "/land.json?" + urlencode({"sql": GROUP.format(bids), "_shape": "objects"})

    def contains() -> Pair:
        text = f"路{random.randrange(5003)}号"
        return _ours(location__contains=text), _theirs(location__contains=text)

    return [
        Question("key look-up", 10, key),
        Question("filter + sort + 100", 8, sorted_),
        Question("first page", 10, first),
        Question("deep page by price", 8, middle),
        Question("group by two columns", 25, group, HEAVY),
        Question("text contains", 2.5, contains, HEAVY),
    ]


def _ours(**parameters: object) -> str:
    return f"{API}/rows?{urlencode(parameters)}"


def _theirs(**parameters: object) -> str:
    return f"{THEIRS}?{urlencode({**PAGE, **parameters})}"
