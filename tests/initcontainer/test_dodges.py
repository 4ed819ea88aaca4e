"""The pod's author as attacker: each way around the gate that the container itself offers, and the check that closes it.

What lies outside the container (its place among the init containers, other containers, the pod) is admission's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from initcontainer.contract import Gate, GateConfig, is_trusted, read_gate, weaker_than

from .conftest import DIGEST

if TYPE_CHECKING:
    from collections.abc import Mapping

EVIL = "sha256:" + "66" * 32


def _refused_at(container: Mapping[str, Any]) -> set[str]:
    read = read_gate(container)
    return set() if isinstance(read, Gate) else {deviation.path for deviation in read}


def _accepted(container: Mapping[str, Any], required: GateConfig) -> bool:
    """Decide as admission does about the container alone."""
    read = read_gate(container)
    return (
        isinstance(read, Gate) and is_trusted(read.image_reference, {DIGEST}) and not weaker_than(read.config, required)
    )


def test_the_honest_gate_passes(container: dict[str, Any], config: GateConfig) -> None:
    """Otherwise the refusals below prove nothing."""
    assert _accepted(container, config)


def test_a_gate_that_restarts_beside_the_servers(container: dict[str, Any]) -> None:
    """`restartPolicy: Always` makes a sidecar: the server starts while it still scans, or after it failed."""
    container["restartPolicy"] = "Always"
    assert _refused_at(container) == {"restartPolicy"}


@pytest.mark.parametrize("policy", ["Never", "OnFailure"])
def test_a_gate_with_a_restart_policy_of_its_own(container: dict[str, Any], policy: str) -> None:
    """Container-level policies exist only to differ from the pod's."""
    container["restartPolicy"] = policy
    assert _refused_at(container) == {"restartPolicy"}


def test_restart_rules_that_forgive_exit_code_one(container: dict[str, Any]) -> None:
    """KEP-5307: rules on exit codes can restart until something else comes out."""
    rule = {"action": "Restart", "exitCodes": {"operator": "In", "values": [1, 2]}}
    container["restartPolicyRules"] = [rule]
    assert _refused_at(container) == {"restartPolicyRules"}


@pytest.mark.parametrize(
    "image",
    [
        f"registry.example.com/weighbridge/gate@{EVIL}",
        f"weighbridge-gate@{EVIL}",
        f"evil.example/{DIGEST.replace(':', '/')}@{EVIL}",
        f"evil.example/x:{DIGEST[7:]}@{EVIL}",
    ],
)
def test_the_name_with_another_image(container: dict[str, Any], config: GateConfig, image: str) -> None:
    """The container's name and the repository prove nothing."""
    container["image"] = image
    assert not _accepted(container, config)


@pytest.mark.parametrize(
    "image",
    [
        "registry.example.com/weighbridge/gate:1.0",
        "registry.example.com/weighbridge/gate",
        f"registry.example.com/weighbridge/gate:1.0@{DIGEST.upper()}",
        f"evil.example/x@{EVIL}@{DIGEST}",
        f"evil.example/x@{EVIL}#@{DIGEST}",
        f"evil.example/x\n@{DIGEST}",
        f"evil.example/x @{DIGEST}",
        [f"gate@{DIGEST}"],
        None,
    ],
)
def test_an_image_that_can_be_another_tomorrow(container: dict[str, Any], image: object) -> None:
    """A tag can be pushed again, or be poisoned in a node's cache with `imagePullPolicy: Never`."""
    container["image"] = image
    assert _refused_at(container) == {"image"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("command", ["sh", "-c", "exit 0"]),
        ("command", "true"),
        ("workingDir", "/weighbridge/0"),
        ("lifecycle", {"postStart": {"exec": {"command": ["sh", "-c", "kill 1"]}}}),
        ("lifecycle", {"stopSignal": "SIGKILL"}),
        ("stdin", True),
        ("tty", True),
        ("livenessProbe", {"exec": {"command": ["kill", "1"]}}),
        ("startupProbe", {"exec": {"command": ["kill", "1"]}}),
    ],
)
def test_another_program_in_the_gates_image(container: dict[str, Any], field: str, value: object) -> None:
    """The image is trusted for what its entry point does, not for what it contains."""
    container[field] = value
    assert _refused_at(container) == {field}


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--help"],
        ["gate"],
        ["gate", "--help"],
        ["gate", "-h", "--volume=/mnt/models"],
        ["scan", "/weighbridge/1"],
        ["scan", "--volume=/mnt/models", "--volume-may-be-empty=/cache"],
        ["--volume=/mnt/models", "--volume-may-be-empty=/cache"],
        ["gate", "gate", "--volume=/mnt/models", "--volume-may-be-empty=/cache"],
        ["rules"],
        ["--version"],
        ["-c", "pass"],
        ["gate", "--volume=/mnt/models", "--", "--volume=/cache"],
        ["gate", "--volume=/mnt/models", "@/weighbridge/0/arguments"],
        ["gate", "--volume=/mnt/models", "--termination-message-path=/weighbridge/0/x"],
        ["gate", "--volume=/mnt/models", "--mounted-at=/usr/share/empty"],
        ["gate", "--volume=$(AWS_MODELS)"],
        ["gate", "--volume=/mnt/models", "--fail-on=$(AWS_LEVEL)"],
        ["gate", "--volume=/mnt/models", "$(AWS_EXTRA)"],
        ["gate", "--volume=/mnt/models", "--policy=$$(AWS_EXTRA)"],
        [["gate", "--volume=/mnt/models"]],
        "gate --volume=/mnt/models",
        None,
    ],
)
def test_arguments_that_make_the_gate_do_something_else(container: dict[str, Any], arguments: object) -> None:
    """`--help` exits 0; a reference to a variable is expanded after admission; another command examines nothing."""
    container["args"] = arguments
    assert "args" in _refused_at(container)


@pytest.mark.parametrize(
    ("argument", "weaker"),
    [
        ("--fail-on=medium", "--fail-on=critical"),
        ("--max-depth=8", "--max-depth=9000"),
        ("--max-ratio=1000", "--max-ratio=1001"),
        ("--volume=/mnt/models", "--volume-may-be-empty=/mnt/models"),
        ("--allow-import=other.Thing", "--allow-import=os.system"),
    ],
)
def test_arguments_that_ask_for_less(container: dict[str, Any], config: GateConfig, argument: str, weaker: str) -> None:
    """Each is a good argument by itself, and less than the policy wants."""
    arguments = container["args"]
    arguments[arguments.index(argument)] = weaker
    assert isinstance(read_gate(container), Gate)
    assert not _accepted(container, config)


@pytest.mark.parametrize(
    "waiver",
    [
        "rule:import-runs-code,until:2027-03-31",
        "rule:import-not-recognised,until:2027-04-01",
        f"sha256:{'ab' * 32},until:2027-01-01",
        "rule:polyglot,until:2027-01-01",
    ],
)
def test_waivers_of_ones_own(container: dict[str, Any], config: GateConfig, waiver: str) -> None:
    """Another rule, a later day, every rule of a file, every file of a rule."""
    container["args"].insert(1, f"--waive={waiver}")
    assert isinstance(read_gate(container), Gate)
    assert not _accepted(container, config)


@pytest.mark.parametrize(
    "name",
    [
        "PYTHONPATH",
        "PYTHONSTARTUP",
        "PYTHONHOME",
        "PYTHONWARNINGS",
        "LD_PRELOAD",
        "LD_LIBRARY_PATH",
        "GLIBC_TUNABLES",
        "OPENSSL_CONF",
        "TMPDIR",
        "HOME",
        "PATH",
        "TZ",
        "XAWS_X",
        "aws_region",
        "_PROXY_LD_PRELOAD",
        "LD_PRELOAD\x00_AWS",
        "",
        None,
    ],
)
def test_variables_that_reach_into_the_gate(container: dict[str, Any], name: str | None) -> None:
    """The loader and the interpreter obey the environment before the gate's first line runs."""
    container["env"] = [{"name": name, "value": "/weighbridge/0"}]
    assert _refused_at(container) == {"env[0]"}


@pytest.mark.parametrize(
    "variable",
    [
        {"name": "AWS_X", "valueFrom": {"configMapKeyRef": {"name": "x", "key": "y"}}},
        {"name": "HTTP_PROXY", "valueFrom": {"secretKeyRef": {"name": "x", "key": "y"}}},
        {"name": "AWS_X", "value": {"a": 1}},
        "AWS_X=1",
        ["AWS_X"],
        None,
    ],
)
def test_variables_whose_value_is_decided_later(container: dict[str, Any], variable: object) -> None:
    """Only literal values can be judged now."""
    container["env"] = [variable]
    assert _refused_at(container) == {"env[0]"}


def test_a_whole_environment_from_elsewhere(container: dict[str, Any]) -> None:
    """`envFrom` brings names that are not written in the pod."""
    container["envFrom"] = [{"configMapRef": {"name": "innocent"}}]
    assert _refused_at(container) == {"envFrom"}


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/usr",
        "/usr/local/lib/python3.11/site-packages",
        "/app",
        "/lib/x86_64-linux-gnu/libc.so.6",
        "/etc/ld.so.preload",
        "/etc/ssl/certs",
        "/dev",
        "/dev/termination-log",
        "/proc",
        "/sys/fs/cgroup",
        "/tmp",
        "/weighbridge",
        "/weighbridge/",
        "/weighbridge/2",
        "/weighbridge/-1",
        "/weighbridge/00",
        "/weighbridge/01",
        "/weighbridge/\u0660",
        "/weighbridge/0/evil",
        "/weighbridge/0/..data",
        "/weighbridge/1/../0",
        "/weighbridge//0",
        "/weighbridge/0/",
        "/weighbridge/./0",
        "//weighbridge/0",
        "weighbridge/0",
        "0",
        "",
        "/var/run/secrets/kubernetes.io/serviceaccount/",
        "/var/run/secrets/kubernetes.io",
        "/var/run/secrets/azure",
        "/var/run/secrets/azure/tokens/..",
    ],
)
def test_a_mount_over_the_gate_or_over_what_it_examines(container: dict[str, Any], path: str) -> None:
    """Over its program it replaces it; below a gated volume it hides files from the gate alone."""
    container["volumeMounts"].append({"name": "x", "mountPath": path, "readOnly": True})
    assert _refused_at(container) == {"volumeMounts[3].mountPath"}


def test_one_place_for_two_volumes(container: dict[str, Any]) -> None:
    """The later mount would stand over the earlier one."""
    container["volumeMounts"].append({"name": "clean", "mountPath": "/weighbridge/0", "readOnly": True})
    assert _refused_at(container) == {"volumeMounts[3].mountPath"}


def test_a_volume_that_is_configured_and_not_mounted(container: dict[str, Any]) -> None:
    """The gate would look at a directory of its own image."""
    del container["volumeMounts"][0]
    assert _refused_at(container) == {"volumeMounts"}


def test_another_volume_or_part_of_it_is_told_to_admission(container: dict[str, Any]) -> None:
    """The pairs are what admission compares with the server's mounts: a clean neighbour is visible as such."""
    container["volumeMounts"][0] |= {"name": "clean", "subPath": "innocent"}
    read = read_gate(container)
    assert isinstance(read, Gate)
    assert (read.mounts[0].volume, read.mounts[0].sub_path) == ("clean", "innocent")


@pytest.mark.parametrize("sub_path", ["..", "a/../..", "/etc", 1, ["a"], {"a": 1}])
def test_a_part_of_the_volume_that_is_none(container: dict[str, Any], sub_path: object) -> None:
    """What does not name a directory inside the volume cannot be compared."""
    container["volumeMounts"][0]["subPath"] = sub_path
    assert "volumeMounts[0].subPath" in _refused_at(container)


def test_a_part_of_the_volume_that_is_decided_later(container: dict[str, Any]) -> None:
    """`subPathExpr` expands variables in the kubelet."""
    container["volumeMounts"][0]["subPathExpr"] = "$(AWS_PART)"
    assert _refused_at(container) == {"volumeMounts[0].subPathExpr"}


@pytest.mark.parametrize("propagation", ["HostToContainer", "Bidirectional", "", 0, []])
def test_mounts_that_appear_while_the_gate_runs(container: dict[str, Any], propagation: object) -> None:
    """With propagation, what is below the mount can change without a write."""
    container["volumeMounts"][0]["mountPropagation"] = propagation
    assert _refused_at(container) == {"volumeMounts[0].mountPropagation"}


@pytest.mark.parametrize("read_only", [False, None, "true", 1])
def test_a_gate_that_may_write(container: dict[str, Any], read_only: object) -> None:
    """A gate that can write could be made to write what the server then loads."""
    container["volumeMounts"][0]["readOnly"] = read_only
    assert _refused_at(container) == {"volumeMounts[0].readOnly"}


@pytest.mark.parametrize(
    ("resources", "path"),
    [
        ({"claims": [{"name": "device"}]}, "resources.claims"),
        ({"limits": {"nvidia.com/gpu": 1}}, "resources.limits"),
        ({"requests": {"memory": "1Gi", "smarter-devices/fuse": 1}}, "resources.requests"),
        ({"limits": ["cpu"]}, "resources.limits"),
        ({"tomorrow": True}, "resources.tomorrow"),
        ("cpu", "resources"),
        ([1], "resources"),
        ({"limits": False}, "resources.limits"),
    ],
)
def test_devices_whose_drivers_reach_into_the_gate(container: dict[str, Any], resources: object, path: str) -> None:
    """Device plugins and resource claims add mounts, variables and hooks that no pod shows."""
    container["resources"] = resources
    assert _refused_at(container) == {path}


def test_a_token_for_the_gate(container: dict[str, Any]) -> None:
    """What reads hostile files must not be able to talk to the API server."""
    container["volumeMounts"][2]["name"] = "kube-api-access-x7k2p"
    assert _refused_at(container) == {"volumeMounts[2]"}


def test_leaving_out_the_empty_volume_over_the_token(container: dict[str, Any]) -> None:
    """The API server would add the token after the template was judged."""
    del container["volumeMounts"][2]
    assert _refused_at(container) == {"volumeMounts"}


@pytest.mark.parametrize("mounts", [None, [], {}, "x", [None], [[]], [{"mountPath": "/weighbridge/0"}], [{"name": 1}]])
def test_mounts_that_are_no_mounts(container: dict[str, Any], mounts: object) -> None:
    """Whatever stands there, the volumes are missing."""
    container["volumeMounts"] = mounts
    assert "volumeMounts" in _refused_at(container)


@pytest.mark.parametrize("name", ["weighbridge-gate ", "Weighbridge-gate", "gate", "", None, 1])
def test_another_name(container: dict[str, Any], name: object) -> None:
    """The reporter reads the status by this name; it identifies nothing by itself."""
    container["name"] = name
    assert _refused_at(container) == {"name"}
