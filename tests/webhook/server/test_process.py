"""`weighbridge webhook` as a process: on files alone, and against a real API server."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.apiserver import api_server, namespace, policy, wait_for
from tests.certificates import Authority
from tests.fakeapi import FakeApi, fake_api
from tests.processes import Process, running
from tests.webhook.server.conftest import review_of
from webhook.health import BAD_POD
from webhook.policy_object import GROUP, KIND, VERSION
from webhook.serve import main

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextlib.contextmanager
def webhook(folder: Path, *arguments: str, environment: dict[str, str] | None = None) -> Iterator[Process]:
    """Run the command on free ports with a fresh certificate."""
    authority = Authority()
    certificate, key = authority.issue().write(folder)
    options = ["--certificate", str(certificate), "--key", str(key), "--host", "127.0.0.1"]
    options += ["--port", "0", "--metrics-port", "0", *arguments]
    with running("webhook.serve", *options, environment=environment, authority=authority) as process:
        yield process


def allows(process: Process, review: dict[str, Any], mode: str = "enforce") -> bool:
    """Return whether a review is allowed."""
    return process.fetch(f"/validate/{mode}", review)[1]["response"]["allowed"]


@pytest.fixture
def policy_file(tmp_path: Path) -> Path:
    """A file with one policy."""
    path = tmp_path / "policy.yaml"
    path.write_text(yaml.safe_dump(policy()))
    return path


def bad_pod(where: str = "serving") -> dict[str, Any]:
    """Return the review of a pod whose model volume no gate examines."""
    return review_of({**BAD_POD, "metadata": {"name": "p", "namespace": where}}, namespace=where)


def test_files_are_enough(tmp_path: Path, policy_file: Path) -> None:
    """With a policy file no cluster is needed: ready at once, the bad pod denied by the real decision."""
    with webhook(
        tmp_path, "--no-cluster", "--policy", str(policy_file), "--default-policy", "default", "--drain", "0.2"
    ) as process:
        assert wait_for("readiness", process.ready)
        status, answer = process.fetch("/validate/enforce", bad_pod())
        assert status == 200
        assert answer["response"]["allowed"] is False
        assert "gate-missing" in answer["response"]["status"]["message"]
        assert allows(process, bad_pod(), "warn")
        kind = {"group": GROUP, "version": VERSION, "kind": KIND}
        assert allows(process, review_of(policy(), kind=kind), "policies")
        assert not allows(process, review_of(policy(fialOn="low"), kind=kind), "policies")
        assert process.metric("weighbridge_knowledge_loaded") == 1
        assert process.stop() == 0


def test_sigterm_drains(tmp_path: Path, policy_file: Path) -> None:
    """Told to stop, it is unready at once and goes on deciding until the delay is over."""
    with webhook(
        tmp_path, "--no-cluster", "--policy", str(policy_file), "--default-policy", "default", "--drain", "1.5"
    ) as process:
        assert wait_for("readiness", process.ready)
        process.popen.send_signal(signal.SIGTERM)
        process.logged("draining")
        assert process.fetch("/readyz") == (
            503,
            {"ready": False, "failing": {"draining": "the server is shutting down"}},
        )
        assert allows(process, bad_pod()) is False
        assert process.popen.wait(10) == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["--policy", "/nonexistent.yaml"],
        ["--namespace-policy", "a=b"],
        ["--no-cluster"],
        ["--policy", "{file}", "--default-policy", "other"],
        ["--policy", "{file}", "--policy", "{file}"],
        ["--no-cluster", "--policy", "{file}", "--default-policy", "other"],
        ["--no-cluster", "--policy", "{file}", "--namespace-policy", "a"],
        ["--deadline", "0"],
    ],
)
def test_usage_errors_are_told(arguments: list[str], policy_file: Path, capsys: Any, monkeypatch: Any) -> None:
    """A wrong argument ends with exit code 4 and a sentence."""
    monkeypatch.setattr("webhook.serve.configure", lambda level: None)
    arguments = [argument.format(file=policy_file) for argument in arguments]
    assert main(["--certificate", "x", "--key", "y", *arguments]) == 4
    assert capsys.readouterr().err.startswith("weighbridge webhook: ")


def test_a_policy_file_that_is_wrong_names_file_and_field(tmp_path: Path, capsys: Any, monkeypatch: Any) -> None:
    """A misspelt field is found before anything is served."""
    monkeypatch.setattr("webhook.serve.configure", lambda level: None)
    path = tmp_path / "policy.yaml"
    path.write_text(yaml.safe_dump(policy(failOnn="low")))
    assert main(["--certificate", "x", "--key", "y", "--policy", str(path)]) == 4
    told = capsys.readouterr().err
    assert str(path) in told
    assert "failOnn" in told


def test_a_missing_certificate_ends_the_command(
    tmp_path: Path, policy_file: Path, capsys: Any, monkeypatch: Any
) -> None:
    """Without a certificate there is nothing to serve with."""
    monkeypatch.setattr("webhook.serve.configure", lambda level: None)
    missing = str(tmp_path / "missing")
    assert main(["--certificate", missing, "--key", missing, "--policy", str(policy_file)]) == 1
    assert "not a usable certificate" in capsys.readouterr().err


def test_without_a_cluster_the_command_says_so_and_ends(tmp_path: Path) -> None:
    """One sentence from us, and no complaint of the interpreter about work that was not begun."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KUBE")}
    with webhook(tmp_path, environment={**environment, "HOME": str(tmp_path)}) as process:
        assert process.popen.wait(60) == 1
        process.logged("weighbridge webhook: no way to the API server: Service host/port is not set.\n")
        process._reader.join(10)
        assert not [line for line in process.lines if "never awaited" in line["message"]]


def told(process: Process, where: str = "serving") -> str:
    """Return what the user reads when the bad pod is denied."""
    response = process.fetch("/validate/enforce", bad_pod(where))[1]["response"]
    assert response["allowed"] is False
    return response["status"]["message"]


@pytest.fixture
def api(tmp_path: Path) -> Iterator[FakeApi]:
    """An API server in memory with a namespace under a policy that does not exist yet, and one under none."""
    (tmp_path / "api").mkdir()
    with fake_api(tmp_path / "api") as api:
        for each in (namespace("kube-system"), namespace("serving", enforce="default"), namespace("free")):
            api.put("namespaces", each)
        yield api


@contextlib.contextmanager
def following(tmp_path: Path, api: FakeApi, *arguments: str) -> Iterator[Process]:
    """Run the webhook on what an API server says."""
    environment = {**os.environ, "KUBECONFIG": str(api.kubeconfig)}
    with webhook(tmp_path, "--confirm-interval", "0.5", *arguments, environment=environment) as process:
        wait_for("loading", lambda: process.metric("weighbridge_knowledge_loaded"))
        yield process


def test_policies_are_followed(tmp_path: Path, api: FakeApi) -> None:
    """Unready without a policy; created, changed and deleted policies are in force within two seconds."""
    with following(tmp_path, api) as process:
        assert process.fetch("/readyz")[1]["failing"] == {"policies": "there is no valid ModelPolicy"}
        assert "policy-not-found" in told(process)
        api.put("modelpolicies", policy())
        wait_for("policy in force", lambda: "gate-missing" in told(process), 2)
        assert process.ready()
        api.put("modelpolicies", policy(scope="nonsense"))
        process.logged("policy is invalid")
        assert "gate-missing" in told(process)
        assert wait_for("the gauge", lambda: process.metric('weighbridge_policies{state="invalid"}')) == 1
        api.delete("modelpolicies", "default")
        wait_for("policy out of force", lambda: "policy-not-found" in told(process), 2)


def test_labels_of_namespaces_are_followed(tmp_path: Path, api: FakeApi) -> None:
    """A namespace comes under a policy, and another, by its labels."""
    api.put("modelpolicies", policy())
    with following(tmp_path, api) as process:
        assert "policy-not-found" in told(process, "free")
        assert "policy-not-found" in told(process, "unheard-of")
        api.put("namespaces", namespace("free", enforce="default"))
        wait_for("label in force", lambda: "gate-missing" in told(process, "free"), 2)


def test_a_default_policy_makes_it_opt_out(tmp_path: Path, api: FakeApi) -> None:
    """With a default every namespace is judged; one that is not known is still denied."""
    api.put("modelpolicies", policy())
    with following(tmp_path, api, "--default-policy", "default") as process:
        assert "gate-missing" in told(process, "free")
        assert "policy-not-found" in told(process, "unheard-of")


def test_without_an_api_server_it_decides_with_what_it_has(tmp_path: Path, api: FakeApi) -> None:
    """The API server goes away: still ready, still deciding; a metric says how old the knowledge is; later it catches up."""
    api.put("modelpolicies", policy())
    with following(tmp_path, api) as process:
        api.stop()
        process.logged("knowledge not confirmed")
        contact = process.metric("weighbridge_knowledge_last_contact_timestamp_seconds")
        time.sleep(1.5)
        assert process.metric("weighbridge_knowledge_last_contact_timestamp_seconds") == contact
        assert process.ready()
        assert "gate-missing" in told(process)
        del api.objects["modelpolicies", "", "default"]
        api.put("modelpolicies", policy("other"))
        api.put("namespaces", namespace("free", enforce="other"))
        api.forget_history()
        api.start()
        wait_for("deletion found", lambda: "policy-not-found" in told(process))
        wait_for("addition found", lambda: "gate-missing" in told(process, "free"))


def test_a_policy_kind_that_is_defined_later_is_found(tmp_path: Path, api: FakeApi) -> None:
    """The webhook started before the definition of ModelPolicy was there."""
    api.hide("modelpolicies")
    with following(tmp_path, api) as process:
        process.logged("knowledge not confirmed")
        assert not process.ready()
        api.hide()
        api.put("modelpolicies", policy())
        wait_for("policy in force", lambda: "gate-missing" in told(process), 60)


def test_claims_are_followed(tmp_path: Path, api: FakeApi) -> None:
    """What is known of a claim decides whether its volume can change under a server."""
    api.put("modelpolicies", policy())
    claim = {"metadata": {"name": "models", "namespace": "serving"}, "spec": {"accessModes": ["ReadOnlyMany"]}}
    with following(tmp_path, api) as process:
        api.put("persistentvolumeclaims", claim)
        gauge = 'weighbridge_knowledge_objects{resource="persistentvolumeclaims"}'
        wait_for("claim", lambda: process.metric(gauge) == 1)
        api.delete("persistentvolumeclaims", "models", "serving")
        wait_for("no claim", lambda: process.metric(gauge) == 0)


@pytest.mark.e2e
def test_a_real_api_server_with_policies_from_files(tmp_path: Path, policy_file: Path) -> None:
    """Namespaces of a real API server, policies from a file: no custom resource is asked for."""
    (tmp_path / "api").mkdir()
    with api_server(tmp_path / "api") as processes:
        server = processes.server
        server.apply(namespace("serving", enforce="default"), namespace("free"))
        arguments = ["--policy", str(policy_file), "--confirm-interval", "1"]
        with webhook(tmp_path, *arguments, environment=server.environment) as process:
            wait_for("readiness", process.ready)
            assert "gate-missing" in told(process)
            server.kubectl("label", "namespace", "free", "weighbridge.dev/enforce=default")
            wait_for("label in force", lambda: "gate-missing" in told(process, "free"), 2)
            processes.stop()
            time.sleep(2)
            assert "gate-missing" in told(process)
            processes.start()
            server.kubectl("label", "namespace", "serving", "weighbridge.dev/enforce-")
            wait_for("label out of force", lambda: "policy-not-found" in told(process), 30)
