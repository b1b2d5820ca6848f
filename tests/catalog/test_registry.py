"""The life of a dataset: who may do what, in which state, and what becomes public when."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from catalog import registry
from catalog.accounts import OPERATOR, PUBLIC, Actor
from catalog.audit import list_history
from catalog.db import now
from catalog.errors import Conflict, Forbidden, Gone, Invalid, NotFound, Unauthenticated
from catalog.lookup import get_current_release, get_dataset, list_visible_releases
from catalog.models import Dataset
from catalog.slugs import slug_of
from tests.factories import a_dataset, a_publisher, a_release, an_actor, refused


@pytest.fixture
def steward(session: Session) -> Actor:
    a_publisher(session)
    return an_actor(session, "steward")


@pytest.fixture
def reviewer(session: Session) -> Actor:
    return an_actor(session, "reviewer")


def test_a_dataset_begins_as_a_draft_that_only_insiders_see(session: Session, steward: Actor) -> None:
    dataset = a_dataset(session, steward)
    assert (dataset.state, dataset.revision, dataset.slug) == ("draft", 1, "di-fang-zheng-fu-zhai-wu-yu-e")
    assert get_dataset(session, dataset.slug, steward) is dataset
    with pytest.raises(NotFound):
        get_dataset(session, dataset.slug, PUBLIC)


def test_the_same_title_gets_another_slug_and_the_same_slug_is_refused(session: Session, steward: Actor) -> None:
    first = a_dataset(session, steward)
    assert a_dataset(session, steward).slug == f"{first.slug}-2"
    with refused(Conflict, "slug_taken"):
        a_dataset(session, steward, slug=first.slug)


@pytest.mark.parametrize("title", ["", "？！", "  "])
def test_a_title_without_letters_still_gets_a_slug(title: str) -> None:
    assert slug_of(title) == "dataset"


def test_a_long_title_gives_a_slug_of_whole_words() -> None:
    slug = slug_of("国有建设用地使用权出让公告" * 10)
    assert len(slug) <= 80
    assert slug.startswith("guo-you-jian-she")
    assert not slug.endswith("-")


def test_a_steward_registers_for_own_publishers_only(session: Session, steward: Actor) -> None:
    a_publisher(session, "land-bureau", "绍兴市自然资源和规划局")
    with pytest.raises(Forbidden):
        a_dataset(session, steward, publisher="land-bureau")
    with pytest.raises(NotFound) as caught:
        a_dataset(session, steward, publisher="land-burau")
    assert "land-bureau" in str(caught.value)


def test_reviewers_and_strangers_do_not_register(session: Session, steward: Actor, reviewer: Actor) -> None:
    with pytest.raises(Forbidden):
        a_dataset(session, reviewer)
    with pytest.raises(Unauthenticated):
        a_dataset(session, PUBLIC)


def test_submit_and_approve_make_dataset_and_releases_public_together(
    session: Session, steward: Actor, reviewer: Actor
) -> None:
    dataset = a_dataset(session, steward)
    release = a_release(session, dataset)
    registry.submit(session, steward, dataset)
    assert (dataset.state, release.state) == ("in_review", "in_review")
    registry.approve(session, reviewer, dataset)
    assert (dataset.state, release.state, dataset.latest_release) == ("published", "published", release)
    assert dataset.revision == 3
    assert get_current_release(session, get_dataset(session, dataset.slug), PUBLIC) is release
    assert [one.act for one in list_history(session, dataset.id)] == ["approve", "submit", "register"]


def test_nobody_approves_what_he_submitted_or_ingested(session: Session, steward: Actor) -> None:
    admin, other = an_actor(session, "admin"), an_actor(session, "admin", "other-admin")
    dataset = a_dataset(session, steward)
    a_release(session, dataset, ingested_by_id=other.account_id)
    registry.submit(session, admin, dataset)
    for own in (admin, other):
        with refused(Forbidden, "review_by_another"):
            registry.approve(session, own, dataset)


def test_an_act_that_the_state_forbids_is_a_conflict(session: Session, steward: Actor, reviewer: Actor) -> None:
    dataset = a_dataset(session, steward)
    with pytest.raises(Conflict):
        registry.approve(session, reviewer, dataset)
    with pytest.raises(Conflict):
        registry.withdraw(session, reviewer, dataset, "x")
    registry.submit(session, steward, dataset)
    with pytest.raises(Conflict):
        registry.submit(session, steward, dataset)
    with pytest.raises(Conflict):
        registry.revise(session, steward, dataset, {"title": "x"})


def test_a_steward_does_not_approve_and_a_limited_reviewer_keeps_to_his_offices(
    session: Session, steward: Actor
) -> None:
    a_publisher(session, "land-bureau", "绍兴市自然资源和规划局")
    elsewhere = an_actor(session, "reviewer", "elsewhere", "land-bureau")
    dataset = a_dataset(session, steward)
    registry.submit(session, steward, dataset)
    with pytest.raises(Forbidden):
        registry.approve(session, steward, dataset)
    with pytest.raises(Forbidden):
        registry.approve(session, elsewhere, dataset)


def test_a_rejected_dataset_goes_back_with_the_reason(session: Session, steward: Actor, reviewer: Actor) -> None:
    dataset = a_dataset(session, steward)
    release = a_release(session, dataset)
    registry.submit(session, steward, dataset)
    registry.reject(session, reviewer, dataset, "单位不明")
    assert (dataset.state, release.state, dataset.reason, dataset.under_review) == ("draft", "draft", "单位不明", False)
    registry.submit(session, steward, dataset)
    assert dataset.reason is None


def test_a_revision_of_a_published_dataset_waits_for_review(session: Session, steward: Actor, reviewer: Actor) -> None:
    dataset = published(session, steward, reviewer)
    registry.revise(session, steward, dataset, {"title": "新题目", "temporal": {"from": now().date(), "to": None}})
    assert (dataset.title, dataset.pending["title"]) == ("地方政府债务余额", "新题目")
    registry.submit(session, steward, dataset)
    assert dataset.state == "published"
    registry.approve(session, reviewer, dataset)
    assert (dataset.title, dataset.pending, dataset.temporal_from) == ("新题目", None, now().date())


def test_a_correction_waits_while_the_old_release_stays(session: Session, steward: Actor, reviewer: Actor) -> None:
    dataset = published(session, steward, reviewer, period="2019")
    correction = a_release(session, dataset, 2, period="2019")
    other = a_release(session, dataset, 3, period="2020")
    registry.submit(session, steward, dataset)
    assert get_current_release(session, dataset, PUBLIC).number == 1
    registry.approve(session, reviewer, dataset)
    assert (correction.supersedes, other.supersedes) == (1, None)
    assert dataset.latest_release is other
    assert [one.number for one in list_visible_releases(session, dataset, PUBLIC)] == [3, 2, 1]


def test_a_rejected_correction_leaves_the_dataset_public(session: Session, steward: Actor, reviewer: Actor) -> None:
    dataset = published(session, steward, reviewer)
    correction = a_release(session, dataset, 2)
    registry.submit(session, steward, dataset)
    registry.reject(session, reviewer, dataset, "再核对")
    assert (dataset.state, correction.state, dataset.under_review) == ("published", "draft", False)


def test_nothing_new_is_not_submitted(session: Session, steward: Actor, reviewer: Actor) -> None:
    dataset = published(session, steward, reviewer)
    with refused(Conflict, "nothing_to_submit"):
        registry.submit(session, steward, dataset)


def test_a_scheduled_dataset_is_invisible_until_its_time(session: Session, steward: Actor, reviewer: Actor) -> None:
    dataset = a_dataset(session, steward)
    release = a_release(session, dataset)
    registry.submit(session, steward, dataset)
    registry.approve(session, reviewer, dataset, now() + timedelta(hours=1))
    assert (dataset.state, release.state) == ("scheduled", "scheduled")
    assert registry.publish_due(session) == []
    with pytest.raises(NotFound):
        get_dataset(session, dataset.slug)
    dataset.publish_at = now() - timedelta(seconds=1)
    session.flush()
    assert registry.publish_due(session) == [dataset]
    assert (dataset.state, release.state, dataset.publish_at) == ("published", "published", None)


def test_a_time_that_is_past_publishes_at_once(session: Session, steward: Actor, reviewer: Actor) -> None:
    dataset = a_dataset(session, steward)
    registry.submit(session, steward, dataset)
    registry.approve(session, reviewer, dataset, now() - timedelta(hours=1))
    assert dataset.state == "published"


def test_a_scheduled_dataset_can_be_taken_back(session: Session, steward: Actor, reviewer: Actor) -> None:
    dataset = a_dataset(session, steward)
    registry.submit(session, steward, dataset)
    registry.approve(session, reviewer, dataset, now() + timedelta(hours=1))
    registry.reject(session, reviewer, dataset, "改日子")
    assert (dataset.state, dataset.publish_at) == ("draft", None)


def test_a_withdrawn_dataset_leaves_a_tombstone(session: Session, steward: Actor, reviewer: Actor) -> None:
    dataset = published(session, steward, reviewer)
    registry.withdraw(session, reviewer, dataset, "数字有误")
    with pytest.raises(Gone) as caught:
        get_dataset(session, dataset.slug)
    assert "数字有误" in str(caught.value)
    assert get_dataset(session, dataset.slug, steward).state == "withdrawn"


def test_sensitive_data_are_never_open(session: Session, steward: Actor) -> None:
    with pytest.raises(Invalid):
        a_dataset(session, steward, level="L3")
    dataset = a_dataset(session, steward, level="L3", access="conditional")
    with pytest.raises(Invalid):
        registry.revise(session, steward, dataset, {"access": "open"})


def test_the_family_is_the_first_part_of_the_schema(session: Session, steward: Actor) -> None:
    assert a_dataset(session, steward, schema="gov_debt.bonds").family == "gov_debt"
    assert a_dataset(session, steward, family="gov_debt").schema is None


def test_a_schema_is_fixed_once_rows_are_public(session: Session, steward: Actor, reviewer: Actor) -> None:
    dataset = published(session, steward, reviewer)
    with refused(Invalid, "schema_fixed_once_published"):
        registry.revise(session, steward, dataset, {"schema": "gov_debt.bonds"})


def test_answers_on_headers_are_kept(session: Session, steward: Actor, reviewer: Actor) -> None:
    dataset = a_dataset(session, steward)
    registry.set_mapping(session, steward, dataset, {"金额": "value", "备注": None})
    assert (dataset.mapping, dataset.revision) == ({"金额": "value", "备注": None}, 2)
    with pytest.raises(Forbidden):
        registry.set_mapping(session, reviewer, dataset, {})


def test_publishers_are_made_by_admins_once(session: Session, steward: Actor) -> None:
    registry.create_publisher(session, OPERATOR, {"slug": "tax", "title": "税务局", "region": None})
    with pytest.raises(Conflict):
        registry.create_publisher(session, OPERATOR, {"slug": "tax", "title": "税务局"})
    with pytest.raises(Forbidden):
        registry.create_publisher(session, steward, {"slug": "x", "title": "x"})


def published(session: Session, steward: Actor, reviewer: Actor, **release: str) -> Dataset:
    """A dataset with one published release."""
    dataset = a_dataset(session, steward)
    a_release(session, dataset, **release)
    registry.submit(session, steward, dataset)
    return registry.approve(session, reviewer, dataset)
