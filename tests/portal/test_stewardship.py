"""Accounts, keys, sign-in, applications and proofs, over HTTP."""

from __future__ import annotations

from contextlib import suppress
from itertools import takewhile
from pathlib import Path

import pytest
from flask import Flask

from catalog import accounts, keys
from catalog.accounts import OPERATOR
from catalog.errors import TooMany
from catalog.proofs import sign_daily_head
from portal import sign_in
from portal.app import create_app
from portal.context import House
from tests.factories import OFFICE, a_publisher
from tests.portal.conftest import Api, publish

CSV = b"period,amount\n2019-Q3,1\n"
PASSWORD = "a long sentence, easily kept"


def as_key(api: Api, key: str) -> Api:
    return Api(api.client, api.house, key)


def test_an_admin_makes_accounts_and_keys_and_ends_them(api: dict[str, Api]) -> None:
    admin = api["admin"]
    body = {"name": "new", "role": "steward", "publishers": [OFFICE]}
    assert admin.post("/accounts", body).status_code == 201
    made = admin.post("/accounts/new/keys", {"scopes": ["read"], "label": "notebook"})
    assert made.status_code == 201
    assert made.headers["Cache-Control"] == "private, no-store"
    own = as_key(admin, made.json["key"])
    assert own.get("/me").json["scopes"] == ["read"]
    assert own.get("/accounts/new/keys").json["items"][0]["last_used_at"]
    assert "key" not in own.get("/accounts/new/keys").json["items"][0]
    assert own.post("/accounts/new/keys", {}).status_code == 403
    assert admin.call("DELETE", f"/accounts/new/keys/{made.json['id']}").json["revoked_at"]
    assert admin.call("DELETE", f"/accounts/new/keys/{1 << 63}").status_code == 404
    assert own.get("/me").status_code == 401
    again = admin.post("/accounts/new/keys", {}).json
    rotated = admin.post(f"/accounts/new/keys/{again['id']}/rotate", {"overlap_hours": 0}).json
    assert as_key(admin, again["key"]).get("/me").status_code == 401
    assert as_key(admin, rotated["key"]).get("/me").status_code == 200
    assert admin.call("DELETE", "/accounts/new").status_code == 200
    assert as_key(admin, rotated["key"]).get("/me").status_code == 401
    assert [one["name"] for one in admin.get("/accounts").json["items"]][-1] == "new"


def test_accounts_are_for_admins_and_ones_own(api: dict[str, Api]) -> None:
    assert api["steward"].get("/accounts").status_code == 403
    assert api["steward"].get("/accounts/a-admin").status_code == 403
    assert api["steward"].get("/accounts/a-steward").json["publishers"] == [OFFICE]
    assert api["public"].get("/accounts").status_code == 401
    assert api["steward"].post("/accounts", {"name": "x", "role": "admin"}).status_code == 403


def test_who_an_account_acts_for_can_be_changed(api: dict[str, Api]) -> None:
    api["admin"].post("/publishers", {"slug": "below", "title": "国库科", "parent": OFFICE})
    body = {"publishers": [OFFICE], "with_children": True}
    assert api["admin"].call("PUT", "/accounts/a-steward", json=body).json["with_children"]
    assert api["steward"].get("/me").json["publishers"] == ["below", OFFICE]
    items = api["public"].get("/publishers").json["items"]
    assert {one["slug"]: one["parent"] for one in items} == {"below": OFFICE, OFFICE: None}


def test_a_key_for_one_dataset_ingests_there_and_nowhere_else(api: dict[str, Api]) -> None:
    slug, other = api["steward"].register(), api["steward"].register(slug="other")
    made = api["admin"].post("/accounts/a-steward/keys", {"scopes": [f"ingest:{slug}"]}).json
    own = as_key(api["admin"], made["key"])
    assert own.ingest(slug, CSV)["state"] == "succeeded"
    assert own.upload(other, CSV).status_code in (403, 404)
    assert own.get(f"/datasets/{other}").status_code == 404
    assert own.act(slug, "submit").status_code == 403


def test_signing_in_and_out(api: dict[str, Api]) -> None:
    answer = api["steward"].call("PUT", "/accounts/a-steward/password", json={"password": PASSWORD})
    assert answer.status_code == 204
    made = api["public"].post("/sessions", {"name": "a-steward", "password": PASSWORD})
    assert made.status_code == 201
    own = as_key(api["public"], made.json["key"])
    assert own.get("/me").json["name"] == "a-steward"
    assert own.call("DELETE", "/sessions").status_code == 204
    assert own.get("/me").status_code == 401
    assert api["public"].call("DELETE", "/sessions").status_code == 401


def test_guessing_passwords_is_stopped(api: dict[str, Api], tmp_path: Path) -> None:
    body = {"name": f"nobody-{tmp_path.name[-40:]}", "password": "guess"}
    tries = (api["public"].post("/sessions", body) for _ in range(sign_in.FOR_A_NAME.number + 1))
    answers = list(takewhile(lambda answer: answer.status_code == 401, tries))
    assert len(answers) == sign_in.FOR_A_NAME.number
    stopped = api["public"].post("/sessions", body)
    assert stopped.status_code == 429
    assert 1 <= int(stopped.headers["Retry-After"]) <= 300


def test_no_write_waits_while_a_password_is_tried(
    api: dict[str, Api], house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = []

    def slow(*_: object) -> bool:
        with house.writing() as opened:  # it would wait for the sign-in, and that for it
            written.append(a_publisher(opened, "meanwhile"))
        return False

    monkeypatch.setattr(keys, "_fits", slow)
    assert api["public"].post("/sessions", {"name": "a-steward", "password": PASSWORD}).status_code == 401
    assert len(written) == 1


def test_all_server_processes_count_tries_together(app: Flask, api: dict[str, Api], house: House) -> None:
    other = create_app(house.settings)
    for number in range(sign_in.FOR_A_NAME.number):
        with (app, other)[number % 2].test_request_context():
            sign_in.require_rate("shared")
    for one in (app, other):
        with one.test_request_context(), pytest.raises(TooMany):
            sign_in.require_rate("shared")
    other.extensions["house"].close()


def test_an_address_that_tries_too_often_locks_nobody_out(app: Flask) -> None:
    with app.test_request_context(environ_base={"REMOTE_ADDR": "198.51.100.7"}):
        for number in range(sign_in.FROM_AN_ADDRESS.number + 1):
            with suppress(TooMany):
                sign_in.require_rate(f"name-{number}")
        with pytest.raises(TooMany):
            sign_in.require_rate("last")
    with app.test_request_context(environ_base={"REMOTE_ADDR": "198.51.100.8"}):
        sign_in.require_rate("last")


@pytest.fixture
def reader(api: dict[str, Api], house: House) -> Api:
    with house.writing() as opened:
        made = accounts.create_account(opened, OPERATOR, "citizen", "reader")
        key = keys.issue_key(opened, OPERATOR, made).key
    return as_key(api["public"], key)


@pytest.fixture
def conditional(api: dict[str, Api]) -> str:
    slug = api["steward"].register(access="conditional", conditions="实名申请", level="L2")
    api["steward"].ingest(slug, CSV)
    publish(api, slug)
    return slug


def test_the_rows_of_conditional_data_need_a_granted_application(
    api: dict[str, Api], reader: Api, conditional: str
) -> None:
    rows = f"/datasets/{conditional}/rows"
    place = f"/datasets/{conditional}/applications"
    assert [one.get(rows).status_code for one in (api["public"], reader)] == [403, 403]
    assert api["public"].post(place, {"purpose": "研究"}).status_code == 401
    made = reader.post(place, {"purpose": "研究"})
    assert made.status_code == 201
    assert reader.post(place, {"purpose": "研究"}).status_code == 409
    number = made.json["id"]
    assert reader.post(f"{place}/{number}/grant").status_code == 403
    assert api["reviewer"].post(f"{place}/{number}/grant").status_code == 403
    assert api["steward"].post(f"{place}/{number}/grant", {"expires": "2019-01-01T00:00:00Z"}).status_code == 422
    assert api["steward"].post(f"{place}/{number}/grant", {"expires": "2999-01-01T00:00:00Z"}).status_code == 200
    assert reader.get(rows).json["total"] == 1
    own = ("rows", "rows?release=1", "rows/1", "export.csv?release=1", "releases/1/profile", "changes?from=1&to=1")
    kept = {reader.get(f"/datasets/{conditional}/{path}").headers["Cache-Control"] for path in own}
    assert kept == {"private, no-store"}  # a grant ends: no cache on the way may outlive it
    assert reader.get(place).json["items"][0]["state"] == "granted"
    assert api["public"].get(place).status_code == 401
    assert api["steward"].post(f"{place}/{number}/refuse", {"reason": "用途不符"}).status_code == 200
    assert reader.get(rows).status_code == 403
    assert api["steward"].post(f"{place}/{number}/refuse", {"reason": "用途不符"}).status_code == 409
    assert api["steward"].post(f"{place}/404/grant").status_code == 404
    assert api["steward"].post(f"{place}/{1 << 63}/grant").status_code == 404


def test_open_data_need_no_application(api: dict[str, Api], reader: Api) -> None:
    slug = api["steward"].register()
    publish(api, slug)
    assert reader.post(f"/datasets/{slug}/applications", {"purpose": "研究"}).status_code == 409


def test_nobody_decides_his_own_application(api: dict[str, Api], conditional: str) -> None:
    place = f"/datasets/{conditional}/applications"
    number = api["steward"].post(place, {"purpose": "研究"}).json["id"]
    assert api["steward"].post(f"{place}/{number}/grant").status_code == 403


def test_closed_data_state_their_ground(api: dict[str, Api]) -> None:
    slug = api["steward"].register(access="closed", level="L4")
    assert api["steward"].act(slug, "submit").status_code == 409
    etag = api["steward"].get(f"/datasets/{slug}").headers["ETag"]
    ground = {"conditions": "《办法》第九条"}
    assert api["steward"].call("PATCH", f"/datasets/{slug}", json=ground, headers={"If-Match": etag}).status_code == 200
    publish(api, slug)
    assert api["public"].get(f"/datasets/{slug}").json["conditions"] == "《办法》第九条"


def test_heads_and_proofs_are_there_for_anybody(api: dict[str, Api], house: House) -> None:
    assert api["public"].get("/audit/head").status_code == 404
    slug = api["steward"].register()
    api["steward"].ingest(slug, CSV)
    assert api["steward"].get(f"/datasets/{slug}/releases/1/proof").status_code == 404
    publish(api, slug)
    with house.writing() as opened:
        sign_daily_head(opened, house.signer)
    head = api["public"].get("/audit/head").json
    assert head == api["public"].client.get("/audit/head").json == api["public"].get("/audit/heads").json["items"][0]
    proof = api["public"].get(f"/datasets/{slug}/releases/1/proof").json
    assert proof["key"] == head["key"]
    assert proof["statement"]["audit"]["position"] <= head["statement"]["position"]
    assert "a-reviewer" not in str(proof)


def test_every_answer_forbids_what_a_browser_might_do_with_it(app: Flask) -> None:
    with app.test_client() as client:
        for path, wanted in (("/api/v1", "default-src 'none'"), ("/docs", "default-src 'self'"), ("/no", "'none'")):
            headers = client.get(path).headers
            assert wanted in headers["Content-Security-Policy"]
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert "Access-Control-Allow-Credentials" not in headers


def test_a_publisher_below_one_that_there_is_not(api: dict[str, Api], house: House) -> None:
    with house.writing() as opened:
        a_publisher(opened, "second", "另一局")
    assert api["admin"].post("/publishers", {"slug": "x", "title": "x", "parent": "third"}).status_code == 404
