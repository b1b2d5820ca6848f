"""How fast the personal-data gate looks through text columns, beside a plain `re` loop over the same cells; how right.

`python -m bench.privacy [--cells 1000000]` prints millions of cells a second of processor time, for both, by column,
then how many cells of columns of numbers would block, and how many invented citizens' numbers are found by spelling.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import time
from collections.abc import Callable, Iterator

os.environ.setdefault("POLARS_MAX_THREADS", "1")  # figures are for one core

import pyarrow as pa

from ingest.privacy.scan import ColumnScan
from tests.ingest.privacy.numbers import NUMBERS, SPELLINGS, citizens

PLAIN = re.compile(r"(?<![0-9A-Za-z])[1-9]\d{16}[\dXx](?![0-9A-Za-z])|(?<![0-9A-Za-z.])1[3-9]\d{9}(?![0-9A-Za-z.])|@")
BATCH = 65_536


def columns(cells: int) -> Iterator[tuple[str, list[str]]]:
    """Columns like those of land and budget files, made up."""
    chance = random.Random(7)
    kinds: dict[str, Callable[[], str]] = {
        "土地用途": lambda: chance.choice(["工业用地", "城镇住宅用地", "商服用地", "公共管理与公共服务用地"]),
        "土地坐落": lambda: f"{chance.choice('东西南北')}区{chance.choice('甲乙丙丁')}路{chance.randrange(999)}号地块",
        "唯一标识": lambda: f"{chance.getrandbits(128):032x}",
        "成交价": lambda: f"{chance.random() * 1e5:.4f}",
        "宗地编号": lambda: f"330602{chance.randrange(10**9):09d}GB{chance.randrange(10**5):05d}",
        "土地使用权人": lambda: f"{chance.choice('甲乙丙丁')}市{chance.randrange(500)}号建设开发有限公司",
    }
    for title, make in kinds.items():
        yield title, [make() for _ in range(cells)]


def looked(title: str, batches: list[pa.Array]) -> None:
    """What ingestion does."""
    scan = ColumnScan(title)
    for batch in batches:
        scan.see(batch)


def looped(batches: list[pa.Array]) -> int:
    """What the plain loop does."""
    return sum(1 for batch in batches for text in batch.to_pylist() if PLAIN.search(text))


def seconds(work: Callable[[], object]) -> float:
    """Processor time."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


def main() -> None:
    """Print a line a column and one for all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=int, default=500_000, help="cells of each column")
    cells = parser.parse_args().cells
    total = [0.0, 0.0]
    for title, texts in columns(cells):
        batches = [pa.array(texts[first : first + BATCH], pa.string()) for first in range(0, cells, BATCH)]
        ours, loop = seconds(lambda: looked(title, batches)), seconds(lambda: looped(batches))  # noqa: B023 - called here
        total = [total[0] + ours, total[1] + loop]
        print(f"{title:8} gate {cells / ours / 1e6:6.2f} M/s   re loop {cells / loop / 1e6:6.2f} M/s")
    print(f"all      gate {6 * cells / total[0] / 1e6:6.2f} M/s   re loop {6 * cells / total[1] / 1e6:6.2f} M/s")
    judge(cells)


def blocked(title: str, texts: list[str]) -> int:
    """How many cells would block a submission."""
    scan = ColumnScan(title)
    scan.see(pa.array(texts, pa.string()))
    return max(scan.cells.values(), default=0)


def judge(cells: int) -> None:
    """Print the false blocks of columns of numbers, and how many citizens' numbers are found."""
    chance, each = random.Random(20190320), max(1000, cells // 10)
    wrong = {title: blocked(title, [make(chance) for _ in range(each)]) for title, make in NUMBERS.items()}
    told = ", ".join(f"{title} {count}" for title, count in wrong.items() if count) or "none"
    share = sum(wrong.values()) / (each * len(wrong)) * 10_000
    print(f"false blocks: {share:.2f} in 10,000 cells of numbers ({each} of each of {len(wrong)} columns: {told})")
    found = sum(blocked("备注", [spell(one) for one in citizens(chance, 1000)]) for spell in SPELLINGS)
    print(f"citizens' numbers found: {found} of {1000 * len(SPELLINGS)}, in {len(SPELLINGS)} spellings")


if __name__ == "__main__":
    main()
