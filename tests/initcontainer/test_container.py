"""The container that injection writes."""

from __future__ import annotations

from typing import Any

import pytest

from initcontainer.contract import (
    ContractError,
    Gate,
    GateConfig,
    GateMount,
    Mount,
    gate_container,
    no_token_volume,
    read_gate,
)

from .conftest import DIGEST


def _read(container: dict[str, Any]) -> Gate:
    gate = read_gate(container)
    assert isinstance(gate, Gate), [str(deviation) for deviation in gate]
    return gate


def test_what_injection_writes_admission_accepts(config: GateConfig, container: dict[str, Any]) -> None:
    """The canonical form reads back as itself."""
    gate = _read(container)
    assert gate.config == config
    assert gate.digest == DIGEST
    assert gate.mounts == (
        GateMount(index=0, volume="models", sub_path="llama"),
        GateMount(index=1, volume="cache", sub_path=""),
    )
    assert (gate.run_as_user, gate.run_as_group) == (1000, None)


@pytest.mark.parametrize(("user", "group"), [(None, None), (0, None), (0, 0), (1000, 2000)])
def test_any_uid_of_the_server_reads_back(config: GateConfig, user: int | None, group: int | None) -> None:
    """The gate runs as the server does, root included."""
    mounts = [Mount(volume="a"), Mount(volume="b")]
    written = gate_container(config, image=f"g@{DIGEST}", volumes=mounts, run_as_user=user, run_as_group=group)
    assert (_read(written).run_as_user, _read(written).run_as_group) == (user, group)


def test_it_satisfies_the_restricted_pod_security_standard(container: dict[str, Any]) -> None:
    """Container fields of https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted."""
    context = container["securityContext"]
    assert context["allowPrivilegeEscalation"] is False
    assert context["capabilities"] == {"drop": ["ALL"]}
    assert context["runAsNonRoot"] is True
    assert context["runAsUser"] != 0
    assert context["seccompProfile"] == {"type": "RuntimeDefault"}
    assert not {"privileged", "procMount", "seLinuxOptions", "windowsOptions"} & context.keys()
    assert "ports" not in container


def test_it_gets_no_service_account_token(container: dict[str, Any]) -> None:
    """The API server mounts a token unless something is mounted there already."""
    mount = container["volumeMounts"][-1]
    assert mount["mountPath"] == "/var/run/secrets/kubernetes.io/serviceaccount"
    assert no_token_volume() == {"name": mount["name"], "emptyDir": {}}


def test_every_mount_is_read_only(container: dict[str, Any]) -> None:
    """A gate that can write could be made to."""
    assert all(mount["readOnly"] is True for mount in container["volumeMounts"])


def test_each_volume_needs_its_mount(config: GateConfig) -> None:
    """A volume that is configured and not mounted would be an empty directory, or none."""
    with pytest.raises(ContractError, match="2 are configured, 1 are mounted"):
        gate_container(config, image=f"g@{DIGEST}", volumes=[Mount(volume="a")], run_as_user=1)


def test_resources_are_the_callers_choice(config: GateConfig) -> None:
    """They decide how fast a gate is, never what it passes."""
    mounts = [Mount(volume="a"), Mount(volume="b")]
    resources = {"limits": {"memory": "128Mi"}}
    written = gate_container(config, image=f"g@{DIGEST}", volumes=mounts, run_as_user=1, resources=resources)
    assert written["resources"] == resources
    assert isinstance(read_gate(written), Gate)
