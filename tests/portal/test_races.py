"""Many at once, and what changes in the middle: one wins each step, a revoked key ends at once, clocks go back."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from catalog import accounts, keys, registry
from catalog.accounts import OPERATOR
from catalog.audit import iter_broken_links
from catalog.db import now
from catalog.models import ApiKey, Audit, Dataset
from catalog.proofs import get_head, sign_daily_head
from portal.context import House
from tests.portal.conftest import Api, publish

AT_ONCE, TRIES = 8, 24
CSV = b"period,amount\n2019-Q3,1\n"


def race(api: Api, slug: str, act: str, body: Any = None) -> Counter[int]:
    """The statuses of many tries of the same act with the same ETag, at the same time."""
    etag = api.get(f"/datasets/{slug}").headers["ETag"]
    client = api.client.application.test_client

    def act_once(_: int) -> int:
        own = Api(client(), api.house, api.key)
        return own.post(f"/datasets/{slug}/{act}", body, headers={"If-Match": etag}).status_code

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return Counter(pool.map(act_once, range(TRIES)))


def test_of_many_at_once_just_one_wins_each_step(api: dict[str, Api], house: House) -> None:
    slug = api["steward"].register()
    steps = (("steward", "submit", None), ("reviewer", "approve", None), ("reviewer", "withdraw", {"reason": "不全"}))
    for who, act, body in steps:
        found = race(api[who], slug, act, body)
        assert found[200] == 1
        assert set(found) <= {200, 409, 410, 412}, (act, found)
    with house.writing() as opened:
        acts = opened.scalars(select(Audit.act).where(Audit.dataset_id.is_not(None)).order_by(Audit.id))
        assert list(acts) == ["register", "submit", "approve", "withdraw"]
        assert list(iter_broken_links(opened)) == []


MADE = {
    "/datasets": {"title": "同一个", "slug": "same", "publisher": "finance-bureau"},
    "/accounts": {"name": "same", "role": "reader"},
    "/publishers": {"title": "同一个", "slug": "same"},
}


@pytest.mark.parametrize("path", MADE)
def test_of_many_that_make_the_same_one_does(api: dict[str, Api], path: str) -> None:
    client = api["admin"].client.application.test_client

    def make(_: int) -> int:
        return Api(client(), api["admin"].house, api["admin"].key).post(path, MADE[path]).status_code

    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert Counter(pool.map(make, range(TRIES))) == {201: 1, 409: TRIES - 1}


def test_a_broken_rule_that_is_no_name_stays_a_fault_of_ours(app: Flask) -> None:
    with app.test_request_context():
        broken = IntegrityError("INSERT", {}, Exception("a reference to nothing"))
        assert app.handle_user_exception(broken).status_code == 500  # type: ignore[union-attr]  # a Response of ours


def at_once(*works: Callable[[], object]) -> list[object]:
    with ThreadPoolExecutor(len(works)) as pool:
        return [one.result() for one in [pool.submit(work) for work in works]]


def test_what_is_withdrawn_is_not_published_by_a_clock(api: dict[str, Api], house: House) -> None:
    slug = api["steward"].register()
    publish(api, slug)
    api["steward"].ingest(slug, CSV)
    assert api["steward"].act(slug, "submit").status_code == 200
    soon = (now() + timedelta(hours=1)).isoformat()
    assert api["reviewer"].act(slug, "approve", {"publish_at": soon}).status_code == 200
    with house.writing() as opened:
        opened.execute(update(Dataset).values(publish_at=now() - timedelta(seconds=1)))

    def publish_due() -> None:
        with house.writing() as opened:
            registry.publish_due(opened)

    def withdraw() -> int:
        return api["reviewer"].act(slug, "withdraw", {"reason": "不全"}).status_code

    _, status = at_once(publish_due, withdraw)
    assert status in (200, 412)
    if status == 412:  # it was published in between, and the reviewer has to look again
        assert withdraw() == 200
    publish_due()
    assert api["public"].get(f"/datasets/{slug}").status_code == 410


class Revoking(io.BytesIO):
    """A body in whose middle the key that brings it is revoked."""

    def __init__(self, content: bytes, revoke: Callable[[], None]) -> None:
        super().__init__(content)
        self.revoke: Callable[[], None] | None = revoke

    def readinto(self, buffer: Any, /) -> int:
        if self.revoke is not None:
            revoke, self.revoke = self.revoke, None
            revoke()
        return super().readinto(buffer)


@pytest.mark.parametrize("whole_account", [False, True])
def test_a_key_that_is_revoked_while_the_body_arrives_does_nothing(
    api: dict[str, Api], house: House, whole_account: bool
) -> None:
    slug = api["steward"].register()
    with house.writing() as opened:
        account = accounts.get_account(opened, "a-steward")
        made = keys.issue_key(opened, OPERATOR, account)
        key, number = made.key, made.record.id

    def revoke() -> None:
        with house.writing() as opened:
            if whole_account:
                accounts.revoke_account(opened, OPERATOR, "a-steward")
            else:
                keys.revoke_key(opened, OPERATOR, accounts.get_account(opened, "a-steward"), number)

    part = b'--m\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n' + CSV + b"\r\n--m--\r\n"
    answer = api["public"].client.post(
        f"/api/v1/datasets/{slug}/releases",
        input_stream=Revoking(part, revoke),
        headers={"Authorization": f"Bearer {key}", "Content-Length": str(len(part))},
        content_type="multipart/form-data; boundary=m",
    )
    assert answer.status_code == 401
    with house.writing() as opened:
        assert opened.scalars(select(Audit.act).where(Audit.act == "ingest")).all() == []


def test_nobody_approves_himself_through_a_second_key_or_role(api: dict[str, Api], house: House) -> None:
    with house.writing() as opened:
        made = accounts.create_account(opened, OPERATOR, "both", "admin")
        first, second = (keys.issue_key(opened, OPERATOR, made).key for _ in range(2))
    one, other = (Api(api["public"].client, house, key) for key in (first, second))
    slug = one.register()
    assert one.act(slug, "submit").status_code == 200
    assert [each.act(slug, "approve").status_code for each in (one, other)] == [403, 403]
    assert api["reviewer"].act(slug, "approve").status_code == 200


def test_a_clock_that_is_set_back_leaves_the_chain_in_order(
    api: dict[str, Api], house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    slug = api["steward"].register()
    with house.writing() as opened:
        before = sign_daily_head(opened, house.signer)
    for place in ("catalog.audit.now", "catalog.proofs.now", "catalog.registry.now"):
        monkeypatch.setattr(place, lambda: now() - timedelta(days=3))
    publish(api, slug)
    with house.writing() as opened:
        after = sign_daily_head(opened, house.signer)
        moments = opened.scalars(select(Audit.at).order_by(Audit.id)).all()
        assert moments == sorted(moments)
        assert list(iter_broken_links(opened)) == []
        assert before is not None
        assert after is not None
        assert get_head(opened).statement["position"] == after.position > before.position
    assert api["public"].get(f"/datasets/{slug}").status_code == 200


def test_a_key_keeps_its_end_to_the_second(api: dict[str, Api], house: House) -> None:
    with house.writing() as opened:
        made = keys.issue_key(opened, OPERATOR, accounts.get_account(opened, "a-steward"))
    own = Api(api["public"].client, house, made.key)
    assert own.get("/me").status_code == 200
    with house.writing() as opened:
        opened.get_one(ApiKey, made.record.id).expires_at = now()
    assert own.get("/me").status_code == 401
    assert [Api(own.client, house, made.key[:length]).get("/me").status_code for length in (1, 20, 42)] == [401] * 3
