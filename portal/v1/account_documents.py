"""The answers about accounts, keys and applications, as the OpenAPI document describes them."""

from __future__ import annotations

from marshmallow import Schema, fields


class KeyAnswer(Schema):
    """A key's record; `key` is there only in the answer that made it."""

    id = fields.Integer()
    key = fields.String(metadata={"description": "The key itself: shown this once."})
    label = fields.String()
    scopes = fields.List(fields.String(), metadata={"example": ["read", "write"]})
    created_at = fields.AwareDateTime()
    expires = fields.AwareDateTime(allow_none=True)
    last_used_at = fields.AwareDateTime(allow_none=True, metadata={"description": "To the hour."})
    revoked_at = fields.AwareDateTime(allow_none=True)


class KeysAnswer(Schema):
    """The keys of an account."""

    total = fields.Integer()
    items = fields.List(fields.Nested(KeyAnswer))


class AccountAnswer(Schema):
    """An account."""

    name = fields.String(metadata={"example": "wang.fang"})
    role = fields.String(metadata={"enum": ["steward", "reviewer", "admin", "reader"]})
    publishers = fields.List(fields.String())
    with_children = fields.Boolean()
    created_at = fields.AwareDateTime()
    revoked_at = fields.AwareDateTime(allow_none=True)


class AccountsAnswer(Schema):
    """All accounts."""

    total = fields.Integer()
    items = fields.List(fields.Nested(AccountAnswer))


class MeAnswer(Schema):
    """Who holds the key, and how far it reaches."""

    name = fields.String()
    role = fields.String()
    publishers = fields.List(fields.String())
    scopes = fields.List(fields.String())


class ApplicationAnswer(Schema):
    """An application for the rows of a conditional dataset."""

    id = fields.Integer()
    account = fields.String()
    purpose = fields.String()
    state = fields.String(metadata={"enum": ["open", "granted", "refused", "expired"]})
    reason = fields.String(allow_none=True)
    created_at = fields.AwareDateTime()
    decided_at = fields.AwareDateTime(allow_none=True)
    expires = fields.AwareDateTime(allow_none=True)


class ApplicationsAnswer(Schema):
    """Applications, newest first."""

    total = fields.Integer()
    items = fields.List(fields.Nested(ApplicationAnswer))
