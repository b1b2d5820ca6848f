"""A ZIP of table files: its members as files of our own names, refused where it would burst or reach out."""

from __future__ import annotations

import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ingest.findings import Refused
from ingest.formats.archives import FAULTS, check_sizes
from ingest.formats.fence import Stop

MOST_MEMBERS = 200
_CLUTTER = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")
_UTF8_NAME = 0x800  # the flag of a name that is in UTF-8


@dataclass(frozen=True)
class Member:
    """A file of a bundle: its name as its maker wrote it, and where it lies now."""

    name: str
    path: Path

    @property
    def stem(self) -> str:
        """The name without folder and extension."""
        return PurePosixPath(self.name).stem


def unpack(source: Path, folder: Path) -> tuple[Member, ...]:
    """The files of a bundle, unpacked into `folder`. Raises Refused."""
    try:
        with zipfile.ZipFile(source) as archive:
            check_sizes(archive, source.stat().st_size)
            return tuple(_members(archive, folder))
    except Stop as stop:
        raise Refused(stop.code, **stop.params) from None
    except FAULTS as fault:
        locked = isinstance(fault, RuntimeError) and not isinstance(fault, NotImplementedError)  # a way of packing
        raise Refused("workbook_locked" if locked else "workbook_cut") from None


def _members(archive: zipfile.ZipFile, folder: Path) -> list[Member]:
    named = [info for info in archive.infolist() if info.filename]  # a damaged one may have members without a name
    infos = [info for info in named if not info.is_dir() and not _is_clutter(info.filename)]
    if len(infos) > MOST_MEMBERS:
        raise Refused("bundle_too_many", count=len(infos), most=MOST_MEMBERS)
    found = []
    for place, info in enumerate(infos):
        name = _name(info)
        if ".." in PurePosixPath(name).parts or name.startswith(("/", "\\")) or ":" in name[:3]:
            raise Refused("bundle_path", name=name[:80])
        found.append(Member(name, _extract(archive, info, folder / f"member{place}")))
    return found


def _is_clutter(name: str) -> bool:
    return name.startswith(_CLUTTER) or name.endswith(_CLUTTER)


def _name(info: zipfile.ZipInfo) -> str:
    """Without the flag of UTF-8, names of Chinese systems are in GB18030."""
    if info.flag_bits & _UTF8_NAME:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return info.filename


def _extract(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path) -> Path:
    """Never more bytes than the archive states for the member: zipfile stops there and checks the sum."""
    with archive.open(info) as member, target.open("wb") as sink:
        shutil.copyfileobj(member, sink, 1 << 20)
    return target
