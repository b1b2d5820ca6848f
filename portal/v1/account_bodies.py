"""What comes in about accounts, keys, sign-in and applications."""

from __future__ import annotations

from marshmallow import ValidationError, fields, validate

from catalog.messages import say
from portal.v1.members import Moment, PublicText, Several, Slug, Text
from portal.v1.resource import Body

OVERLAP_HOURS = 24 * 30


class Grants(Body):
    """For whom an account acts."""

    publishers = Several(Slug(120), required=True, validate=validate.Length(max=200, error="list_too_long"))
    with_children = fields.Boolean(load_default=False, metadata={"description": "Also for the publishers below."})


class NewAccount(Body):
    """What makes an account."""

    name = PublicText(64, required=True, metadata={"example": "wang.fang"})
    role = Text(20, required=True, metadata={"enum": ["steward", "reviewer", "admin", "reader"]})
    publishers = Several(Slug(120), load_default=list, validate=validate.Length(max=200, error="list_too_long"))
    with_children = fields.Boolean(load_default=False, metadata={"description": "Also for the publishers below."})


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


def _check_hours(hours: int) -> None:
    if not 0 <= hours <= OVERLAP_HOURS:
        bounds = {"least": 0, "most": OVERLAP_HOURS, "value": hours}
        raise ValidationError([say("number_out_of_range", name="overlap_hours", **bounds)])


class Rotation(Body):
    """How long the old key goes on beside the new one."""

    overlap_hours = fields.Integer(
        load_default=24, validate=_check_hours, metadata={"minimum": 0, "maximum": OVERLAP_HOURS}
    )


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
