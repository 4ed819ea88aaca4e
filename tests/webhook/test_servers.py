"""Servers are recognised by program and image, and what they load is found wherever they are told."""

from __future__ import annotations

import pytest

from tests.webhook.builders import pod
from webhook.models import Scoping, find_models, recognise
from webhook.pod import read_pod
from webhook.references import Leads, Use
from webhook.servers import STACKS

FILES = {"name": "v", "persistentVolumeClaim": {"claimName": "files"}}


def _read(container: dict, volumes: list[dict] | None = None):
    of = pod(init=[], containers=[{"name": "server", **container}], volumes=volumes or [])
    return read_pod(of["spec"], of["metadata"], at="spec", metadata_at="metadata")


def _server(container: dict, volumes: list[dict] | None = None):
    servers = find_models(_read(container, volumes), Scoping()).servers
    return servers[0] if servers else None


def _stack(container: dict) -> str:
    read = _read(container)
    models = find_models(read, Scoping())
    found = recognise(read.containers[0], models.lines["spec.containers[0]"])
    return found.name if found else ""


@pytest.mark.parametrize(("stack", "image"), [(stack, image) for stack in STACKS for image in stack.images], ids=str)
def test_a_stack_is_recognised_by_its_image(stack, image):
    """From any registry, by tag or digest; not where another command runs, and not by a part of a name."""
    repository = f"{image}llama" if image.endswith("/") else image
    for reference in (repository, f"reg.example.com:5000/mirror/{repository}:v1", f"{repository}@sha256:{'a' * 64}"):
        assert _stack({"image": reference}) == stack.name
    assert _stack({"image": repository, "command": ["/bin/something"]}) == ""
    assert _stack({"image": f"example.com/not-{repository.replace('/', '-')}-really"}) == ""


@pytest.mark.parametrize(
    ("stack", "program"), [(stack, program) for stack in STACKS for program in stack.programs], ids=str
)
def test_a_stack_is_recognised_by_its_program(stack, program):
    """In any image, by path, in a script; not as the value of another program's flag."""
    words = f"{program}api_server".split() if program.endswith(".") else program.split()
    assert _stack({"image": "example.com/own:1", "command": words}) == stack.name
    assert (
        _stack({"image": "example.com/own:1", "args": ["sh", "-c", f"cd / && exec {' '.join(words)} --x"]})
        == stack.name
    )
    if not program.endswith("."):
        assert _stack({"image": "example.com/own:1", "command": [f"/usr/bin/{words[0]}", *words[1:]]}) == stack.name
    assert _stack({"image": "example.com/own:1", "args": ["--backend", *words]}) in {"", stack.name} - (
        {stack.name} if len(words) == 1 else set()
    )


@pytest.mark.parametrize(("stack", "flag"), [(stack, flag) for stack in STACKS for flag in stack.model_flags], ids=str)
def test_a_flag_leads_to_its_volume(stack, flag):
    """With `=`, as two words, with underscores."""
    start = (stack.programs or ("",))[0].split() or []
    command = [f"{start[0]}x"] if start and start[0].endswith(".") else start
    for words in (
        [f"--{flag}=/m/x"],
        [f"--{flag}", "/m/x"],
        [f"-{flag}", "/m/x"],
        [f"--{flag.replace('-', '_')}=/m/x"],
    ):
        container = {"image": stack.images[0] if stack.images else "x", "args": [*command, *words]}
        server = _server({**container, "volumeMounts": [{"name": "v", "mountPath": "/m"}]}, [FILES])
        assert server is not None
        assert server.stack is stack
        assert [mount.path for mount in server.model_mounts] == ["/m"]


@pytest.mark.parametrize(
    ("stack", "variable"), [(stack, name) for stack in STACKS for name in stack.model_variables], ids=str
)
def test_a_variable_leads_to_its_volume(stack, variable):
    """As a flag does."""
    image = stack.images[0] if stack.images else "x"
    command = [] if stack.images else stack.programs[0].split()
    container = {
        "image": f"{image}x" if image.endswith("/") else image,
        "args": command,
        "env": [{"name": variable, "value": "/m/x"}],
    }
    server = _server({**container, "volumeMounts": [{"name": "v", "mountPath": "/m"}]}, [FILES])
    assert server is not None
    assert [mount.path for mount in server.model_mounts] == ["/m"]


def _vllm(*args: str, **more):
    return _server(
        {
            "image": "vllm/vllm-openai:v0.11.0",
            "args": list(args),
            "volumeMounts": [{"name": "v", "mountPath": "/m", "readOnly": True}],
        }
        | more,
        [FILES],
    )


@pytest.mark.parametrize(
    ("args", "leads", "text"),
    [
        (["serve", "/m/llama"], Leads.PATH, "/m/llama"),
        (["/m/llama", "--port", "80"], Leads.PATH, "/m/llama"),
        (["serve", "--port", "80", "org/name"], Leads.HUB, "org/name"),
        (["--model", "org/name"], Leads.HUB, "org/name"),
        (["--model=s3://bucket/x"], Leads.REMOTE, "s3://bucket/x"),
        (["--model=file:///m/x"], Leads.PATH, "file:///m/x"),
        (["--model=/m/../etc"], Leads.UNDETERMINED, "/m/../etc"),
        (["--model=$(NOWHERE)"], Leads.UNDETERMINED, "$(NOWHERE)"),
    ],
)
def test_a_model_is_found(args, leads, text):
    """As a flag, after a subcommand, after the image's entry point; and where it leads is said."""
    (reference,) = [ref for ref in _vllm(*args).references if ref.use is Use.MODEL]
    assert (reference.leads, reference.text) == (leads, text)


def test_a_relative_path_is_a_path_where_a_volume_is_there():
    """vLLM looks for a directory before it asks the hub."""
    server = _vllm("--model=org/name", workingDir="/srv", volumeMounts=[{"name": "v", "mountPath": "/srv/org/name"}])
    assert [ref.leads for ref in server.references] == [Leads.PATH]
    assert [mount.path for mount in server.model_mounts] == ["/srv/org/name"]


def test_adapters_and_json_are_taken_apart():
    """`name=path` pairs, several words after one flag, JSON values."""
    server = _vllm(
        "--model=/m/x", "--lora-modules", "a=/m/a", "b=/m/b", '--speculative-config={"model": "org/draft", "n": 5}'
    )
    found = {ref.text: ref.leads for ref in server.references if ref.use is Use.FURTHER}
    assert found == {"/m/a": Leads.PATH, "/m/b": Leads.PATH, "org/draft": Leads.HUB}


@pytest.mark.parametrize(
    ("args", "more"),
    [
        ([], {}),
        (["--model=$(X)"], {}),
        (["--model=/m/x", "--config=/etc/vllm.yaml"], {}),
        (["--max-model-len=10"], {}),
        (["--model=/m/x", "--tokenizer=$(X)"], {}),
    ],
)
def test_where_it_is_not_known_what_is_loaded_every_volume_counts(args, more):
    """A server that says nothing, or has its settings elsewhere, is judged as an unknown one."""
    mounts = [{"name": "v", "mountPath": "/m"}, {"name": "w", "mountPath": "/other"}]
    volumes = [FILES, {"name": "w", "nfs": {"server": "s", "path": "/"}}]
    server = _server({"image": "vllm/vllm-openai", "args": args, "volumeMounts": mounts, **more}, volumes)
    assert {mount.path for mount in server.model_mounts} == {"/m", "/other"}


def test_where_it_is_known_other_volumes_do_not_count():
    """A volume for logs beside the model is nobody's business."""
    mounts = [{"name": "v", "mountPath": "/m"}, {"name": "w", "mountPath": "/logs"}]
    volumes = [FILES, {"name": "w", "nfs": {"server": "s", "path": "/"}}]
    server = _server({"image": "vllm/vllm-openai", "args": ["--model=/m/x"], "volumeMounts": mounts}, volumes)
    assert [mount.path for mount in server.model_mounts] == ["/m"]


def test_a_volume_inside_the_model_directory_counts():
    """A mount below the path is part of what is loaded, a ConfigMap too; the server's own scratch is not."""
    mounts = [
        {"name": "v", "mountPath": "/m"},
        {"name": "c", "mountPath": "/m/x/extra"},
        {"name": "s", "mountPath": "/m/x/cache"},
        {"name": "o", "mountPath": "/n"},
    ]
    volumes = [
        FILES,
        {"name": "c", "configMap": {"name": "c"}},
        {"name": "s", "emptyDir": {}},
        {"name": "o", "configMap": {"name": "o"}},
    ]
    server = _server({"image": "vllm/vllm-openai", "args": ["--model=/m/x"], "volumeMounts": mounts}, volumes)
    assert [mount.path for mount in server.model_mounts] == ["/m", "/m/x/extra"]


@pytest.mark.parametrize(
    ("env", "offline"),
    [
        ({"HF_HUB_OFFLINE": "1"}, True),
        ({"HF_HUB_OFFLINE": "true"}, True),
        ({"TRANSFORMERS_OFFLINE": "YES"}, True),
        ({"HF_HUB_OFFLINE": "0"}, False),
        ({}, False),
        ({"HF_HUB_OFFLINE": "1", "VLLM_USE_MODELSCOPE": "true"}, False),
    ],
)
def test_offline_is_what_huggingface_hub_takes_for_offline(env, offline):
    """And only for the hub it knows."""
    assert _vllm("--model=org/name", env=[{"name": k, "value": v} for k, v in env.items()]).is_offline is offline


@pytest.mark.parametrize(
    ("container", "strong"),
    [
        ({"resources": {"limits": {"nvidia.com/gpu": "1"}}}, True),
        ({"resources": {"requests": {"nvidia.com/mig-1g.5gb": "1"}}}, True),
        ({"env": [{"name": "MODEL_PATH", "value": "/x"}]}, True),
        ({"env": [{"name": "FILE", "value": "/x/churn.joblib"}]}, True),
        ({"args": ["--load", "/x/churn.PKL"]}, True),
        ({"args": ["s3://bucket/models"]}, True),
        ({"env": [{"name": "MODEL_ID", "value": "gpt"}]}, False),
        ({"image": "example.com/llm-gateway:1"}, False),
        ({"args": ["--models", "a"]}, False),
        ({"image": "example.com/modelling:1"}, None),
        ({"image": "postgres:17"}, None),
        ({"env": [{"name": "DATABASE_URL", "value": "postgres://db/x"}]}, None),
    ],
)
def test_signs_of_a_model(container, strong):
    """Strong where there is something to load, weak where something is only called so, none for the rest of the world."""
    server = _server({"image": "example.com/app:1", **container})
    assert (server.signal.is_strong if server else None) is strong
