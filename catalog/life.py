"""The life of a dataset as one table: which act leads from which state to which, and who may do it."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.accounts import Actor, require_role
from catalog.errors import Conflict, Forbidden
from catalog.models import Dataset

PUBLIC_STATES = ("published",)  # what everybody may see


@dataclass(frozen=True)
class Step:
    """One row of the table: under which conditions an act leads from one state to another.

    `reviewing`: whether something must wait for review; `later`: whether the act names a time to come (None: does not
    matter). The role `worker` is the portal itself.
    """

    act: str
    before: str
    after: str
    roles: tuple[str, ...]
    reviewing: bool | None = None
    later: bool | None = None
    needs_reason: bool = False


WORKER = "worker"
STEPS = (
    Step("revise", "draft", "draft", ("steward", "admin")),
    Step("revise", "published", "published", ("steward", "admin"), reviewing=False),
    Step("submit", "draft", "in_review", ("steward", "admin")),
    Step("submit", "published", "published", ("steward", "admin"), reviewing=False),
    Step("approve", "in_review", "published", ("reviewer", "admin"), later=False),
    Step("approve", "in_review", "scheduled", ("reviewer", "admin"), later=True),
    Step("approve", "published", "published", ("reviewer", "admin"), reviewing=True),
    Step("publish", "scheduled", "published", (WORKER,)),
    Step("publish", "published", "published", (WORKER,), reviewing=True),
    Step("reject", "in_review", "draft", ("reviewer", "admin"), needs_reason=True),
    Step("reject", "scheduled", "draft", ("reviewer", "admin"), needs_reason=True),
    Step("reject", "published", "published", ("reviewer", "admin"), reviewing=True, needs_reason=True),
    Step("withdraw", "published", "withdrawn", ("reviewer", "admin"), needs_reason=True),
)
ACTS = tuple(dict.fromkeys(step.act for step in STEPS))


def get_step(act: str, dataset: Dataset, actor: Actor, *, later: bool = False) -> Step:
    """The row that applies. Raises Unauthenticated, Forbidden, or Conflict where the state forbids the act."""
    require_role(actor, *{role for step in STEPS if step.act == act for role in step.roles})
    if not actor.speaks_for(dataset.publisher.slug):
        raise Forbidden("publisher_does_not_fit", publisher=dataset.publisher.slug)
    for step in STEPS:
        if step.act == act and step.before == dataset.state and _fits(step, dataset.under_review, later):
            return step
    state = "in_review" if dataset.under_review else dataset.state
    raise Conflict("act_forbidden_by_state", act=act, state=state)


def _fits(step: Step, reviewing: bool, later: bool) -> bool:
    return step.reviewing in (None, reviewing) and step.later in (None, later)
