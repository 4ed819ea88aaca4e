"""Any bytes get an answer, and on the enforce path nothing that could not be decoded is allowed."""

from __future__ import annotations

import json
import random
from typing import Any

import msgspec
import pytest

from tests.webhook.server.conftest import UID, review_of
from webhook.answers import Undecided, answer
from webhook.health import BAD_POD
from webhook.policy import DEFAULT_POLICY
from webhook.serve import judge_by
from webhook.stores import Static

ROUNDS = 3000
JUDGE = judge_by(Static(policies={"default": DEFAULT_POLICY}, default="default"))
VALUES: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1 << 70,
    1e300,
    "",
    "x",
    "\x00",
    "$(A)",
    [],
    {},
    [[]],
    {"a": {}},
    "../..",
    "é" * 9,
)


def seeds() -> list[dict[str, Any]]:
    """Return reviews that reach deep into the decision."""
    template = {"metadata": {"labels": {}}, "spec": BAD_POD["spec"]}
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "d"},
        "spec": {"template": template},
    }
    kind = {"group": "apps", "version": "v1", "kind": "Deployment"}
    return [
        review_of(BAD_POD),
        review_of(BAD_POD, operation="UPDATE", oldObject=BAD_POD),
        review_of(deployment, kind=kind),
        review_of(deployment, kind=kind, operation="UPDATE", oldObject={**deployment, "spec": {}}),
    ]


def places(value: Any) -> list[tuple[Any, Any]]:
    """Return every (container, key) in a JSON value."""
    found: list[tuple[Any, Any]] = []
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        found += [(value, key), *places(inner)]
    return found


def mutated(dice: random.Random, seed: dict[str, Any]) -> bytes:
    """Return a review with some values replaced, removed or repeated, and sometimes broken bytes."""
    review = json.loads(json.dumps(seed))
    for _ in range(dice.randint(1, 4)):
        if not (found := places(review)):
            break
        container, key = dice.choice(found)
        if dice.random() < 0.2:
            del container[key]
        else:
            container[key] = json.loads(json.dumps(dice.choice((*VALUES, dice.choice(found)[0]))))
    body = bytearray(json.dumps(review).encode())
    if dice.random() < 0.3:
        for _ in range(dice.randint(1, 3)):
            body[dice.randrange(len(body))] = dice.randrange(256)
    return bytes(body)


@pytest.mark.parametrize("mode", ["enforce", "warn", "audit"])
def test_any_bytes_get_an_answer(mode: str) -> None:
    """Mutated reviews: always an AdmissionReview with a plain true or false; only enforce ever says false."""
    dice = random.Random(f"weighbridge {mode}")
    decoded = 0
    for _ in range(ROUNDS):
        body = mutated(dice, dice.choice(seeds()))
        given = answer(body, mode, JUDGE)
        told = json.loads(given.body)["response"]
        assert told["allowed"] is given.allowed
        assert type(given.allowed) is bool
        assert mode == "enforce" or given.allowed
        decoded += given.undecided is None
        if not _decodes(body):
            assert given.undecided is not None
            assert given.allowed is (mode != "enforce")
    assert decoded > ROUNDS / 3


def _decodes(body: bytes) -> bool:
    try:
        return isinstance(msgspec.json.decode(body, type=dict[str, Any]).get("request"), dict)
    except (ValueError, RecursionError):
        return False


def test_a_uid_is_only_taken_from_the_head() -> None:
    """A body that is broken still answers under its uid, where the API server writes one; elsewhere none is guessed."""
    whole = json.dumps(review_of()).encode()
    assert json.loads(answer(whole[:200], "enforce", JUDGE).body)["response"]["uid"] == UID
    assert json.loads(answer(b" " * 2000 + whole[:-9], "enforce", JUDGE).body)["response"]["uid"] == ""


def test_reasons_have_a_sentence_each() -> None:
    """Every reason is told in words and none of them is the sender's."""
    from webhook.answers import undecided

    for reason in Undecided:
        given = undecided(reason, "enforce", detail="secret")
        assert "weighbridge" in given.response["status"]["message"]
        assert b"secret" not in given.body


def test_variables_that_double_each_other_end() -> None:
    """A pod of one kilobyte must not cost minutes and memory without end."""
    variables = [{"name": f"A{number}", "value": f"$(A{number - 1})$(A{number - 1})"} for number in range(1, 60)]
    server = {"name": "server", "image": "vllm/vllm-openai", "env": [{"name": "A0", "value": "x"}, *variables]}
    pod = {**BAD_POD, "spec": {"containers": [{**server, "args": ["--model=$(A59)"]}]}}
    given = answer(json.dumps(review_of(pod)).encode(), "enforce", JUDGE)
    assert (given.undecided, given.allowed) == (None, False)
