"""What is written is what is read, and nothing else is read."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from initcontainer.contract import ContractError, GateConfig, GatedVolume, Waiver, from_arguments, to_arguments
from scanners.findings import Severity
from scanners.limits import Limits

if TYPE_CHECKING:
    from random import Random

NAME = st.from_regex(r"[a-zA-Z_][a-zA-Z0-9_é]{0,8}", fullmatch=True)
PATH = st.lists(
    st.text(
        st.characters(categories=["L", "N", "P", "S", "Zs"], exclude_characters="$/\u00a0"), min_size=1, max_size=8
    ),
    max_size=4,
).map(lambda parts: "/" + "/".join(parts))
SHA256 = st.from_regex(r"[0-9a-f]{64}", fullmatch=True)
RULE = st.from_regex(r"[a-z0-9]{1,5}(-[a-z0-9]{1,5}){0,3}", fullmatch=True)
DAY = st.dates(min_value=date(1000, 1, 1))
WAIVER = st.one_of(
    st.builds(Waiver, until=DAY, rule=RULE),
    st.builds(Waiver, until=DAY, sha256=SHA256),
    st.builds(Waiver, until=DAY, rule=RULE, sha256=SHA256),
)
POSITIVE = st.integers(min_value=1, max_value=10**17)


def _is_valid(path: str) -> bool:
    try:
        GatedVolume(server_path=path)
    except ContractError:
        return False
    return True


CONFIG = st.builds(
    GateConfig,
    volumes=st.lists(
        st.builds(GatedVolume, server_path=PATH.filter(_is_valid), may_be_empty=st.booleans()), min_size=1, max_size=5
    ).map(tuple),
    fail_on=st.sampled_from(Severity),
    policy=st.one_of(st.just(""), st.from_regex(r"[a-z0-9]([-a-z0-9.]{0,20}[a-z0-9])?", fullmatch=True)),
    policy_hash=st.one_of(st.just(""), st.from_regex(r"[0-9a-f]{8,64}", fullmatch=True)),
    allowed_imports=st.frozensets(st.lists(NAME, min_size=2, max_size=4).map(".".join), max_size=4),
    waivers=st.lists(WAIVER, max_size=3).map(tuple),
    limits=st.builds(Limits, inflated_bytes=POSITIVE, ratio=POSITIVE, depth=POSITIVE, members=POSITIVE),
)


@settings(max_examples=40, deadline=None)
@given(CONFIG)
def test_a_configuration_survives_its_arguments(config: GateConfig) -> None:
    """Injection writes, the gate and admission read: all three mean the same."""
    assert from_arguments(to_arguments(config)) == config


@settings(max_examples=40, deadline=None)
@given(CONFIG)
def test_kubernetes_expands_nothing_in_the_arguments(config: GateConfig) -> None:
    """`$(NAME)` would be replaced between admission and the gate."""
    assert not any("$" in argument for argument in to_arguments(config))


@settings(max_examples=40, deadline=None)
@given(CONFIG, st.randoms())
def test_the_order_of_arguments_matters_for_volumes_only(config: GateConfig, random: Random) -> None:
    """The same arguments in another order are the same gate."""
    arguments = to_arguments(config)
    volumes = [argument for argument in arguments if argument.startswith("--volume")]
    others = [argument for argument in arguments if not argument.startswith(("--volume", "--waive"))]
    waivers = [argument for argument in arguments if argument.startswith("--waive")]
    random.shuffle(others)
    assert from_arguments([*volumes, *others, *waivers]) == config


@settings(deadline=None)
@given(st.lists(st.text(max_size=40), max_size=5))
def test_any_other_text_is_refused_in_words(arguments: list[str]) -> None:
    """Whatever stands in `args`, the answer is a configuration or a `ContractError`."""
    with pytest.raises(ContractError):
        from_arguments(arguments)


@settings(deadline=None)
@given(st.sampled_from(["--volume", "--fail-on", "--waive", "--policy", "--max-depth", "--allow-import"]), st.text())
def test_any_value_of_a_known_argument_is_read_or_refused(name: str, value: str) -> None:
    """No value makes the parser fail in another way, and what it accepts it can write."""
    try:
        config = from_arguments(["--volume=/mnt/models", f"{name}={value}"])
    except ContractError:
        return
    assert from_arguments(to_arguments(config)) == config


def test_defaults_are_those_of_the_design() -> None:
    """A gate that is told only its volume fails on medium and waives nothing."""
    config = from_arguments(["--volume=/mnt/models"])
    assert config == GateConfig(volumes=(GatedVolume(server_path="/mnt/models"),))
    assert config.fail_on is Severity.MEDIUM
    assert config.limits == Limits(inflated_bytes=64 << 30, ratio=1000, depth=8, members=1_000_000)


@pytest.mark.parametrize(
    ("argument", "complaint"),
    [
        ("--verbose", "unknown argument"),
        ("--no-fail", "unknown argument"),
        ("gate", "unknown argument"),
        ("--volume", "must be written"),
        ("--volume=", "must be written"),
        ("--vol=/mnt", "unknown argument"),
        ("--termination-message-path=/dev/null", "unknown argument"),
        ("--mounted-at=/", "unknown argument"),
        ("--jobs=1", "unknown argument"),
        ("--fail-on=none", "must be one of low, medium, high, critical"),
        ("--fail-on=MEDIUM", "must be one of"),
        ("--fail-on=$(LEVEL)", "must be one of"),
        ("--max-depth=0", "at least 1"),
        ("--max-depth=-1", "at least 1"),
        ("--max-depth=1e3", "at least 1"),
        ("--max-depth=\u0663", "at least 1"),
        ("--max-depth=" + "9" * 30, "at least 1"),
        ("--allow-import=*", "exact dotted name"),
        ("--allow-import=os.*", "exact dotted name"),
        ("--allow-import=os", "exact dotted name"),
        ("--allow-import=os.", "exact dotted name"),
        ("--waive=rule:x", "until when"),
        ("--waive=until:2027-01-01", "must name a rule"),
        ("--waive=rule:x,until:never", "YYYY-MM-DD"),
        ("--waive=rule:x,until:20270101", "YYYY-MM-DD"),
        ("--waive=rule:x,until:2027-02-30", "is not a day"),
        ("--waive=rule:x,rule:y,until:2027-01-01", "must be written rule:ID"),
        ("--waive=path:/x,until:2027-01-01", "must be written rule:ID"),
        ("--waive=rule:Any Rule,until:2027-01-01", "is not a rule id"),
        ("--waive=sha256:ABC,until:2027-01-01", "64 lower-case"),
        ("--policy=../x", "name of a Kubernetes object"),
        ("--policy=$(X)", "name of a Kubernetes object"),
        ("--policy-hash=xyz", "hexadecimal"),
        ("--volume=mnt/models", "absolute"),
        ("--volume=/mnt/../etc", "'..'"),
        ("--volume=/mnt/models/", "at the end"),
        ("--volume=//mnt", "'//'"),
        ("--volume=/mnt/$(X)", "'$'"),
        ("--volume=/mnt/\u202emodels", "unprintable"),
        ("--volume=/mnt/a\nb", "unprintable"),
        ("--volume=/" + "a" * 2000, "at most"),
    ],
)
def test_a_wrong_argument_is_named(argument: str, complaint: str) -> None:
    """Every refusal says which value is wrong and what it should be."""
    with pytest.raises(ContractError) as refused:
        from_arguments(["--volume=/mnt/models", argument])
    assert complaint in str(refused.value)


@pytest.mark.parametrize("argument", ["--fail-on=low", "--policy=a", "--policy-hash=00000000", "--max-ratio=2"])
def test_an_argument_that_holds_once_is_not_taken_twice(argument: str) -> None:
    """The last of two would win in one parser and the first in another."""
    with pytest.raises(ContractError, match="twice"):
        from_arguments(["--volume=/mnt/models", argument, argument])


def test_a_gate_without_volumes_is_no_gate() -> None:
    """Nothing to examine is not the same as nothing found."""
    with pytest.raises(ContractError, match="volumes"):
        from_arguments(["--fail-on=low"])


def test_items_that_are_not_text_are_refused() -> None:
    """A pod is JSON before the API server has seen it: `args` may hold anything."""
    with pytest.raises(ContractError, match="must be text"):
        from_arguments(["--volume=/m", 1])  # type: ignore[list-item]
