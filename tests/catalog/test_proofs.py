"""Signed heads and proofs of publication, and the check that needs nothing of ours."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from catalog import audit, proofs, registry
from catalog.errors import NotFound
from catalog.proofs import Signed
from catalog.signing import Signer
from tests.factories import OFFICE, a_dataset, a_publisher, a_release, an_actor, take_guards_off

CHECK = Path(__file__).parents[2] / "docs" / "check_proof.py"
SIGNER = Signer("a secret for tests, long enough.")


def checked(signed: Signed, tmp_path: Path, *key: str) -> int:
    """The exit code of the check, run as a stranger would."""
    path = tmp_path / "proof.json"
    path.write_text(json.dumps(vars(signed)), encoding="utf-8")
    return subprocess.run([sys.executable, "-I", CHECK, path, *key], capture_output=True, check=False).returncode


def a_head(session: Session) -> Signed:
    audit.record(session, audit.Act("li", "register", "数据集"))
    proofs.sign_daily_head(session, SIGNER)
    return proofs.get_head(session)


def test_before_anything_happened_there_is_no_head(session: Session) -> None:
    assert proofs.sign_daily_head(session, SIGNER) is None
    with pytest.raises(NotFound):
        proofs.get_head(session)


def test_a_head_is_signed_once_a_day(session: Session) -> None:
    head = a_head(session)
    audit.record(session, audit.Act("li", "register", "又一个"))
    assert proofs.sign_daily_head(session, SIGNER) is None
    assert proofs.list_heads(session, 10) == [head]


def test_a_stranger_can_check_a_head(session: Session, tmp_path: Path) -> None:
    head = a_head(session)
    assert checked(head, tmp_path) == 0
    assert checked(head, tmp_path, SIGNER.public_key) == 0


def test_the_check_refuses_another_key_and_another_statement(session: Session, tmp_path: Path) -> None:
    head = a_head(session)
    assert checked(head, tmp_path, Signer("another secret, as long as that").public_key) == 1
    changed = Signed({**head.statement, "position": 99}, head.key, head.signature)
    assert checked(changed, tmp_path) == 1


def test_a_tail_that_was_cut_off_shows_by_the_head(session: Session) -> None:
    a_head(session)
    assert list(proofs.iter_lost_heads(session)) == []
    take_guards_off(session)
    session.execute(text("DELETE FROM audit"))
    assert list(audit.iter_broken_links(session)) == []
    assert len(list(proofs.iter_lost_heads(session))) == 1


def test_a_publication_is_proved_with_the_reviewers_office(session: Session, tmp_path: Path) -> None:
    a_publisher(session, title="绍兴市财政局")
    steward = an_actor(session, "steward")
    reviewer = an_actor(session, "reviewer", "zhao", OFFICE)
    dataset = a_dataset(session, steward)
    release = a_release(session, dataset)
    with pytest.raises(NotFound):
        proofs.prove(session, dataset, release, SIGNER)
    registry.submit(session, steward, dataset)
    registry.approve(session, reviewer, dataset)
    signed = proofs.prove(session, dataset, release, SIGNER)
    assert signed.statement["office"] == "绍兴市财政局"
    assert signed.statement["digest"] == release.digest
    assert "zhao" not in str(signed)
    assert checked(signed, tmp_path, SIGNER.public_key) == 0


def test_a_scheduled_release_is_proved_by_who_approved_it(session: Session) -> None:
    a_publisher(session)
    steward, reviewer = an_actor(session, "steward"), an_actor(session, "reviewer")
    dataset = a_dataset(session, steward)
    release = a_release(session, dataset)
    registry.submit(session, steward, dataset)
    approved = registry.approve(session, reviewer, dataset, registry.now() + timedelta(hours=1))
    approved.publish_at = registry.now()
    session.flush()
    registry.publish_due(session)
    signed = proofs.prove(session, dataset, release, SIGNER)
    assert signed.statement["office"] is None
    assert signed.statement["audit"]["position"] > 1
