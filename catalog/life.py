"""The life of a dataset as one table: which act leads from which state to which, and who may do it."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.accounts import Actor, require_role
from catalog.errors import Conflict, Forbidden
from catalog.models import Dataset

PUBLIC_STATES = ("published",)  # what everybody may see


@dataclass(frozen=True)
class Step:
    """One row of the table. `reviewing` says whether something must wait for review (None: does not matter)."""

    act: str
    before: str
    after: str
    roles: tuple[str, ...]
    reviewing: bool | None = None
    needs_reason: bool = False


STEPS = (
    Step("submit", "draft", "in_review", ("steward", "admin")),
    Step("submit", "published", "published", ("steward", "admin"), reviewing=False),
    Step("approve", "in_review", "published", ("reviewer", "admin")),
    Step("approve", "published", "published", ("reviewer", "admin"), reviewing=True),
    Step("reject", "in_review", "draft", ("reviewer", "admin"), needs_reason=True),
    Step("reject", "scheduled", "draft", ("reviewer", "admin"), needs_reason=True),
    Step("reject", "published", "published", ("reviewer", "admin"), reviewing=True, needs_reason=True),
    Step("withdraw", "published", "withdrawn", ("reviewer", "admin"), needs_reason=True),
)
ACTS = tuple(dict.fromkeys(step.act for step in STEPS))


def get_step(act: str, dataset: Dataset, actor: Actor) -> Step:
    """The row that applies. Raises Unauthenticated, Forbidden, or Conflict where the state forbids the act."""
    require_role(actor, *{role for step in STEPS if step.act == act for role in step.roles})
    if not actor.speaks_for(dataset.publisher.slug):
        raise Forbidden("publisher_does_not_fit", publisher=dataset.publisher.slug)
    for step in STEPS:
        fits = step.reviewing is None or step.reviewing == dataset.under_review
        if step.act == act and step.before == dataset.state and fits:
            return step
    raise Conflict("act_forbidden_by_state", act=act, state=dataset.state)
