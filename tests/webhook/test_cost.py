"""What a review costs is bounded, counted in calls: no clock is read."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.webhook.builders import Known, policy, request
from tests.webhook.large import LARGE
from webhook.extent import MOST, Excessive, Extent
from webhook.inject import mutate
from webhook.review import Mode, review

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_CALLS = 1_000_000
"""Of Python and C functions together, for one review and one injection."""


def _calls(work: Callable[[], Any]) -> int:
    count = 0

    def tell(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(tell)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("size", [200, 2_000])
@pytest.mark.parametrize("name", LARGE)
def test_no_shape_costs_without_bound(name: str, size: int):
    """Below the limits, where most is worked on, and past most of them."""
    asked = request(LARGE[name](size))
    known = Known(policy=policy(scope="Everything"))
    assert _calls(lambda: review(asked, mode=Mode.ENFORCE, knowledge=known)) < MOST_CALLS
    assert _calls(lambda: mutate(asked, knowledge=known)) < MOST_CALLS


@pytest.mark.parametrize("name", [name for name in LARGE if name.startswith(("script", "argument", "variables"))])
def test_twice_the_text_costs_at_most_about_twice(name: str):
    """Reading what a container is told is linear."""
    asked = [request(LARGE[name](size)) for size in (200, 400)]
    once, twice = (_calls(lambda it=it: review(it, mode=Mode.ENFORCE, knowledge=Known())) for it in asked)
    assert twice < 2.3 * once + 2_000


def test_too_much_is_denied_on_enforce_only():
    """On the other paths it is said."""
    asked = request(LARGE["script-of-words"](50_000))
    answers = {mode: review(asked, mode=mode, knowledge=Known())["response"] for mode in Mode}
    assert {mode: answer["allowed"] for mode, answer in answers.items()} == {
        Mode.ENFORCE: False,
        Mode.WARN: True,
        Mode.AUDIT: True,
    }
    assert all(answer["auditAnnotations"]["violations"] == "object-excessive" for answer in answers.values())


@pytest.mark.parametrize("what", MOST)
def test_the_last_one_fits(what: str):
    """As many as there may be are accepted, one more is not."""
    extent = Extent()
    extent.add(what, MOST[what], "spec")
    with pytest.raises(Excessive, match="more than is looked at"):
        extent.add(what, 1, "spec")
