"""Equal or stricter passes; anything weaker is named."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings

from initcontainer.contract import GateConfig, GatedVolume, Waiver, weaker_than
from scanners.findings import Severity
from scanners.limits import Limits
from scanners.records import replace

from .test_arguments import CONFIG

RULE = Waiver(rule="import-not-recognised", until=date(2027, 3, 31))


@settings(max_examples=40, deadline=None)
@given(CONFIG)
def test_a_configuration_is_not_weaker_than_itself(config: GateConfig) -> None:
    """Or no gate that injection made would be accepted, except where one path stands for two volumes."""
    paths = [volume.server_path for volume in config.volumes]
    if len(set(paths)) == len(paths):
        assert weaker_than(config, config) == []


@settings(max_examples=40, deadline=None)
@given(CONFIG, CONFIG)
def test_of_two_that_differ_only_in_threshold_one_is_weaker(one: GateConfig, other: GateConfig) -> None:
    """Exactly the higher threshold is refused."""
    changed = replace(one, fail_on=other.fail_on, volumes=(GatedVolume(server_path="/m"),))
    required = replace(one, volumes=(GatedVolume(server_path="/m"),))
    assert bool(weaker_than(changed, required)) == (changed.fail_on > required.fail_on)


@pytest.mark.parametrize(
    "stricter",
    [
        {"fail_on": Severity.LOW},
        {"allowed_imports": frozenset()},
        {"allowed_imports": frozenset({"other.Thing"})},
        {"waivers": ()},
        {"waivers": (replace(RULE, until=date(2026, 1, 1)),)},
        {"waivers": (replace(RULE, sha256="cd" * 32),)},
        {"limits": Limits(inflated_bytes=1, ratio=1, depth=1, members=1)},
        {"policy": "another"},
        {"policy_hash": "ffffffffffffffff"},
        {"policy_hash": ""},
        {"volumes": (GatedVolume(server_path="/mnt/models"), GatedVolume(server_path="/cache"))},
    ],
)
def test_stricter_passes(config: GateConfig, stricter: dict[str, object]) -> None:
    """So that yesterday's deployments come back after a policy was loosened, and names and hashes are labels."""
    assert weaker_than(replace(config, **stricter), config) == []  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("weaker", "told"),
    [
        ({"fail_on": Severity.HIGH}, "--fail-on is high, the policy fails on medium"),
        ({"allowed_imports": frozenset({"os.system"})}, "--allow-import=os.system"),
        ({"waivers": (replace(RULE, until=date(2027, 4, 1)),)}, "import-not-recognised until 2027-04-01"),
        ({"waivers": (Waiver(sha256="ab" * 32, until=date(2026, 1, 1)),)}, "any finding in the file with sha256"),
        ({"limits": Limits(depth=9)}, "--max-depth is 9, above the policy's 8"),
        ({"limits": Limits(inflated_bytes=1 << 40)}, "--max-inflated-bytes"),
        ({"limits": Limits(ratio=1001)}, "--max-ratio"),
        ({"limits": Limits(members=1_000_001)}, "--max-members"),
        ({"limits": Limits(seconds=61)}, "--max-seconds"),
        ({"volumes": (GatedVolume(server_path="/mnt/models", may_be_empty=True),)}, "/mnt/models"),
        ({"volumes": (GatedVolume(server_path="/new", may_be_empty=True),)}, "/new"),
    ],
)
def test_weaker_is_named_with_its_remedy(config: GateConfig, weaker: dict[str, object], told: str) -> None:
    """One deviation, at the arguments."""
    (deviation,) = weaker_than(replace(config, **weaker), config)  # type: ignore[arg-type]
    assert told in deviation.problem
    assert deviation.path == "args"
    assert deviation.remedy


def test_every_limit_is_compared() -> None:
    """A limit that is added to `Limits` must not be forgotten here."""
    volumes = (GatedVolume(server_path="/m"),)
    for name in Limits.__slots__:
        higher = replace(Limits(), **{name: getattr(Limits(), name) + 1})
        raised = GateConfig(volumes=volumes, limits=higher)
        assert len(weaker_than(raised, GateConfig(volumes=volumes))) == 1


def test_two_volumes_at_one_path_may_be_empty_only_if_both_may() -> None:
    """Two servers of a pod may mount different volumes at the same path; the path does not say which is meant."""
    empty, full = GatedVolume(server_path="/m", may_be_empty=True), GatedVolume(server_path="/m")
    config = GateConfig(volumes=(empty, full))
    assert len(weaker_than(config, GateConfig(volumes=(empty, full)))) == 1
    assert weaker_than(config, GateConfig(volumes=(empty, empty))) == []


def test_a_waiver_that_is_over_does_not_count(config: GateConfig) -> None:
    """A deployment that carries one that the administrator has cleared away since comes back."""
    required = replace(config, waivers=())
    assert len(weaker_than(config, required)) == 2
    assert len(weaker_than(config, required, today=date(2027, 3, 31))) == 1
    assert weaker_than(config, required, today=date(2027, 4, 1)) == []
