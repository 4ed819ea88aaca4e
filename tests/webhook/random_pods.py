"""Pods of every shape: a good one, and some of the things people and attackers do to it."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from tests.webhook.builders import CLAIM, IMAGE_DIGEST, SCRATCH, gate, mount, pod, vllm

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    Change = Callable[[random.Random, dict[str, Any]], None]

HOST = {"name": "models", "hostPath": {"path": "/data"}}
IMAGE = {"name": "models", "image": {"reference": f"example.com/model@{IMAGE_DIGEST}"}}
SUB_PATHS = ("", "a", "a/b", "c")


def random_pod(rng: random.Random, changes: int | None = None) -> dict[str, Any]:
    """Return a pod that was good before up to four changes."""
    volume = rng.choice((CLAIM, SCRATCH, HOST, IMAGE))
    sub_path = rng.choice(("", "", "a"))
    where = {"subPath": sub_path} if sub_path else {}
    init = [gate(sub_path=sub_path)]
    if volume is SCRATCH or (volume is not IMAGE and rng.random() < 0.4):
        init.insert(0, _helper(rng, "download", read_only=False))
    made = pod(init=init, containers=[vllm("--model=/models", volumeMounts=[mount(**where)])], volumes=[volume])
    for change in rng.choices(CHANGES, k=rng.choice((0, 1, 1, 2, 3, 4)) if changes is None else changes):
        change(rng, made)
    return copy.deepcopy(made)


def _helper(rng: random.Random, name: str, *, read_only: bool, volume: str = "models") -> dict[str, Any]:
    more = {"subPath": path} if (path := rng.choice(SUB_PATHS)) and rng.random() < 0.5 else {}
    return {
        "name": f"{name}-{rng.randrange(10**9)}",
        "image": "example.com/tools:1",
        "volumeMounts": [mount(volume, "/work", read_only=read_only, **more)],
    }


def _init(made: dict[str, Any]) -> list[dict[str, Any]]:
    return made["spec"]["initContainers"]


def _gates(made: dict[str, Any]) -> list[dict[str, Any]]:
    return [container for container in _init(made) if container["name"] == "weighbridge-gate"]


def _server(rng: random.Random, made: dict[str, Any]) -> dict[str, Any]:
    return made["spec"]["containers"][0]


def add_init(rng: random.Random, made: dict[str, Any]) -> None:
    _init(made).insert(rng.randrange(len(_init(made)) + 1), _helper(rng, "init", read_only=rng.random() < 0.4))


def add_sidecar(rng: random.Random, made: dict[str, Any]) -> None:
    helper = _helper(rng, "sidecar", read_only=rng.random() < 0.5) | {"restartPolicy": "Always"}
    _init(made).insert(rng.randrange(len(_init(made)) + 1), helper)


def add_neighbour(rng: random.Random, made: dict[str, Any]) -> None:
    made["spec"]["containers"].append(_helper(rng, "neighbour", read_only=rng.random() < 0.5))


def add_debugger(rng: random.Random, made: dict[str, Any]) -> None:
    helper = _helper(rng, "debug", read_only=rng.random() < 0.3)
    if rng.random() < 0.4:
        helper = {**helper, "volumeMounts": [], "targetContainerName": rng.choice(("weighbridge-gate", "server"))}
    made["spec"]["ephemeralContainers"] = [helper]


def add_alias(rng: random.Random, made: dict[str, Any]) -> None:
    """The same storage, or a part or the whole of it, under another name."""
    name = f"alias-{rng.randrange(10**9)}"
    volume = made["spec"]["volumes"][0]
    if "hostPath" in volume:
        other = {"name": name, "hostPath": {"path": rng.choice(("/data", "/data/a", "/logs", "/"))}}
    elif "persistentVolumeClaim" in volume:
        claim = {"claimName": rng.choice(("models", "other")), **({"readOnly": True} if rng.random() < 0.3 else {})}
        other = {"name": name, "persistentVolumeClaim": claim}
    else:
        other = {"name": name, "emptyDir": {}}
    made["spec"]["volumes"].append(other)
    helper = _helper(rng, "alias", read_only=rng.random() < 0.3, volume=name)
    if rng.random() < 0.5:
        _init(made).insert(rng.randrange(len(_init(made)) + 1), helper)
    else:
        made["spec"]["containers"].append(helper)


def add_device(rng: random.Random, made: dict[str, Any]) -> None:
    rng.choice(made["spec"]["containers"])["volumeDevices"] = [{"name": "models", "devicePath": "/dev/x"}]


def add_nested_volume(rng: random.Random, made: dict[str, Any]) -> None:
    """Another volume inside the server's model directory."""
    name = f"nested-{rng.randrange(10**9)}"
    source = rng.choice(({"persistentVolumeClaim": {"claimName": "nested"}}, {"configMap": {"name": "nested"}}))
    made["spec"]["volumes"].append({"name": name, **source})
    _server(rng, made)["volumeMounts"].append(mount(name, f"/models/{name}"))
    if rng.random() < 0.5:
        for container in _gates(made):
            config = gate(("models", "/models"), (name, f"/models/{name}"))
            container.update(args=config["args"], volumeMounts=config["volumeMounts"])


def add_node_directory(rng: random.Random, made: dict[str, Any]) -> None:
    name = f"node-{rng.randrange(10**9)}"
    path = rng.choice(("/var/lib/kubelet", "/var/lib/kubelet/pods", "/logs"))
    made["spec"]["volumes"].append({"name": name, "hostPath": {"path": path}})
    made["spec"]["containers"].append(_helper(rng, "agent", read_only=rng.random() < 0.3, volume=name))


def make_writable(rng: random.Random, made: dict[str, Any]) -> None:
    _server(rng, made)["volumeMounts"][0].pop("readOnly", None)


def change_sub_path(rng: random.Random, made: dict[str, Any]) -> None:
    target = rng.choice([*_gates(made), _server(rng, made)])
    if target["volumeMounts"]:
        target["volumeMounts"][0]["subPath"] = rng.choice(SUB_PATHS[1:])


def use_expression(rng: random.Random, made: dict[str, Any]) -> None:
    made["spec"]["containers"][0]["volumeMounts"][0]["subPathExpr"] = "$(POD_NAME)"


def use_propagation(rng: random.Random, made: dict[str, Any]) -> None:
    made["spec"]["containers"][0]["volumeMounts"][0]["mountPropagation"] = rng.choice(("HostToContainer", "None"))


def remove_gate(rng: random.Random, made: dict[str, Any]) -> None:
    made["spec"]["initContainers"] = [one for one in _init(made) if one["name"] != "weighbridge-gate"]


def move_gate(rng: random.Random, made: dict[str, Any]) -> None:
    for container in _gates(made):
        _init(made).remove(container)
        _init(made).insert(rng.randrange(len(_init(made)) + 1), container)


def change_gate(rng: random.Random, made: dict[str, Any]) -> None:
    for container in _gates(made):
        container.update(
            rng.choice(
                (
                    {"image": f"registry.example.com/weighbridge/gate@{IMAGE_DIGEST}"},
                    {"image": "registry.example.com/weighbridge/gate:latest"},
                    {"command": ["true"]},
                    {"env": [{"name": "PYTHONPATH", "value": "/weighbridge/0"}]},
                    {"restartPolicy": "Always"},
                    {"args": [*container["args"], "--allow-import=os.system"]},
                    {"args": [word.replace("medium", "critical") for word in container["args"]]},
                    {"args": [word.replace("medium", "low") for word in container["args"]]},
                )
            )
        )


def share_processes(rng: random.Random, made: dict[str, Any]) -> None:
    made["spec"][rng.choice(("shareProcessNamespace", "hostPID"))] = True


def add_privilege(rng: random.Random, made: dict[str, Any]) -> None:
    context = rng.choice(({"privileged": True}, {"capabilities": {"add": ["SYS_ADMIN"]}}))
    containers = [one for one in (*_init(made), *made["spec"]["containers"]) if one["name"] != "weighbridge-gate"]
    rng.choice(containers)["securityContext"] = context


def serve_early(rng: random.Random, made: dict[str, Any]) -> None:
    early = copy.deepcopy(made["spec"]["containers"][0]) | {
        "name": f"early-{rng.randrange(10**9)}",
        "restartPolicy": "Always",
    }
    _init(made).insert(rng.randrange(len(_init(made)) + 1), early)


CHANGES: tuple[Change, ...] = (
    add_init,
    add_sidecar,
    add_neighbour,
    add_debugger,
    add_alias,
    add_device,
    add_nested_volume,
    add_node_directory,
    make_writable,
    change_sub_path,
    use_expression,
    use_propagation,
    remove_gate,
    move_gate,
    change_gate,
    share_processes,
    add_privilege,
    serve_early,
)
