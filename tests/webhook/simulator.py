"""Plays a pod, to see whether a byte that no gate has examined can be read by the server.

Written without the webhook's code, from what Kubernetes does: init containers one after the other, sidecars from their
place on, the others once all init containers have ended, debug containers at any time. Whoever can write writes at the
worst moment. Files stand for bytes: a file has a version, a gate knows the versions it has seen, and the server reads
every file below its model path whenever it starts, and starts again at the end.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

DIRECTORIES = ("", "/a", "/a/b", "/c")
"""Where files are, below the root of every storage."""
HOST_DIRECTORIES = ("/data", "/data/a", "/data/a/b", "/data/c", "/logs", "/var/lib/kubelet/pods")


@dataclass
class Storage:
    """Versions of files by path."""

    directories: tuple[str, ...]
    files: dict[str, int] = field(default_factory=dict)


@dataclass
class Play:
    """A pod being played."""

    pod: dict[str, Any]
    trusted_image: str
    storages: dict[str, Storage] = field(default_factory=dict)
    clock: int = 0
    examined: set[tuple[str, str, int]] = field(default_factory=set)
    read_unexamined: bool = False

    def run(self) -> bool:
        """Return whether the server ever reads a byte that was not examined."""
        spec = self.pod["spec"]
        running: list[dict[str, Any]] = list(spec.get("ephemeralContainers") or [])
        for container in spec.get("initContainers") or []:
            if container.get("restartPolicy") == "Always":
                running.append(container)
                self.act(running)
            else:
                self.act([*running, container] if not self.is_gate(container) else running)
                if self.is_gate(container):
                    self.examine(container)
                    self.act(running)  # What runs beside the gate writes right behind its back.
        running += spec["containers"]
        self.act(running)
        self.act(running)  # The server starts again and reads what is there by then.
        return self.read_unexamined

    def act(self, running: list[dict[str, Any]]) -> None:
        """Let everyone who runs write, then every server read."""
        for container in running:
            for key, base in self.writable(container, running):
                self.write(key, base)
        for container in running:
            if is_server(container):
                self.read(container)

    def write(self, key: str, base: str) -> None:
        self.clock += 1
        storage = self.storage(key)
        for directory in storage.directories:
            if within(base, directory):
                storage.files[f"{directory}/weights"] = self.clock

    def read(self, container: dict[str, Any]) -> None:
        for mount in model_mounts(container):
            volume = self.volume(mount["name"])
            if mount.get("subPathExpr") or mount.get("mountPropagation", "None") != "None":
                self.read_unexamined = True  # What is there depends on something that is not in the object.
                continue
            key, base = place(volume)
            base += sub_path(mount)
            for path, version in self.storage(key).files.items():
                if within(base, path) and (key, path, version) not in self.examined:
                    self.read_unexamined = True

    def examine(self, container: dict[str, Any]) -> None:
        for mount in container["volumeMounts"]:
            if mount["mountPath"].startswith("/weighbridge/"):
                key, base = place(self.volume(mount["name"]))
                base += sub_path(mount)
                found = self.storage(key).files.items()
                self.examined |= {(key, path, version) for path, version in found if within(base, path)}

    def is_gate(self, container: dict[str, Any]) -> bool:
        """A gate is our image, as it is, told to stop at medium or below."""
        arguments = container.get("args") or []
        return (
            container["image"] == self.trusted_image
            and arguments[:1] == ["gate"]
            and bool({"--fail-on=low", "--fail-on=medium"} & set(arguments))
            and not any(word.startswith(("--allow-import", "--waive")) for word in arguments)
            and not container.get("command")
            and not container.get("env")
        )

    def writable(self, container: dict[str, Any], running: list[dict[str, Any]]) -> list[tuple[str, str]]:
        """Return every place a container can write."""
        spec = self.pod["spec"]
        context = container.get("securityContext") or {}
        reaches = context.get("privileged") or "SYS_ADMIN" in (context.get("capabilities") or {}).get("add", [])
        joined = container.get("targetContainerName") == "weighbridge-gate"
        shares = spec.get("hostPID") or (spec.get("shareProcessNamespace") and len(running) > 1)
        # A server that is privileged and alone harms only itself: the gate has looked before it starts.
        is_neighbour = not is_server(container) or any(is_server(other) for other in running if other is not container)
        if (reaches and is_neighbour) or joined or shares:
            return [
                (key, base) for key, base in map(place, spec["volumes"]) if not key.startswith(("image", "configMap"))
            ]
        found = []
        for mount in container.get("volumeMounts") or []:
            volume = self.volume(mount["name"])
            key, base = place(volume)
            if key == "host" and within("/var/lib/kubelet", base) and not mount.get("readOnly"):
                found += [place(other) for other in spec["volumes"]]
            if not mount.get("readOnly") and not is_read_only(volume):
                found.append((key, base + sub_path(mount)))
        found += [place(self.volume(device["name"])) for device in container.get("volumeDevices") or []]
        return found

    def storage(self, key: str) -> Storage:
        if key not in self.storages:
            made = Storage(HOST_DIRECTORIES if key == "host" else DIRECTORIES)
            if not key.startswith("empty"):
                made.files = {f"{directory}/weights": 0 for directory in made.directories}
            self.storages[key] = made
        return self.storages[key]

    def volume(self, name: str) -> dict[str, Any]:
        return next(volume for volume in self.pod["spec"]["volumes"] if volume["name"] == name)


def place(volume: dict[str, Any]) -> tuple[str, str]:
    """Return which storage a volume is, and where in it."""
    if "hostPath" in volume:
        return "host", volume["hostPath"]["path"]
    if "persistentVolumeClaim" in volume:
        return f"claim {volume['persistentVolumeClaim']['claimName']}", ""
    if "image" in volume:
        return f"image {volume['name']}", ""
    if "configMap" in volume:
        return f"configMap {volume['configMap']['name']}", ""
    return f"empty {volume['name']}", ""


def is_read_only(volume: dict[str, Any]) -> bool:
    return "image" in volume or "configMap" in volume or bool(volume.get("persistentVolumeClaim", {}).get("readOnly"))


def sub_path(mount: dict[str, Any]) -> str:
    return f"/{mount['subPath']}" if mount.get("subPath") else ""


def within(outer: str, inner: str) -> bool:
    return not outer or inner == outer or inner.startswith(f"{outer}/")


def is_server(container: dict[str, Any]) -> bool:
    """In these pods, who has a --model has it loaded."""
    return any(word.startswith("--model=") for word in container.get("args") or [])


def model_mounts(container: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the mount the model path leads into, and the mounts below the model path."""
    path = next(word for word in container["args"] if word.startswith("--model=")).partition("=")[2]
    mounts = container.get("volumeMounts") or []
    around = [mount for mount in mounts if within(mount["mountPath"], path)]
    below = [mount for mount in mounts if within(path, mount["mountPath"]) and mount["mountPath"] != path]
    return [*sorted(around, key=lambda mount: len(mount["mountPath"]))[-1:], *below]


def reads_unexamined(pod: dict[str, Any], trusted_image: str) -> bool:
    """Play a pod; return whether its server can read a byte that no gate has examined."""
    return Play(pod, trusted_image).run()
