"""Seeded mutations of table files: bytes flipped and cut, rows and columns swapped, encodings mixed.

`python -m tests.ingest.mutations [--seed FIRST] COUNT [FOLDER]` takes in so many mutants of the samples, and of every
file in the folder, from a seed on, each as one of the declared schemas or as none, and names each seed that ended as
anything but a release or a refusal with a finding.
"""

from __future__ import annotations

import argparse
import io
import random
import sys
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from ingest.families import DeclaredSchema, list_schemas
from ingest.findings import Refused
from ingest.pipeline import Options, take_in
from tests.ingest.samples import SAMPLES

SECONDS = 60.0  # of processor time for a small file: beyond it, something hangs
Mutate = Callable[[random.Random, bytes], bytes]


def flip_bytes(chance: random.Random, content: bytes) -> bytes:
    """Some bytes become others."""
    changed = bytearray(content)
    for _ in range(chance.randint(1, 30)):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def cut_off(chance: random.Random, content: bytes) -> bytes:
    """The end is lost."""
    return content[: chance.randrange(1, len(content) + 1)]


def cut_out(chance: random.Random, content: bytes) -> bytes:
    """A piece in the middle is lost, or comes twice."""
    start = chance.randrange(len(content))
    end = min(len(content), start + chance.randint(1, 2_000))
    again = content[start:end] if chance.random() < 0.5 else b""
    return content[:start] + again + again + content[end:]


def swap_lines(chance: random.Random, content: bytes) -> bytes:
    """Lines change places, vanish, or are joined."""
    lines = content.split(b"\n")
    for _ in range(chance.randint(1, 10)):
        one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
        lines[one], lines[other] = lines[other], lines[one]
    del lines[chance.randrange(len(lines)) :: max(2, len(lines) // 2)]
    return chance.choice((b"\n", b"\r\n", b"\n\n", b"")).join(lines)


def swap_columns(chance: random.Random, content: bytes) -> bytes:
    """Cells change places within some lines, or lines lose and win cells."""
    lines = [line.split(b",") for line in content.split(b"\n")]
    for line in lines:
        if len(line) > 1 and chance.random() < 0.3:
            at = chance.randrange(len(line) - 1)
            line[at], line[at + 1] = line[at + 1], line[at]
            line.extend([b"x"] * chance.randint(0, 2))
    return b"\n".join(b",".join(line) for line in lines)


def mix_encodings(chance: random.Random, content: bytes) -> bytes:
    """The file, or half of it, in another encoding."""
    text = content.decode("utf-8", "replace")
    at = chance.randrange(len(text) + 1)
    first, second = (chance.choice(("utf-8", "gb18030", "big5", "utf-16", "utf-16-le")) for _ in range(2))
    return text[:at].encode(first, "replace") + text[at:].encode(second, "replace")


def repack(chance: random.Random, content: bytes) -> bytes:
    """One part of an archive is changed, and the archive is sound again."""
    try:
        source = zipfile.ZipFile(io.BytesIO(content))
        parts = {name: source.read(name) for name in source.namelist()}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, zlib.error):
        return flip_bytes(chance, content)
    if not parts:
        return flip_bytes(chance, content)
    name = chance.choice(sorted(parts))
    parts[name] = chance.choice((flip_bytes, cut_off, cut_out))(chance, parts[name] or b" ")
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for part, data in parts.items():
            archive.writestr(part, data)
    return target.getvalue()


MUTATIONS: tuple[Mutate, ...] = (
    flip_bytes,
    cut_off,
    cut_out,
    swap_lines,
    swap_columns,
    mix_encodings,
    repack,
)


def mutant(seed: int, content: bytes) -> bytes:
    """The mutant of that seed: one to three mutations, one after the other."""
    chance = random.Random(seed)
    for _ in range(chance.randint(1, 3)):
        content = chance.choice(MUTATIONS)(chance, content or b" ")
    return content


def end_of(content: bytes, name: str, schema: DeclaredSchema | None = None) -> str:
    """How a file ends: `release`, or its refusal. Anything else that is raised is a fault of ours."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "upload"
        source.write_bytes(content)
        try:
            outcome = take_in(
                source, name, Path(folder), Options(), schema=schema, mapping={}, previous=(), progress=lambda _: None
            )
        except Refused as refused:
            return f"{refused.finding.code}: {refused.finding.message()}"
        rows = sum(one.table.rows for one in outcome.tables)
    assert outcome.rows_accepted == rows
    assert rows or any(finding.code == "report_of_nothing" for finding in outcome.findings)
    return "release"


def faults(count: int, files: dict[str, bytes], first: int = 0) -> Iterator[str]:
    """One line for each mutant that crashed or hung, beginning with a seed."""
    names, schemas = sorted(files), (None, *list_schemas())
    for seed in range(first, first + count):
        name, schema = names[seed % len(names)], schemas[seed // len(names) % len(schemas)]
        started = time.process_time()
        told = f"{name} seed {seed} as {schema.name if schema else 'any table'}"
        try:
            end_of(mutant(seed, files[name]), name, schema)
        except Exception as error:  # noqa: BLE001 - that is what is looked for
            yield f"{told}: {type(error).__name__}: {error}"
        if time.process_time() - started > SECONDS:
            yield f"{told}: took longer than {SECONDS:.0f} s"


def main(arguments: list[str]) -> int:
    """Print every fault; 1 where there was one."""
    parser = argparse.ArgumentParser(description="Take in mutants of table files.")
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    parser.add_argument("folder", type=Path, nargs="?")
    given = parser.parse_args(arguments)
    files = dict(SAMPLES)
    if given.folder is not None:
        files |= {path.name: path.read_bytes() for path in sorted(given.folder.rglob("*")) if path.is_file()}
    found = 0
    for line in faults(given.count, files, given.seed):
        found += 1
        print(line, flush=True)
    print(f"{given.count} mutants of {len(files)} files, {found} faults")
    return int(found > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
