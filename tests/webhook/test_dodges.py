"""What the author of a pod might try to get a model loaded that no gate saw: each is refused, for the reason named.

Every pod has a good gate over the volume `models`, so that one more thing decides. The rows of `docs/threat-model.md`
say what each group is about.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.webhook.builders import CLAIM, Known, gate, mount, pod, policy, request, server, vllm
from webhook.review import Mode, review

EVIL = {"name": "evil", "persistentVolumeClaim": {"claimName": "evil"}}
BOTH = (mount(), mount("evil", "/evil"))
OFFLINE = {"HF_HUB_OFFLINE": "1", "HF_HOME": "/models"}


def _env(**values: Any) -> list[dict[str, Any]]:
    return [{"name": name, **({"value": value} if isinstance(value, str) else value)} for name, value in values.items()]


def _calls(*command: str, mounts=BOTH, env=None) -> dict[str, Any]:
    """Return a pod whose container calls this, with a gated and an ungated volume."""
    return pod(
        containers=[vllm(command=list(command), args=[], volumeMounts=list(mounts), env=env or [])], volumes=_VOLUMES
    )


_VOLUMES = [CLAIM, EVIL]


def _alone(*command: str, **env: Any) -> dict[str, Any]:
    """Return a pod whose container calls this and has a gated volume only."""
    return pod(containers=[vllm(command=list(command), args=[], env=_env(**env))])


def _own(env: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return a pod with a server of one's own."""
    return pod(containers=[server(env=_env(MODEL_PATH="/models/churn.pkl", **env), **changes)])


def _annotated(volume: dict[str, Any]) -> dict[str, Any]:
    made = server(mount(), mount("info", "/etc/info"), env=_env(MODEL_PATH="/etc/info/model.pkl"))
    return pod(containers=[made], volumes=[CLAIM, {"name": "info", **volume}])


_ANNOTATION = {"items": [{"path": "model.pkl", "fieldRef": {"fieldPath": "metadata.annotations['model']"}}]}
_DEFAULT_CACHE = "/root/.cache/huggingface"


def _hidden_cache() -> dict[str, Any]:
    """Return a pod that gates the usual cache and takes the real one's place from a ConfigMap."""
    env = _env(HF_HUB_OFFLINE="1", HF_HOME={"valueFrom": {"configMapKeyRef": {"name": "settings", "key": "home"}}})
    mounts = [mount("models", _DEFAULT_CACHE), mount("evil", "/evil")]
    made = vllm(command=["vllm", "serve", "org/name"], args=[], env=env, volumeMounts=mounts)
    return pod(init=[gate(("models", _DEFAULT_CACHE))], containers=[made], volumes=_VOLUMES)


def _relative_cache() -> dict[str, Any]:
    made = _hidden_cache()
    made["spec"]["containers"][0]["env"] = _env(HF_HUB_OFFLINE="1", HF_HOME="evil")
    return made


def _prefilled(**template: Any) -> dict[str, Any]:
    """Return a pod whose server has a volume of its own that is not empty."""
    volumes = [{"name": "models", "ephemeral": {"volumeClaimTemplate": template}}]
    return pod(init=[], containers=[server(mount(read_only=False))], volumes=volumes)


def _debugged() -> dict[str, Any]:
    """Return a pod without a sign of a model, to which a server is added as a debug container."""
    plain = {"name": "app", "image": "registry.example.com/api:1", "volumeMounts": [mount("evil", "/data")]}
    late = {"name": "debug", "image": "registry.example.com/api:1", "env": _env(MODEL_PATH="/data/churn.pkl")}
    late["volumeMounts"] = [mount("evil", "/data")]
    return pod(init=[], containers=[plain], volumes=[EVIL], ephemeralContainers=[late])


DODGES: dict[str, tuple[dict[str, Any], str]] = {
    # Two mounts at one place.
    "same-place-twice": (
        _calls("vllm", "serve", "/models", mounts=(mount(), mount("evil", "/models/"))),
        "review-not-decodable",
    ),
    # Variables that a script, or env, sets or takes away.
    "cache-set-in-a-script": (
        _calls("sh", "-c", "export HF_HOME=/evil; exec vllm serve org/name", env=_env(**OFFLINE)),
        "gate-missing",
    ),
    "cache-set-by-env": (
        _calls("env", "HF_HOME=/evil", "vllm", "serve", "org/name", env=_env(**OFFLINE)),
        "gate-missing",
    ),
    "online-by-a-script": (
        _alone("sh", "-c", "HF_HUB_OFFLINE=0 vllm serve org/name", **OFFLINE),
        "model-fetched-at-run-time",
    ),
    "offline-unset": (
        _alone("sh", "-c", "unset HF_HUB_OFFLINE; vllm serve org/name", **OFFLINE),
        "model-fetched-at-run-time",
    ),
    "offline-taken-away": (
        _alone("env", "-u", "HF_HUB_OFFLINE", "vllm", "serve", "org/name", **OFFLINE),
        "model-fetched-at-run-time",
    ),
    "all-taken-away": (_alone("env", "-i", "vllm", "serve", "org/name", **OFFLINE), "model-fetched-at-run-time"),
    "a-word-that-looks-like-offline": (
        _alone("vllm", "serve", "org/name", "--served-model-name", "HF_HUB_OFFLINE=1", HF_HOME="/models"),
        "model-fetched-at-run-time",
    ),
    "another-hub-by-a-script": (
        _alone("sh", "-c", "VLLM_USE_MODELSCOPE=1 vllm serve org/name", **OFFLINE),
        "model-fetched-at-run-time",
    ),
    "adapters-by-a-script": (
        _alone("sh", "-c", "VLLM_ALLOW_RUNTIME_LORA_UPDATING=1 vllm serve /models"),
        "runtime-model-management",
    ),
    "switch-by-a-script": (
        _alone("sh", "-c", "VLLM_ALLOW_INSECURE_SERIALIZATION=1 vllm serve /models"),
        "remote-code-switch",
    ),
    "code-path-by-a-script": (
        _own({}, command=["sh", "-c", "PYTHONPATH=/models python app.py"]),
        "remote-code-switch",
    ),
    # Variables that mean something else than they seem to.
    "offline-said-twice": (
        _alone("vllm", "serve", "org/name", HF_HOME="/models", HF_HUB_OFFLINE="0", TRANSFORMERS_OFFLINE="1"),
        "model-fetched-at-run-time",
    ),
    "offline-with-a-blank": (
        _alone("vllm", "serve", "org/name", HF_HOME="/models", HF_HUB_OFFLINE=" 1"),
        "model-fetched-at-run-time",
    ),
    "offline-for-another-client": (
        _alone("llama-server", "-hf", "org/name", LLAMA_CACHE="/models", **OFFLINE),
        "model-fetched-at-run-time",
    ),
    "cache-from-elsewhere": (_hidden_cache(), "gate-missing"),
    "cache-that-is-relative": (_relative_cache(), "gate-missing"),
    "code-before-a-script": (_own({"BASH_ENV": "/models/profile"}), "remote-code-switch"),
    "programs-on-the-volume": (_own({"PATH": "/models/bin:/usr/bin"}), "remote-code-switch"),
    "agent-on-the-volume": (_own({"JAVA_TOOL_OPTIONS": "-javaagent:/models/agent.jar"}), "remote-code-switch"),
    "name-that-leads-up": (
        pod(
            init=[gate(("models", "/models"))],
            containers=[
                server(*BOTH, image="tensorflow/serving:2.18.0", env=_env(MODEL_NAME="../evil"))
                | {"args": ["--file_system_poll_wait_seconds=0"]}
            ],
            volumes=_VOLUMES,
        ),
        "value-undetermined",
    ),
    "environment-of-the-server": (
        pod(
            containers=[
                server(
                    *BOTH,
                    image="seldonio/mlserver:1.6.1",
                    env=_env(MLSERVER_MODELS_DIR="/models", MLSERVER_ENV_TARBALL="/evil/environment.tar.gz"),
                )
            ],
            volumes=_VOLUMES,
        ),
        "gate-missing",
    ),
    "model-from-another-registry": (
        _alone("llama-server", "-dr", "ai/evil", LLAMA_CACHE="/models"),
        "model-fetched-at-run-time",
    ),
    # Flags in other spellings.
    "abbreviated-getopt": (_calls("tritonserver", "--model-repository=/models", "--model-repo=/evil"), "gate-missing"),
    "abbreviated-argparse": (
        _calls("python", "-m", "sklearnserver", "--model_dir=/models", "--model_di=/evil"),
        "gate-missing",
    ),
    "abbreviated-mode": (
        _alone("tritonserver", "--model-repository=/models", "--model-control=explicit"),
        "runtime-model-management",
    ),
    "member-of-a-json-flag": (_calls("vllm", "serve", "/models", "--speculative-config.model=/evil"), "gate-missing"),
    "libraries-beside-models": (
        _calls("tritonserver", "--model-repository=/models", "--backend-directory=/evil"),
        "gate-missing",
    ),
    "vocoder-beside-the-model": (_calls("llama-server", "-m", "/models/a.gguf", "-mv", "/evil/v.gguf"), "gate-missing"),
    "vocoder-from-the-hub": (
        _alone("llama-server", "-m", "/models/a.gguf", "--hf-repo-v", "org/evil"),
        "model-fetched-at-run-time",
    ),
    "vocoder-from-the-hub-by-a-variable": (
        _alone("llama-server", "-m", "/models/a.gguf", LLAMA_ARG_HF_REPO_V="org/evil"),
        "model-fetched-at-run-time",
    ),
    "preset-that-fetches": (
        _alone("llama-server", "-m", "/models/a.gguf", "--fim-qwen-7b-default"),
        "model-fetched-at-run-time",
    ),
    "token-map-beside-the-model": (
        _calls("sglang", "serve", "--model-path", "/models", "--speculative-token-map", "/evil/map.pt"),
        "gate-missing",
    ),
    "behind-a-flag-without-value": (
        _calls("vllm", "serve", "--enforce-eager", "/evil", "--model=/models"),
        "gate-missing",
    ),
    "hub-behind-a-flag-without-value": (
        _alone("vllm", "serve", "--enforce-eager", "org/evil", "--model=/models"),
        "model-fetched-at-run-time",
    ),
    # Scripts.
    "options-end": (_alone("bash", "-c", "--", "vllm serve org/evil"), "model-fetched-at-run-time"),
    "letters-behind-c": (_alone("sh", "-ce", "vllm serve org/evil"), "model-fetched-at-run-time"),
    "options-behind-c": (_alone("sh", "-c", "-x", "vllm serve org/evil"), "model-fetched-at-run-time"),
    "another-user": (_alone("su", "vllm", "-c", "vllm serve org/evil"), "model-fetched-at-run-time"),
    "split-by-env": (_alone("env", "-S", "vllm serve org/evil"), "model-fetched-at-run-time"),
    "split-by-env-in-one-word": (_alone("env", "-Svllm serve org/evil"), "model-fetched-at-run-time"),
    "wrapper-with-a-flag": (_alone("time", "--verbose", "vllm", "serve", "org/evil"), "model-fetched-at-run-time"),
    "called-twice": (_calls("sh", "-c", "vllm serve /models --help; vllm serve /evil"), "gate-missing"),
    "two-stacks": (
        _alone("sh", "-c", "vllm --version; python -m sglang.launch_server --model-path org/evil"),
        "model-fetched-at-run-time",
    ),
    "mounted-over": (_calls("sh", "-c", "mount --bind /evil /models; vllm serve /models"), "gate-missing"),
    "linked": (_calls("sh", "-c", "ln -sfn /evil /models/x; vllm serve /models"), "gate-missing"),
    "changed-directory": (_calls("sh", "-c", "cd /evil && vllm serve models"), "gate-missing"),
    "arguments-from-a-file": (_alone("sh", "-c", "cat /etc/arguments | xargs vllm serve"), "value-undetermined"),
    "value-before-the-assignment": (
        _calls("sh", "-c", "MODEL=/models vllm serve $MODEL", env=_env(MODEL="/evil")),
        "gate-missing",
    ),
    "literal-dollar": (
        _calls("sh", "-c", "vllm serve '/$X'", mounts=(mount(), mount("evil", "/$X")), env=_env(X="models")),
        "value-undetermined",
    ),
    "line-joined-inside-a-word": (
        _calls("sh", "-c", "vllm serve --tokenizer=/ev\\\nil --model=/models"),
        "gate-missing",
    ),
    "loop-variable": (_alone("sh", "-c", "for M in org/evil; do vllm serve $M; done"), "value-undetermined"),
    "variable-read-from-a-file": (_alone("sh", "-c", "read M < /etc/name; vllm serve $M"), "value-undetermined"),
    "positional-parameters-set": (_alone("sh", "-c", 'set -- serve org/evil; vllm "$@"'), "value-undetermined"),
    "pattern": (_calls("sh", "-c", "vllm serve /ev?l"), "gate-missing"),
    "flags-inside-a-port": (
        pod(
            containers=[
                vllm(
                    command=["sh", "-c", "vllm serve /models --port $PORT"],
                    args=[],
                    env=_env(PORT={"valueFrom": {"configMapKeyRef": {"name": "settings", "key": "port"}}}),
                )
            ]
        ),
        "value-undetermined",
    ),
    "packages-that-the-model-names": (_alone("mlflow", "models", "serve", "-m", "/models"), "remote-code-switch"),
    # Volumes that are not what they seem to be.
    "model-in-an-annotation": (_annotated({"downwardAPI": _ANNOTATION}), "gate-missing"),
    "model-in-a-projected-annotation": (
        _annotated({"projected": {"sources": [{"downwardAPI": _ANNOTATION}]}}),
        "gate-missing",
    ),
    "claim-template-with-selector": (_prefilled(spec={"selector": {"matchLabels": {"a": "b"}}}), "gate-missing"),
    "claim-template-without-class": (_prefilled(spec={"storageClassName": ""}), "gate-missing"),
    "claim-template-with-annotation": (
        _prefilled(metadata={"annotations": {"nfs.io/path": "x"}}, spec={}),
        "gate-missing",
    ),
    # Containers that come later.
    "server-as-a-debug-container": (_debugged(), "ephemeral-container"),
}


@pytest.mark.parametrize("name", DODGES)
def test_a_dodge_is_refused_for_its_reason(name) -> None:
    """With the violation that the threat model names for it."""
    obj, violation = DODGES[name]
    response = review(request(obj), mode=Mode.ENFORCE, knowledge=Known())["response"]
    assert not response["allowed"]
    assert violation in response["auditAnnotations"]["violations"].split(",")


TWINS: dict[str, dict[str, Any]] = {
    "name-below-the-base-path": pod(
        containers=[
            server(image="tensorflow/serving:2.18.0", env=_env(MODEL_NAME="churn"))
            | {"args": ["--file_system_poll_wait_seconds=0"]}
        ]
    ),
    "port-in-quotes": pod(
        containers=[
            vllm(
                command=["sh", "-c", 'vllm serve /models --port "$PORT" --tensor-parallel-size "$(nproc)"'],
                args=[],
                env=_env(PORT={"valueFrom": {"configMapKeyRef": {"name": "settings", "key": "port"}}}),
            )
        ]
    ),
    "port-as-an-argument": pod(
        containers=[
            vllm(
                "--model=/models",
                "--port=$(PORT)",
                env=_env(PORT={"valueFrom": {"configMapKeyRef": {"name": "settings", "key": "port"}}}),
            )
        ]
    ),
    "packages-that-are-there": _alone("mlflow", "models", "serve", "--env-manager=local", "-m", "/models"),
    "packages-that-are-there-too": _alone("mlflow", "models", "serve", "--no-conda", "-m", "/models"),
    "plain": _alone("vllm", "serve", "/models"),
    "preset-of-numbers": _alone("llama-server", "-m", "/models/a.gguf", "--spec-default"),
    "offline": _alone("vllm", "serve", "org/name", **OFFLINE),
    "offline-said-by-the-second": _alone("vllm", "serve", "org/name", HF_HOME="/models", TRANSFORMERS_OFFLINE="1"),
    "other-variables-in-a-script": _alone("sh", "-c", "export VLLM_USE_V1=1; exec vllm serve /models"),
    "logs-written-by-a-script": _calls(
        "sh",
        "-c",
        "vllm serve /models 2>&1 | tee /evil/vllm.log",
        mounts=(mount(), mount("evil", "/evil", read_only=False)),
    ),
    "flag-with-a-path-first": _calls("vllm", "serve", "--ssl-keyfile", "/evil/tls.key", "--model=/models"),
    "flag-with-a-name-first": _alone("vllm", "serve", "--served-model-name", "org/name", "--model=/models"),
    "namespace-from-the-downward-api": pod(
        containers=[server(mount(), mount("info", "/etc/info"))],
        volumes=[
            CLAIM,
            {
                "name": "info",
                "downwardAPI": {"items": [{"path": "ns", "fieldRef": {"fieldPath": "metadata.namespace"}}]},
            },
        ],
    ),
    "path-beside-the-model": _own({"PATH": "/opt/venv/bin:/usr/bin"}),
    "debug-container-without-the-model": pod(ephemeralContainers=[{"name": "debug", "image": "busybox"}]),
}


@pytest.mark.parametrize("name", TWINS)
def test_its_harmless_twin_passes(name) -> None:
    """What honest people write that looks like it."""
    response = review(request(TWINS[name]), mode=Mode.ENFORCE, knowledge=Known())["response"]
    assert response["allowed"], response


def test_everything_closes_what_names_leave_open() -> None:
    """A server under the name of another stack, which says it loads one volume and loads another: only the scope helps."""
    named = _calls("vllm", "serve", "/models")
    assert review(request(named), mode=Mode.ENFORCE, knowledge=Known())["response"]["allowed"]
    strict = Known(policy=policy(scope="Everything"))
    assert not review(request(named), mode=Mode.ENFORCE, knowledge=strict)["response"]["allowed"]


def test_a_review_that_names_no_namespace_is_refused() -> None:
    """Pods are in one: who leaves it out is not asked about under nobody's policy."""
    response = review(request(pod(init=[]), namespace=""), mode=Mode.ENFORCE, knowledge=Known(policy=None))["response"]
    assert response["auditAnnotations"]["violations"] == "review-not-decodable"
