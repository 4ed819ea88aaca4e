"""What decisions rest on: policies, namespaces and claims, put in, dropped, pruned."""

from __future__ import annotations

import time

import pytest

from tests.apiserver import namespace, policy
from webhook.options import read_policies
from webhook.policy import compile_policy, decode_policy
from webhook.review import Mode
from webhook.stores import CLAIMS, NAMESPACES, POLICIES, Static, Stores


def stores(**options) -> Stores:
    filled = Stores(**options)
    filled.put(POLICIES, policy())
    filled.put(NAMESPACES, namespace("serving", enforce="default", warn="stricter"))
    return filled


def named(known, mode: Mode = Mode.ENFORCE) -> str | None:
    return known.name if known else None


def test_each_mode_has_its_label() -> None:
    """A label names the policy of one mode; a policy that does not exist is none."""
    filled = stores()
    assert named(filled.policy_for("serving", Mode.ENFORCE)) == "default"
    assert filled.policy_for("serving", Mode.WARN) is None
    assert filled.policy_for("serving", Mode.AUDIT) is None
    filled.put(POLICIES, policy("stricter"))
    assert named(filled.policy_for("serving", Mode.WARN)) == "stricter"


def test_an_unknown_namespace_has_no_policy() -> None:
    """Also where there is a default: on the enforce path that is a denial."""
    assert stores(default="default").policy_for("unheard-of", Mode.ENFORCE) is None


def test_the_default_is_for_namespaces_that_name_none() -> None:
    """Opt-out."""
    filled = stores(default="default")
    filled.put(NAMESPACES, namespace("free"))
    assert named(filled.policy_for("free", Mode.ENFORCE)) == "default"
    assert filled.policy_for("serving", Mode.WARN) is None


def test_an_invalid_edit_leaves_the_last_valid_policy() -> None:
    """A slip of the pen stops nobody; it is said, and the next valid edit is in force."""
    filled = stores()
    filled.put(POLICIES, policy(scope="Nothing"))
    assert named(filled.policy_for("serving", Mode.ENFORCE)) == "default"
    assert "spec.scope" in filled.errors()["default"]
    filled.put(POLICIES, policy(scope="Everything"))
    assert filled.errors() == {}
    known = filled.policy_for("serving", Mode.ENFORCE)
    assert known is not None
    assert known.spec.scope.value == "Everything"


def test_a_policy_that_was_never_valid_is_none() -> None:
    """There is nothing to fall back to: denied."""
    filled = Stores()
    filled.put(POLICIES, policy(scope="Nothing"))
    filled.put(NAMESPACES, namespace("serving", enforce="default"))
    assert filled.policy_for("serving", Mode.ENFORCE) is None


@pytest.mark.parametrize(
    "spec",
    [
        {"allowedImports": ["os."]},
        {"exceptions": [{"rule": "x", "reason": "r", "owner": "o", "expires": "2027-02-31"}]},
    ],
)
def test_what_only_compiling_finds_is_told_too(spec) -> None:
    """A day that is in no calendar, a name that no gate would take: the error is kept, and the last edition in force."""
    filled = Stores()
    filled.put(POLICIES, policy())
    filled.put(POLICIES, policy(**spec))
    assert list(filled.errors()) == ["default"]
    assert len(filled.compiled()) == 1


def test_former_hashes_are_remembered() -> None:
    """Those seen, those of an edition that was invalid in between, and those the object's status tells."""
    filled = Stores()
    filled.put(POLICIES, {**policy(), "status": {"recentHashes": ["aaaaaaaaaaaa", 7]}})
    first = filled.compiled()[0]
    filled.put(POLICIES, policy(scope="Nothing"))
    filled.put(POLICIES, policy(scope="Everything"))
    (second,) = filled.compiled()
    assert second.hash != first.hash
    assert second.recent == (first.hash, "aaaaaaaaaaaa")


def test_policies_from_files_are_the_only_ones() -> None:
    """With files nothing is asked of the cluster's ModelPolicy objects."""
    given = compile_policy(decode_policy(policy("given")))
    filled = stores(given={"given": given})
    filled.put(NAMESPACES, namespace("serving", enforce="given"))
    assert filled.followed == (NAMESPACES, CLAIMS)
    assert named(filled.policy_for("serving", Mode.ENFORCE)) == "given"


def test_claims_keep_what_decisions_read() -> None:
    """Access modes and volume, none of what others write into metadata."""
    filled = Stores()
    metadata = {"name": "models", "namespace": "serving", "annotations": {"big": "x" * 1000}}
    spec = {"accessModes": ["ReadOnlyMany"], "volumeName": "pv"}
    filled.put(CLAIMS, {"metadata": metadata, "spec": spec, "status": {"phase": "Bound", "capacity": {}}})
    known = filled.claim("serving", "models")
    assert known is not None
    assert known["spec"] == spec
    assert "annotations" not in known["metadata"]
    assert filled.claim("other", "models") is None


def test_what_is_dropped_is_gone() -> None:
    """Each resource by its own key, and dropping twice is nothing."""
    filled = stores()
    for _ in range(2):
        filled.drop(POLICIES, "", "default")
        filled.drop(NAMESPACES, "", "serving")
        filled.drop(CLAIMS, "serving", "models")
    assert filled.counts() == {POLICIES: 0, NAMESPACES: 0, CLAIMS: 0}
    assert filled.policy_for("serving", Mode.ENFORCE) is None


def test_pruning_spares_what_came_after_the_question() -> None:
    """A list is as old as its question: what was told since stays."""
    filled = stores()
    asked = time.monotonic()
    filled.put(POLICIES, policy("new"))
    assert filled.prune(POLICIES, [("", "elsewhere")], asked) == [("", "default")]
    assert filled.keys(POLICIES) == {("", "new")}
    assert filled.keys(NAMESPACES) == {("", "serving")}


def test_static_knowledge_refuses_a_policy_that_is_not_there() -> None:
    """A misspelt name is found before anything is served."""
    given = {"given": compile_policy(decode_policy(policy("given")))}
    with pytest.raises(ValueError, match="no policy is called other"):
        Static(policies=given, default="other")
    static = Static(policies=given, namespaces={"serving": "given"})
    assert named(static.policy_for("serving", Mode.AUDIT)) == "given"
    assert static.policy_for("free", Mode.AUDIT) is None


def test_files_may_hold_several_policies(tmp_path) -> None:
    """Documents one after the other, or a list."""
    import yaml

    path = tmp_path / "policies.yaml"
    path.write_text(yaml.safe_dump_all([policy("a"), policy("b")]))
    assert [known.name for known in read_policies(str(path))] == ["a", "b"]
    path.write_text("")
    with pytest.raises(ValueError, match="holds no ModelPolicy"):
        read_policies(str(path))
    path.write_text("kind: Pod\napiVersion: v1\n")
    with pytest.raises(ValueError, match=str(path)):
        read_policies(str(path))
