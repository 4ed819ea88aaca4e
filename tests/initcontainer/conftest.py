"""Gates as the policy wants them, to be bent by the tests."""

from __future__ import annotations

import copy
from datetime import date
from typing import Any

import pytest

from initcontainer.contract import GateConfig, GatedVolume, Mount, Waiver, gate_container
from scanners.findings import Severity

DIGEST = "sha256:" + "a1" * 32


@pytest.fixture
def config() -> GateConfig:
    """Return a configuration that uses every field."""
    return GateConfig(
        volumes=(GatedVolume(server_path="/mnt/models"), GatedVolume(server_path="/cache", may_be_empty=True)),
        fail_on=Severity.MEDIUM,
        policy="default",
        policy_hash="0123456789abcdef",
        allowed_imports=frozenset({"mypackage.layers.Attention", "other.Thing"}),
        waivers=(
            Waiver(rule="import-not-recognised", until=date(2027, 3, 31)),
            Waiver(rule="polyglot", sha256="ab" * 32, until=date(2027, 1, 1)),
        ),
    )


@pytest.fixture
def container(config: GateConfig) -> dict[str, Any]:
    """Return the canonical container, for the test to change."""
    mounts = [Mount(volume="models", sub_path="llama"), Mount(volume="cache")]
    image = f"registry.example/weighbridge/gate:1@{DIGEST}"
    return copy.deepcopy(gate_container(config, image=image, volumes=mounts, run_as_user=1000))
