"""Slugs: the name of a dataset in addresses, made from its title in pinyin where nobody chose one."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.models import Dataset

SLUG_LENGTH = 80


def free_slug(session: Session, title: str) -> str:
    """A slug from the title that nobody has, with a number behind where needed."""
    stem = slug_of(title)
    pattern = select(Dataset.slug).where((Dataset.slug == stem) | Dataset.slug.like(f"{stem}-%"))
    taken = set(session.scalars(pattern))
    number, slug = 2, stem
    while slug in taken:
        slug, number = f"{stem}-{number}", number + 1
    return slug


@cache
def _pinyin() -> Any:
    from pypinyin import lazy_pinyin  # its dictionary takes a while to load: only for who needs it

    return lazy_pinyin


def slug_of(title: str) -> str:
    """A title in pinyin, as a slug of at most 80 characters."""
    words = re.findall(r"[a-z0-9]+", " ".join(_pinyin()(title)).lower())
    slug = ""
    for word in words:
        if len(slug) + len(word) + 1 > SLUG_LENGTH:
            break
        slug = f"{slug}-{word}" if slug else word[:SLUG_LENGTH]
    return slug or "dataset"
