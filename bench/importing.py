"""How fast a catalogue moves in: `dataset import --publish` of 20,000 datasets on the embedded default.

`python -m bench.importing [FILE.ndjson]`: with a file, that one; else a synthetic catalogue. Prints datasets per second
of the whole command and of the import alone, and the peak memory at 5,000 and at all datasets (flat is the promise).
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

COUNT = 20_000
PLACES = ("绍兴市", "越城区", "柯桥区", "上虞区", "诸暨市", "嵊州市", "新昌县")
SUBJECTS = ("土地供应", "住宅地价", "债务余额", "预算项目", "绩效自评", "公交线路", "空气质量", "学校名录", "药店名录")
FORMS = ("清单", "统计表", "公示", "年报", "月报", "监测数据")


def synthetic(count: int) -> Iterator[str]:
    """Bodies in the shape of an import file, about 200 characters of text each."""
    for number in range(count):
        place, subject = PLACES[number % 7], SUBJECTS[number % 9]
        title = f"{place}{subject}{FORMS[number % 6]}（{2000 + number % 25}年第{number}号）"
        body = {
            "slug": f"synthetic-{number}",
            "title": title,
            "description": f"{title}，由{place}有关部门按季度公开，包含{subject}的主要指标、口径说明和历史数据。" * 3,
            "publisher": {"slug": f"office-{number % 60}", "title": f"{place}第{number % 60}局"},
            "themes": ["finance"],
            "tags": [subject],
            "regions": ["330600"],
            "frequency": "quarterly",
            "modified": "2019-01-20T01:00:00Z",
        }
        yield json.dumps(body, ensure_ascii=False)


def run(lines: list[str]) -> tuple[float, float, int]:
    """Datasets/s of the whole command, of the import alone, and peak memory in MiB."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "catalogue.ndjson"
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        environment = {**os.environ, "PORTAL_DATA_DIR": folder}
        command = [sys.executable, "-m", "portal"]
        subprocess.run([*command, "migrate"], env=environment, check=True, capture_output=True)
        began = time.perf_counter()
        importing = [*command, "dataset", "import", str(file), "--publish"]
        child = subprocess.Popen(importing, env=environment, stderr=subprocess.PIPE, text=True)
        said = child.stderr.read() if child.stderr else ""
        _, _, usage = os.wait4(child.pid, 0)
        spent = time.perf_counter() - began
    alone = re.search(r"\((\d+)/s\)", said)
    return len(lines) / spent, float(alone[1]) if alone else 0.0, usage.ru_maxrss // 1024


def main() -> None:
    """Measure and print."""
    source = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines() if len(sys.argv) > 1 else synthetic(COUNT)
    lines = list(islice(source, COUNT))
    print(f"{'datasets':>9} {'whole/s':>9} {'import/s':>9} {'peak MiB':>9}")
    for part in (lines[:5000], lines):
        whole, alone, peak = run(part)
        print(f"{len(part):>9} {whole:>9.0f} {alone:>9.0f} {peak:>9}")


if __name__ == "__main__":
    main()
