"""Objects as large as somebody hostile would write them, of every shape that once cost too much; `size` scales them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.webhook.builders import deployment, gate, mount, pod, server, vllm

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def _script(piece: str, size: int, ending: str = "") -> dict[str, Any]:
    return pod(containers=[server(command=["sh", "-c", piece * size + ending])])


def _argument(piece: str, size: int, beginning: str = "") -> dict[str, Any]:
    return pod(containers=[vllm("--model=/models", beginning + piece * size)])


def _environment(size: int, value: str = "x") -> dict[str, Any]:
    entries = [{"name": f"V{number}", "value": value} for number in range(size)]
    return pod(containers=[server(env=entries)])


def _containers(size: int, kind: str = "persistentVolumeClaim") -> dict[str, Any]:
    source = {"persistentVolumeClaim": "claimName", "hostPath": "path", "emptyDir": "medium"}[kind]
    volumes = [
        {"name": f"v{number}", kind: {source: "/" if kind == "hostPath" else f"c{number}"}} for number in range(size)
    ]
    init = [
        server(mount(f"v{number}", f"/m{number}", read_only=False), name=f"c{number}", restartPolicy="Always", env=[])
        for number in range(size)
    ]
    mounts = [mount(f"v{number}", f"/models/{number}", read_only=False) for number in range(size)]
    return pod(init=[gate(), *init], containers=[server(*mounts)], volumes=[*volumes, *pod()["spec"]["volumes"][:1]])


def _one_volume(size: int) -> dict[str, Any]:
    mounts = [mount("models", f"/m{number}", read_only=False) for number in range(size)]
    return pod(init=[], containers=[server(*mounts)], volumes=[{"name": "models", "emptyDir": {}}])


def _gated_parts(size: int) -> dict[str, Any]:
    size = min(size, 64)  # MOST_VOLUMES: a gate of more cannot be made
    volumes = [("models", f"/m{number}") for number in range(size)]
    mounts = [mount("models", f"/m{number}", subPath=f"s{number}") for number in range(size)]
    gated = gate(*volumes)
    for number, entry in enumerate(gated["volumeMounts"]):
        entry["subPath"] = f"s{number}"
    return pod(init=[gated], containers=[server(*mounts)])


def _references(size: int) -> dict[str, Any]:
    mounts = [mount("models", "/a" * (number + 1)) for number in range(min(size, 1000))]
    told = ",".join("/a" * (number % 200 + 1) + f"/{number}" for number in range(size))
    return pod(containers=[vllm(f"--model={told}", volumeMounts=mounts)])


def _labels(size: int) -> dict[str, Any]:
    made = pod(init=[gate(), *({"name": f"c{number}", "image": "x"} for number in range(min(size, 500)))])
    made["metadata"]["labels"] |= {f"l{number}": "x" for number in range(size)}
    return made


def _doubling(size: int) -> dict[str, Any]:
    entries = [{"name": "V0", "value": "x" * 50}]
    entries += [{"name": f"V{n}", "value": f"$(V{n - 1})$(V{n - 1})"} for n in range(1, min(size, 200))]
    return pod(containers=[server(env=entries, args=[f"$(V{n})" for n in range(min(size, 200))])])


def _nested(size: int) -> dict[str, Any]:
    deep: dict[str, Any] = {}
    for _ in range(min(size, 400)):
        deep = {"a": deep}
    return pod(volumes=[{"name": "models", "csi": {"driver": "d", "volumeAttributes": deep}}])


LARGE: Mapping[str, Callable[[int], dict[str, Any]]] = {
    "containers-of-claims": _containers,
    "containers-of-the-node": lambda size: _containers(size, "hostPath"),
    "containers-of-scratch": lambda size: _containers(size, "emptyDir"),
    "containers-in-a-template": lambda size: deployment(_containers(size)),
    "mounts-of-one-volume": _one_volume,
    "parts-in-a-gate": _gated_parts,
    "references": _references,
    "labels": _labels,
    "nested": _nested,
    "doubling-variables": _doubling,
    "variables": _environment,
    "variables-called-like-models": lambda size: pod(
        containers=[server(env=[{"name": f"M{n}_MODEL_PATH", "value": f"/m{n}"} for n in range(size)])]
    ),
    "unknown-fields": lambda size: pod(**{f"f{number}": 1 for number in range(size)}),
    "script-of-words": lambda size: _script("word ", size),
    "script-of-one-word": lambda size: _script("w", size),
    "script-of-quotes": lambda size: _script("'a'\"b\"", size),
    "script-of-unclosed-quotes": lambda size: _script("'a'", size, "'"),
    "script-of-escapes": lambda size: _script("\\a", size),
    "script-of-semicolons": lambda size: _script("a;", size),
    "script-of-references": lambda size: _script("$(A) ", size),
    "script-of-variables": lambda size: _script("$MODEL_PATH${A:-b} ", size),
    "script-of-assignments": lambda size: _script("A=$A$A;", size, " $A"),
    "script-of-comments": lambda size: _script("#a\n", size),
    "script-of-scripts": lambda size: _script("'a b' ", size),
    "script-in-script": lambda size: _script('"a ', size),
    "many-scripts": lambda size: pod(
        containers=[server(command=["sh", *["-c", "a"] * size], env=_environment(size)["spec"]["containers"][0]["env"])]
    ),
    "argument-of-dots": lambda size: _argument(".", size, "vllm"),
    "argument-of-blanks": lambda size: _argument(" ", size, "--trust-remote-code"),
    "argument-of-equals": lambda size: _argument("trust_remote_code =", size),
    "argument-of-switches": lambda size: _argument("--trust-remote-code ", size, "x "),
    "argument-of-slashes": lambda size: _argument("/a", size, "--tokenizer="),
    "argument-of-parts": lambda size: _argument("/a,", size, "--lora-modules="),
    "argument-of-brackets": lambda size: _argument("[", size, "--hf-overrides="),
    "argument-of-braces": lambda size: _argument("${A:-", size),
    "flags": lambda size: pod(containers=[vllm(*["--trust-remote-code"] * size)]),
}
"""Name -> what makes it: about ten to a hundred bytes for each step of `size`."""
