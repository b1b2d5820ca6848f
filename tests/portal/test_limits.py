"""How tries are counted: in any stretch of time, for each name, within bounds of memory."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from portal import limits
from portal.limits import MovingWindow


@given(st.lists(st.integers(0, 400), min_size=1, max_size=200))
def test_no_stretch_of_time_allows_more_than_the_number(gaps: list[int]) -> None:
    window, at, allowed = MovingWindow(3, 300), 0, []
    for gap in gaps:
        at += gap
        count = window.count("a", at)
        allowed += [at] if count.allowed else []
        assert count.left == 3 - sum(one > at - 300 for one in allowed)
        if not count.allowed:
            assert window.count("a", at + count.wait).allowed
            allowed.append(at := at + count.wait)
    assert all(later - first >= 300 for first, later in zip(allowed, allowed[3:], strict=False))


def test_the_border_of_a_window_allows_no_second_burst() -> None:
    window = MovingWindow(2, 60)
    allowed = [at for at in (58, 59, 60, 61, 117, 118, 118) if window.count("a", at).allowed]
    assert allowed == [58, 59, 118]
    assert window.count("b", 119).allowed


def test_names_are_forgotten_from_the_oldest_on() -> None:
    window = MovingWindow(1, 60)
    most = limits._MOST_READERS
    for number in range(most + 1):
        window.count(str(number), number / most)
    assert window.count("0", 2).allowed
    assert not window.count(str(most), 2).allowed
