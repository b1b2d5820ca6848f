"""Whatever somebody changes in the tables or files by hand, `verify` names it; on both databases."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from catalog import proofs, registry
from catalog.accounts import OPERATOR
from catalog.db import now, session
from catalog.duties import load_duties
from catalog.lookup import get_dataset
from portal.context import House
from portal.importing import import_lines
from portal.verify import iter_faults, iter_faults_in
from tests.factories import take_guards_off
from tests.portal.conftest import Api, publish
from tests.portal.invented import NUMBER

pytestmark = pytest.mark.unmeasured

CSV = f"统计表{NUMBER}\n地块,备注,面积\n甲,{NUMBER},1.5\n乙,无,x\n丙,无,2.5\n".encode()


@pytest.fixture
def life(api: dict[str, Api], house: House) -> House:
    """A portal in which some of everything has happened by its own means; `verify` finds nothing."""
    steward, admin = api["steward"], api["admin"]
    parent = {"slug": "city", "title": "市政府", "aliases": ["府办"], "region": "330600"}
    assert admin.post("/publishers", parent).status_code == 201
    assert admin.post("/publishers", {"slug": "bureau", "title": "某局", "parent": "city"}).status_code == 201
    slug = steward.register(slug="own", access="conditional", conditions="签协议", tags=["债"], description="甲")
    steward.ingest(slug, CSV)
    decisions = {"bei_zhu": {"action": "mask"}, "title:data": {"action": "publish", "ground": "法定公示"}}
    etag = steward.get(f"/datasets/{slug}").headers["ETag"]
    path, headers = f"/datasets/{slug}/releases/1/privacy", {"If-Match": etag}
    assert steward.call("PUT", path, json={"decisions": decisions}, headers=headers).status_code == 200
    publish(api, slug)
    steward.ingest(slug, CSV + "丁,无,3\n".encode())  # undecided
    assert api["reviewer"].post(f"/datasets/{slug}/applications", {"purpose": "研究"}).status_code == 201
    (applied,) = steward.get(f"/datasets/{slug}/applications").json["items"]
    end = {"expires": (now() + timedelta(days=9)).isoformat()}
    assert steward.post(f"/datasets/{slug}/applications/{applied['id']}/grant", end).status_code == 200
    _brought(house)
    steward.register(slug="gone")
    publish(api, "gone")
    assert api["reviewer"].act("gone", "withdraw", {"reason": "有误"}).status_code == 200
    assert steward.call("PUT", "/synonyms", json={"groups": [["公厕", "洗手间"]]}).status_code == 200
    with house.writing() as opened:
        load_duties(opened)
        proofs.sign_daily_head(opened, house.signer)
    steward.register(slug="late")
    house.catch_up()
    assert list(iter_faults(house)) == []
    return house


def _brought(house: House) -> None:
    """What a file of datasets brings; one of them is revised afterwards."""
    bodies: list[dict[str, Any]] = [
        {
            "slug": f"brought-{at}",
            "title": f"移来{at}",
            "publisher": {"slug": "archive", "title": "档案局"},
            "tags": ["旧"],
        }
        for at in range(3)
    ]
    lines = [json.dumps({**one, "issued": "2019-05-01T00:00:00+08:00"}).encode() for one in bodies]
    assert import_lines(house, lines, "old.ndjson", publish=True, complain=print).created == 3
    with house.writing() as opened:
        revised = get_dataset(opened, "brought-1", OPERATOR)
        registry.revise(opened, OPERATOR, revised, {"title": "改过", "schema": "land_supply.deal"})
        registry.submit(opened, OPERATOR, revised)
        registry.approve(opened, OPERATOR, revised)


OTHER = "0" * 64
TAMPERINGS = {
    "an act edited": ("UPDATE audit SET account = 'x' WHERE id = 3", "audit: record 3"),
    "an act's time": ("UPDATE audit SET at = '2019-01-01 00:00:00.000000' WHERE id = 3", "audit: record 3"),
    "an act's detail": ("UPDATE audit SET detail = '{}' WHERE act = 'ingest'", "does not fit the chain"),
    "an act deleted": ("DELETE FROM audit WHERE id = 3", "audit: record 4"),
    "the first act deleted": ("DELETE FROM audit WHERE id = 1", "audit: record 2"),
    "the tail cut off": ("DELETE FROM audit WHERE act IN ('set_synonyms', 'sign_head')", "the head signed on"),
    "the tail since the head cut off": ("DELETE FROM audit WHERE target = 'late'", "dataset late: no act speaks"),
    "all acts deleted": ("DELETE FROM audit", "the head signed on"),
    "a head deleted": ("DELETE FROM audit_head", ": it is gone"),
    "a head's time": ("UPDATE audit_head SET at = '2019-01-01 00:00:00.000000'", "the signature of the head"),
    "a head's digest": (f"UPDATE audit_head SET digest = '{OTHER}'", "is gone from the chain"),
    "a head's key": (f"UPDATE audit_head SET key = '{OTHER}'", "the signature of the head"),
    "a dataset's title": ("UPDATE dataset SET title = '别的' WHERE slug = 'own'", "dataset own: its title"),
    "a description": ("UPDATE dataset SET description = '别的' WHERE slug = 'own'", "dataset own: its description"),
    "a member nobody set": ("UPDATE dataset SET license = 'x' WHERE slug = 'own'", "dataset own: its license"),
    "an access": ("UPDATE dataset SET access = 'open' WHERE slug = 'own'", "dataset own: its access"),
    "a level": ("UPDATE dataset SET level = 'L2' WHERE slug = 'own'", "dataset own: its level"),
    "a state": ("UPDATE dataset SET state = 'published' WHERE slug = 'gone'", "dataset gone: its state"),
    "the reason of a tombstone": ("UPDATE dataset SET reason = 'x' WHERE slug = 'gone'", "dataset gone: its reason"),
    "when it was issued": (
        "UPDATE dataset SET issued = '2019-01-01 00:00:00.000000' WHERE slug = 'own'",
        "dataset own: its issued",
    ),
    "a dataset deleted": ("DELETE FROM dataset WHERE slug = 'brought-2'", "dataset brought-2: it is gone"),
    "an imported title": ("UPDATE dataset SET title = 'x' WHERE slug = 'brought-0'", "brought-0: it is not what was"),
    "an imported tag": ("UPDATE dataset SET tags = '[]' WHERE slug = 'brought-0'", "brought-0: it is not what was"),
    "an imported issue": (
        "UPDATE dataset SET issued = '2018-01-01 00:00:00.000000' WHERE slug = 'brought-0'",
        "brought-0: it is not what was",
    ),
    "an imported publisher": (
        "UPDATE dataset SET publisher_id = 1 WHERE slug = 'brought-0'",
        "brought-0: it is not what was",
    ),
    "a release's digest": (f"UPDATE release SET digest = '{OTHER}' WHERE number = 1", "release own/1: its digest"),
    "a release's rows": ("UPDATE release SET rows = 9 WHERE number = 1", "release own/1: its rows"),
    "a release's state": ("UPDATE release SET state = 'published' WHERE number = 2", "release own/2: its state"),
    "a release's upload": (
        f"UPDATE release SET upload_digest = '{OTHER}' WHERE number = 1",
        "release own/1: its upload",
    ),
    "when it was published": (
        "UPDATE release SET published_at = '2019-01-01 00:00:00.000000' WHERE number = 1",
        "release own/1: its published_at",
    ),
    "its notes": ("UPDATE release SET notes = '[\"好\"]' WHERE number = 1", "release own/1: its content"),
    "the latest release": (
        "UPDATE dataset SET latest_release_id = 2 WHERE slug = 'own'",
        "dataset own: its latest",
    ),
    "a finding deleted": ("DELETE FROM finding", "release own/1: its findings"),
    "a finding changed": ("UPDATE finding SET level = 'info'", "release own/1: its findings"),
    "a block lifted": ("DELETE FROM personal_column WHERE action IS NULL", "own/2: the personal data found"),
    "a decision": (
        "UPDATE personal_column SET action = 'publish' WHERE field = 'bei_zhu' AND action = 'mask'",
        "release own/1: what is decided on bei_zhu is publish",
    ),
    "a decision without an act": (
        "UPDATE personal_column SET action = 'mask' WHERE action IS NULL",
        "release own/2: what is decided on",
    ),
    "a decision's ground": (
        "UPDATE personal_column SET ground = 'x' WHERE action = 'publish'",
        "release own/1: what is decided on title:data",
    ),
    "a role": ("UPDATE account SET role = 'admin' WHERE name = 'a-steward'", "account a-steward: its role"),
    "an account made": (
        "INSERT INTO account (name, role, created_at) VALUES ('x', 'admin', '2019-01-01 00:00:00.000000')",
        "account x: no act",
    ),
    "another identity": (
        "UPDATE account SET issuer = 'https://id', subject = 'me' WHERE name = 'a-admin'",
        "account a-admin: its issuer",
    ),
    "for whom it acts": ("UPDATE account_publisher SET publisher_id = 2", "account a-steward: its publishers"),
    "a key's scopes": ("UPDATE api_key SET scopes = '[\"read\"]' WHERE id = 1", "key 1: its scopes"),
    "a key's end": ("UPDATE api_key SET expires_at = '2019-01-01 00:00:00.000000' WHERE id = 1", "key 1: its expires"),
    "a key revoked": (
        "UPDATE api_key SET revoked_at = '2019-01-01 00:00:00.000000' WHERE id = 1",
        "key 1: its revoked",
    ),
    "a key exchanged": ("UPDATE api_key SET digest = 'x' WHERE id = 1", "key 1: its fingerprint"),
    "a publisher's title": ("UPDATE publisher SET title = 'x' WHERE slug = 'bureau'", "publisher bureau: its title"),
    "a publisher's parent": (
        "UPDATE publisher SET parent_id = NULL WHERE slug = 'bureau'",
        "publisher bureau: its parent",
    ),
    "a publisher's former names": (
        "UPDATE publisher SET aliases = '[]' WHERE slug = 'city'",
        "publisher city: its aliases",
    ),
    "an imported publisher's title": (
        "UPDATE publisher SET title = 'x' WHERE slug = 'archive'",
        "publisher archive: its title",
    ),
    "a grant made longer": ("UPDATE application SET expires_at = NULL", "application 1: its until"),
    "a grant of other data": (
        "UPDATE application SET dataset_id = (SELECT id FROM dataset WHERE slug = 'gone')",
        "application 1: its dataset",
    ),
    "a grant for another": ("UPDATE application SET account_id = 1", "application 1: its account"),
    "a purpose": ("UPDATE application SET purpose = 'x'", "application 1: its purpose"),
    "a grant deleted": ("DELETE FROM application", "application 1: it is gone"),
    "synonyms": ("UPDATE synonym_list SET groups = '[]'", "synonyms: they are not"),
    "a duty": ("UPDATE duty SET lead = 'x' WHERE id = 'D001'", "duty D001: it is not"),
}


def test_every_change_by_hand_is_named(life: House) -> None:
    missed = {}
    for name, (change, sentence) in TAMPERINGS.items():
        with session(life.engine, write=True) as opened:
            take_guards_off(opened)
            changed = opened.connection().exec_driver_sql(change).rowcount
            found = [one for one in iter_faults_in(life, opened) if not one.startswith("database: the guard")]
            if not changed or not any(sentence in one for one in found):
                missed[name] = (changed, found)
            opened.rollback()
    assert missed == {}
    assert list(iter_faults(life)) == []


def test_a_guard_that_was_taken_off_is_named(life: House) -> None:
    with session(life.engine, write=True) as opened:
        take_guards_off(opened)
        found = list(iter_faults_in(life, opened))
        opened.rollback()
    assert found
    assert all(one.startswith("database: the guard") for one in found)


@pytest.mark.parametrize("kind", ["releases", "cells", "uploads", "sealed"])
def test_a_file_that_was_exchanged_is_named(life: House, kind: str) -> None:
    keys = list(life.storage.iter_keys(kind))
    assert keys
    for key in keys:
        path = life.storage.local_path(key)
        kept = path.read_bytes()
        path.write_bytes(kept[:-1] + bytes([kept[-1] ^ 1]))
        assert list(iter_faults(life)) != [], key
        path.write_bytes(kept)
    assert list(iter_faults(life)) == []
