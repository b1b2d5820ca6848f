"""Accounts and their keys (admin; keys also by their own account), sign-in with a password, and who I am."""

from __future__ import annotations

from typing import Any

from flask import Response

from catalog import accounts, keys
from catalog.accounts import ROLES, Actor, require_role
from catalog.db import session
from catalog.errors import Unauthenticated
from catalog.models import Account, ApiKey
from portal.answers import PRIVATE, json_answer
from portal.context import actor, catalog_session, house
from portal.links import absolute
from portal.sign_in import require_rate
from portal.v1 import account_bodies as bodies
from portal.v1 import account_documents as documents
from portal.v1.blueprint import api
from portal.v1.resource import Resource, documented
from portal.v1.shapes import moment


def _private(data: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return json_answer(data, status, {**PRIVATE, **(headers or {})})


def _account_shape(account: Account) -> dict[str, Any]:
    return {
        "name": account.name,
        "role": account.role,
        "publishers": accounts.slugs_of(account),
        "with_children": any(one.with_children for one in account.grants),
        "created_at": moment(account.created_at),
        "revoked_at": moment(account.revoked_at),
    }


def _key_shape(record: ApiKey) -> dict[str, Any]:
    return {
        "id": record.id,
        "label": record.label,
        "scopes": record.scopes,
        "created_at": moment(record.created_at),
        "expires": moment(record.expires_at),
        "last_used_at": moment(record.last_used_at),
        "revoked_at": moment(record.revoked_at),
    }


def _new_key(made: keys.NewKey) -> Response:
    return _private({"key": made.key, **_key_shape(made.record)}, 201)


def _own_or_admin(name: str, scope: str = accounts.WRITE) -> Account:
    """The account, for an admin or for itself."""
    me: Actor = actor()
    require_role(me, *(ROLES if me.name == name else ("admin",)), scope=scope)
    return accounts.get_account(catalog_session(), name)


@api.route("/me")
class Me(Resource):
    """Who I am."""

    @documented(api)
    @api.response(200, documents.MeAnswer)
    def get(self) -> Response:
        """The account behind the key: name, role, publishers, and how far the key reaches."""
        me = actor()
        if me.role is None:
            raise Unauthenticated("key_needed")
        shape = {"name": me.name, "role": me.role, "publishers": sorted(me.publishers), "scopes": sorted(me.scopes)}
        return _private(shape)


@api.route("/accounts")
class Accounts(Resource):
    """All accounts."""

    @documented(api)
    @api.response(200, documents.AccountsAnswer)
    def get(self) -> Response:
        """Every account (admin)."""
        require_role(actor(), "admin", scope=accounts.READ)
        items = [_account_shape(one) for one in accounts.list_accounts(catalog_session())]
        return _private({"total": len(items), "items": items})

    @documented(api)
    @api.arguments(bodies.NewAccount)
    @api.response(201, documents.AccountAnswer)
    def post(self, body: dict[str, Any]) -> Response:
        """Make an account (admin); its keys are made at `/accounts/{name}/keys`."""
        require_role(actor(), "admin")
        made = accounts.create_account(catalog_session(), actor(), **body)
        return _private(_account_shape(made), 201, {"Location": absolute(f"/api/v1/accounts/{made.name}")})


@api.route("/accounts/<name>")
class OneAccount(Resource):
    """One account."""

    @documented(api)
    @api.response(200, documents.AccountAnswer)
    def get(self, name: str) -> Response:
        """One account (admin, or itself)."""
        return _private(_account_shape(_own_or_admin(name, accounts.READ)))

    @documented(api)
    @api.arguments(bodies.Grants)
    @api.response(200, documents.AccountAnswer)
    def put(self, body: dict[str, Any], name: str) -> Response:
        """Set for whom the account acts (admin)."""
        require_role(actor(), "admin")
        account = accounts.get_account(catalog_session(), name)
        accounts.change_account(
            catalog_session(), actor(), account, body["publishers"], with_children=body["with_children"]
        )
        return _private(_account_shape(account))

    @documented(api)
    @api.response(200, documents.AccountAnswer)
    def delete(self, name: str) -> Response:
        """End the account and all its keys, at once (admin); its record stays."""
        require_role(actor(), "admin")
        return _private(_account_shape(accounts.revoke_account(catalog_session(), actor(), name)))


@api.route("/accounts/<name>/keys")
class Keys(Resource):
    """The keys of an account."""

    @documented(api)
    @api.response(200, documents.KeysAnswer)
    def get(self, name: str) -> Response:
        """Their scopes, ends and last uses; never the keys."""
        account = _own_or_admin(name, accounts.READ)
        items = [_key_shape(one) for one in keys.list_keys(catalog_session(), account)]
        return _private({"total": len(items), "items": items})

    @documented(api)
    @api.arguments(bodies.NewKeyBody, required=False)
    @api.response(201, documents.KeyAnswer)
    def post(self, body: dict[str, Any], name: str) -> Response:
        """Make a key; the answer shows it this once."""
        account = _own_or_admin(name)
        made = keys.issue_key(catalog_session(), actor(), account, body["scopes"], body["expires"], body["label"])
        return _new_key(made)


@api.route("/accounts/<name>/keys/<int:key_id>")
class OneKey(Resource):
    """One key."""

    @documented(api)
    @api.response(200, documents.KeyAnswer)
    def delete(self, name: str, key_id: int) -> Response:
        """End the key, at once."""
        account = _own_or_admin(name)
        keys.revoke_key(catalog_session(), actor(), account, key_id)
        return _private(_key_shape(keys.get_key(catalog_session(), account, key_id)))


@api.route("/accounts/<name>/keys/<int:key_id>/rotate")
class Rotate(Resource):
    """A new key for an old one."""

    @documented(api)
    @api.arguments(bodies.Rotation, required=False)
    @api.response(201, documents.KeyAnswer)
    def post(self, body: dict[str, Any], name: str, key_id: int) -> Response:
        """Make a key with the same scopes; the old one ends when the overlap is over."""
        account = _own_or_admin(name)
        hours = body.get("overlap_hours", 24)
        return _new_key(keys.rotate_key(catalog_session(), actor(), account, key_id, hours))


@api.route("/accounts/<name>/password")
class PasswordOf(Resource):
    """A password to sign in with."""

    @documented(api)
    @api.arguments(bodies.Password)
    @api.response(204)
    def put(self, body: dict[str, Any], name: str) -> Response:
        """Set it; sessions that are open end."""
        account = _own_or_admin(name)
        keys.set_password(catalog_session(), actor(), account, body["password"])
        return Response(status=204)


@api.route("/sessions")
class Sessions(Resource):
    """Signing in and out."""

    for_public = True

    @documented(api)
    @api.arguments(bodies.SignInBody)
    @api.response(201, documents.KeyAnswer)
    def post(self, body: dict[str, Any]) -> Response:
        """Sign in with name and password: a key that ends after twelve hours."""
        require_rate(body["name"])
        with session(house().engine) as opened:  # no write waits while the password is tried
            proved = keys.prove(opened, body["name"], body["password"])
        with house().writing() as opened:  # kept whatever comes of it: a failed sign-in is on record too
            made = keys.sign_in(opened, body["name"], proved)
            answer = _new_key(made) if made else None
        if answer is None:
            raise Unauthenticated("sign_in_failed")
        return answer

    @documented(api)
    @api.response(204)
    def delete(self) -> Response:
        """Sign out: the key of this request ends."""
        me = actor()
        if me.role is None or me.key_id is None:
            raise Unauthenticated("key_needed")
        account = accounts.get_account(catalog_session(), me.name)
        keys.revoke_key(catalog_session(), me, account, me.key_id)
        return Response(status=204)
