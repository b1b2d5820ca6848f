"""What comes in about accounts, keys, sign-in and applications."""

from __future__ import annotations

from marshmallow import validate

from portal.v1.members import Flag, Moment, PublicText, Several, Slug, Text, Whole
from portal.v1.resource import Body

OVERLAP_HOURS = 24 * 30


class Grants(Body):
    """For whom an account acts."""

    publishers = Several(Slug(120), required=True, validate=validate.Length(max=200, error="list_too_long"))
    with_children = Flag(load_default=False, metadata={"description": "Also for the publishers below."})


class NewAccount(Body):
    """What makes an account."""

    name = PublicText(64, required=True, metadata={"example": "wang.fang"})
    role = Text(20, required=True, metadata={"enum": ["steward", "reviewer", "admin", "reader"]})
    publishers = Several(Slug(120), load_default=list, validate=validate.Length(max=200, error="list_too_long"))
    with_children = Flag(load_default=False, metadata={"description": "Also for the publishers below."})


class NewKeyBody(Body):
    """What makes a key."""

    scopes = Several(
        Text(140),
        load_default=lambda: ["read", "write"],
        validate=validate.Length(max=50, error="list_too_long"),
        metadata={"example": ["read", "ingest:shaoxing-land-deals"]},
    )
    expires = Moment(allow_none=True, load_default=None)
    label = PublicText(100, load_default="")


class Rotation(Body):
    """How long the old key goes on beside the new one."""

    overlap_hours = Whole(0, OVERLAP_HOURS, load_default=24)


class Password(Body):
    """A password to sign in with."""

    password = Text(200, required=True)


class SignInBody(Body):
    """Name and password."""

    name = Text(64, required=True)
    password = Text(200, required=True)


class Purpose(Body):
    """What an application is for."""

    purpose = PublicText(2000, required=True, metadata={"example": "研究 2019 年工业用地价格"})


class GrantBody(Body):
    """Until when an application is granted."""

    expires = Moment(allow_none=True, load_default=None)
