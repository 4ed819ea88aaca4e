"""Whatever a review is, it is answered: decided, or denied because it could not be decoded, and never with an exception.

WEIGHBRIDGE_REVIEWS=100000 plays more of them (`make fuzz`).
"""

from __future__ import annotations

import copy
import gc
import json
import os
import random
from pathlib import Path

import pytest

from tests.webhook.builders import Known, policy
from tests.webhook.cases import CASES
from tests.webhook.test_decisions import GOLDEN
from webhook import inject, review
from webhook.review import Mode

REVIEWS = int(os.environ.get("WEIGHBRIDGE_REVIEWS", "4000"))
VALUES = (
    None, True, False, 0, -1, 1.5, 10**30, "", "x", "/", "..", "$(X)", "${X", "\x1b[2J\u202e", "\ud800", [], {}, [[]], [None], {"": {}},
    {"name": "models"}, [{"name": "models"}], "a" * 5000, ["--model", "/models"], "sh", "-c", '"unclosed', "{{", "[", '{"a":',
)  # fmt: skip
KEYS = (
    "name",
    "image",
    "env",
    "args",
    "command",
    "volumeMounts",
    "spec",
    "metadata",
    "labels",
    "initContainers",
    "x\n",
    "~/1",
)


@pytest.fixture
def golden() -> list[dict]:
    return [json.loads((GOLDEN / f"{name}.json").read_text())["request"] for name in CASES]


@pytest.fixture(autouse=True)
def _no_fault_of_ours(monkeypatch):
    """The handler of last resort must never be needed."""

    def fail(message: str, *_: object) -> None:
        raise AssertionError(message)

    monkeypatch.setattr(review.LOG, "exception", fail)
    monkeypatch.setattr(inject.LOG, "exception", fail)


def _places(value, found=None):
    found = [] if found is None else found
    for key in value if isinstance(value, dict) else range(len(value)):
        found.append((value, key))
        if isinstance(value[key], (dict, list)):
            _places(value[key], found)
    return found


def _mutated(rng: random.Random, source: dict) -> dict:
    made = copy.deepcopy(source)
    for _ in range(rng.choice((1, 1, 2, 3, 8))):
        places = _places(made)
        if not places:
            break
        holder, key = rng.choice(places)
        choice = rng.random()
        if choice < 0.5:
            holder[key] = copy.deepcopy(rng.choice(VALUES))
        elif choice < 0.7:
            del holder[key]
        elif choice < 0.85:
            holder[key] = copy.deepcopy(rng.choice(places)[0])
        elif isinstance(holder, dict):
            holder[rng.choice(KEYS)] = copy.deepcopy(rng.choice(VALUES))
    return made


def _check(answer: dict, mode: Mode) -> None:
    json.dumps(answer)
    response = answer["response"]
    assert isinstance(response["allowed"], bool)
    undecoded = "review-not-decodable" in response.get("auditAnnotations", {}).get("violations", "")
    assert not (undecoded and response["allowed"] and mode is Mode.ENFORCE)
    message = response.get("status", {}).get("message", "")
    assert all(char.isprintable() or char == "\n" for char in message)
    assert len(message.splitlines()) <= 10


MOST_LEFT = 500
"""Objects that the interpreter may keep of all reviews together: its own caches fill up."""


def test_mutated_reviews_are_answered(golden):
    """Values replaced, removed and moved in real reviews, in every mode, under every scope; nothing of them is kept."""
    rng = random.Random(4)
    _play(golden, rng, REVIEWS // 4)
    before = _held()
    _play(golden, rng, REVIEWS - REVIEWS // 4)
    objects, kilobytes = _held()
    print(f"{REVIEWS} reviews: {objects - before[0]:+} objects, {kilobytes - before[1]:+} kB since the first quarter")
    assert objects - before[0] < MOST_LEFT


def _play(golden: list[dict], rng: random.Random, count: int) -> None:
    knowns = [Known(), Known(policy=policy(scope="Everything")), Known(injects=True), Known(policy=None)]
    for _ in range(count):
        asked = _mutated(rng, rng.choice(golden))
        mode = rng.choice(list(Mode))
        known = rng.choice(knowns)
        _check(review.review(asked, mode=mode, knowledge=known), mode)
        assert inject.mutate(asked, knowledge=known)["response"]["allowed"] is True


def _held() -> tuple[int, int]:
    """Return how many objects the interpreter holds, and how many kB of memory the process has."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1]) if Path("/proc/self/statm").exists() else 0
    return len(gc.get_objects()), pages * os.sysconf("SC_PAGE_SIZE") // 1024


@pytest.mark.parametrize("value", [*VALUES, {"request": None}, {"request": []}, {"request": {"uid": 7}}], ids=repr)
def test_no_reviews_at_all_are_denied(value):
    """What is no review is denied on the enforce path, and answered on the others."""
    answer = review.review(value, mode=Mode.ENFORCE, knowledge=Known())
    if isinstance(value, dict) and value.get("request", {}) in (None, {}):
        assert (
            answer["response"]["auditAnnotations"]["decision"] == "allowed"
        )  # A review of no kind that is judged here.
    else:
        assert answer["response"]["allowed"] is False
    assert review.review(value, mode=Mode.AUDIT, knowledge=Known())["response"]["allowed"] is True


def test_deep_nesting_is_denied():
    """Nesting beyond what Python follows is undecodable, not a crash."""
    deep: dict = {}
    inner = deep
    for _ in range(100_000):
        inner["a"] = {}
        inner = inner["a"]
    obj = {"metadata": {}, "spec": {"containers": [], "volumes": [{"name": "v", "csi": deep}]}}
    request = {"kind": {"group": "", "kind": "Pod"}, "operation": "UPDATE", "namespace": "a", "object": obj}
    request["oldObject"] = {
        "metadata": {},
        "spec": {"containers": [], "volumes": [{"name": "v", "csi": copy_of(deep)}]},
    }
    answer = review.review({"request": request}, mode=Mode.ENFORCE, knowledge=Known())
    assert answer["response"]["allowed"] is False


def copy_of(deep: dict) -> dict:
    made: dict = {}
    inner = made
    while deep:
        deep, inner["a"] = deep["a"], {}
        inner = inner["a"]
    return made
