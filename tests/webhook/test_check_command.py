"""`weighbridge check` and `weighbridge inject` as a person or a pipeline calls them."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
import yaml

from initcontainer.contract import TerminationMessage, Verdict, encode
from scanners.findings import Severity
from tests.webhook.builders import deployment, mount, pod, server
from webhook import check, inject

GOOD = yaml.safe_dump(deployment(pod()))
BAD = yaml.safe_dump(deployment(pod(init=[])))
POLICY = yaml.safe_dump(
    {
        "apiVersion": "weighbridge.dev/v1alpha1",
        "kind": "ModelPolicy",
        "metadata": {"name": "default"},
        "spec": {"gate": {"image": f"registry.example.com/weighbridge/gate@sha256:{'1' * 64}"}},
    }
)
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n"


def _check(*arguments: str, run_gate=None) -> int:
    return check.main(list(arguments), run_gate=run_gate or (lambda _: pytest.fail("no gate was asked for")))


@pytest.fixture
def write(tmp_path):
    def _write(text: str, name: str = "manifest.yaml") -> str:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return str(path)

    return _write


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (GOOD, 0),
        (SERVICE, 0),
        (BAD, 1),
        (f"{GOOD}---\n{BAD}", 1),
        (f"{GOOD}---\n", 0),
        ("{not: [yaml", 2),
        ("just a text", 2),
        ("- a list", 2),
        ("kind: Pod\n", 2),
        ("", 2),
        ("apiVersion: v1\nkind: Pod\nmetadata: {}\nspec: {containers: 5}\n", 2),
        (f"{BAD}---\nkind: Pod\n", 1),
        ("apiVersion: v1\nkind: Pod\nkind: Service\n", 2),
        (yaml.safe_dump({"apiVersion": "v1", "kind": "List", "items": [yaml.safe_load(GOOD), yaml.safe_load(BAD)]}), 1),
        (json.dumps(yaml.safe_load(BAD)), 1),
        ("{{ .Values.image }}\n", 2),
    ],
)
def test_exit_codes(write, capsys, text, code):
    """0 allowed, 1 denied, 2 not decidable; denied wins."""
    assert _check(write(text)) == code
    assert capsys.readouterr().err == ""


def test_with_injection_a_template_need_not_bring_a_gate(write):
    """A pod must, since there nothing is injected any more."""
    assert _check("--injection", write(BAD)) == 0
    assert _check("--injection", write(yaml.safe_dump(pod(init=[])))) == 1


def test_usage_is_four(write, capsys):
    """A missing policy, a wrong option, a volume that is not there."""
    for arguments in (
        ["--policy", "/nowhere.yaml"],
        ["--volume", "models"],
        ["--volume", "models=/nowhere"],
        ["--policy", write("a: 1")],
    ):
        assert _check(*arguments, write(GOOD)) == 4
        assert capsys.readouterr().err.startswith("weighbridge check: ")
    with pytest.raises(SystemExit) as ended:
        _check("--nonsense")
    assert ended.value.code == 4


def test_a_file_that_is_not_there_is_not_decidable(capsys):
    """And is named."""
    assert _check("/nowhere.yaml") == 2
    assert "/nowhere.yaml" in capsys.readouterr().out


def test_directories_and_standard_input(write, capsys, monkeypatch):
    """Manifests of a directory in order, other files left alone; `-` is standard input."""
    folder = str(Path(write(GOOD, "d/b.yaml")).parent)
    write(BAD, "d/sub/a.json.yaml")
    write("not a manifest", "d/readme.md")
    assert _check(folder) == 1
    out = capsys.readouterr().out
    assert out.index("b.yaml") < out.index("a.json.yaml")
    assert "readme" not in out
    monkeypatch.setattr("sys.stdin", type("Stdin", (), {"buffer": io.BytesIO(BAD.encode())}))
    assert _check("-") == 1


def test_json_says_everything(write, capsys):
    """One object: decisions with id, path, message and remedy."""
    assert _check("--format", "json", write(f"{BAD}---\n{SERVICE}---\nkind: Pod\n")) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["counts"] == {"allowed": 1, "denied": 1, "not-decidable": 1}
    (violation,) = told["objects"][0]["violations"]
    assert violation["id"] == "gate-missing"
    assert violation["path"] == "spec.template.spec.volumes[0]"
    assert violation["remedy"]
    assert [one["decision"] for one in told["objects"]] == ["denied", "allowed", "not-decidable"]


def test_sarif_names_the_line(write, capsys):
    """A result at its line, a rule for each, a notification for what could not be decided."""
    text = f"# first\n{BAD}---\nkind: Pod\n"
    assert _check("--format", "sarif", write(text)) == 1
    (run,) = json.loads(capsys.readouterr().out)["runs"]
    (result,) = [result for result in run["results"] if result["level"] == "error"]
    assert result["ruleId"] == "gate-missing"
    line = result["locations"][0]["physicalLocation"]["region"]["startLine"]
    assert text.splitlines()[line - 1].strip().startswith("- ")
    assert {rule["id"] for rule in run["tool"]["driver"]["rules"]} >= {"gate-missing"}
    assert len(run["invocations"][0]["toolExecutionNotifications"]) == 1


def test_lines_of_items_in_a_list(write, capsys):
    """Paths are those of the object, lines those of the file."""
    text = yaml.safe_dump({"apiVersion": "v1", "kind": "List", "items": [yaml.safe_load(SERVICE), yaml.safe_load(BAD)]})
    assert _check("--format", "json", write(text)) == 1
    told = json.loads(capsys.readouterr().out)
    (violation,) = told["objects"][1]["violations"]
    assert violation["path"] == "spec.template.spec.volumes[0]"
    assert "name: models" in "".join(text.splitlines()[violation["line"] - 1 : violation["line"] + 2])


def test_a_claim_among_the_manifests_is_known(write, capsys):
    """So a ReadOnlyMany claim is not called live."""
    claim = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: models, namespace: models}\nspec: {accessModes: [ReadOnlyMany]}\n"
    assert _check(write(GOOD)) == 0
    assert "volume-live" in capsys.readouterr().out
    assert _check(write(f"{GOOD}---\n{claim}")) == 0
    assert "volume-live" not in capsys.readouterr().out


def test_a_policy_is_judged_by_and_checked_itself(write, capsys):
    """--policy decides; a wrong policy among the manifests is said to be wrong."""
    head = "apiVersion: weighbridge.dev/v1alpha1\nkind: ModelPolicy\nmetadata: {name: strict}\n"
    assert _check("--policy", write(f"{head}spec: {{liveVolumes: Deny}}\n", "p.yaml"), write(GOOD)) == 1
    assert "policy strict" in capsys.readouterr().out
    assert _check(write(f"{head}spec: {{liveVolumes: Maybe}}\n", "q.yaml")) == 1
    told = capsys.readouterr().out
    assert "spec.liveVolumes" in told
    assert "kubectl explain modelpolicy.spec" in told


class _Gate:
    """Stands for the gate: records what it is told, leaves a message, exits."""

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict
        self.calls: list[list[str]] = []

    def __call__(self, arguments) -> int:
        self.calls.append(list(arguments))
        place = next(word for word in arguments if word.startswith("--termination-message-path="))
        message = TerminationMessage(
            verdict=self.verdict, counts={Severity.CRITICAL: 1}, reason="because", files=3, bytes=9
        )
        Path(place.partition("=")[2]).write_text(encode(message))
        print("a log line of the gate")
        return self.verdict.exit_code


@pytest.mark.parametrize(
    ("verdict", "code"), [(Verdict.PASS, 0), (Verdict.WARN, 0), (Verdict.BLOCK, 1), (Verdict.ERROR, 2)]
)
def test_a_volume_is_examined_as_the_pods_gate_would(write, capsys, tmp_path, verdict, code):
    """With the arguments of the gate in the manifest, on the local files."""
    gate = _Gate(verdict)
    assert _check("--format", "json", "--volume", f"models={tmp_path}", write(GOOD), run_gate=gate) == code
    told = json.loads(capsys.readouterr().out)
    assert told["gates"][0]["verdict"] == verdict.value
    (arguments,) = gate.calls
    assert "--fail-on=medium" in arguments
    assert "--volume=/models" in arguments
    assert f"--mounted-at={tmp_path}" in arguments


def test_a_volume_is_examined_where_there_is_no_gate_yet(write, capsys, tmp_path):
    """As the policy would have it."""
    gate = _Gate(Verdict.PASS)
    assert _check("--volume", f"models={tmp_path}", write(BAD), run_gate=gate) == 1
    assert "PASS: because" in capsys.readouterr().out
    assert len(gate.calls) == 1


def test_a_volume_that_nothing_serves_is_a_mistake(write, capsys, tmp_path):
    """The message names those there are."""
    assert _check("--volume", f"modles={tmp_path}", write(GOOD), run_gate=_Gate(Verdict.PASS)) == 4
    assert "'modles'; model volumes are: models" in capsys.readouterr().err


@pytest.mark.parametrize("form", ["text", "json", "sarif"])
def test_the_report_goes_to_a_file(write, capsys, tmp_path, form):
    """The same report, without colours, and a line for the log."""
    manifest, report = write(BAD), tmp_path / "report"
    assert _check("--format", form, manifest) == 1
    printed = capsys.readouterr().out
    assert _check("--format", form, "--output", str(report), manifest) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == f"weighbridge check: 1 denied (policy default); the report is in {report}\n"
    assert report.read_text() == printed


def test_a_place_that_cannot_be_written_is_a_mistake(write, capsys):
    """It is told before anything is decided."""
    assert _check("--output", "/no/such/place", write(GOOD)) == 4
    assert capsys.readouterr().err == "weighbridge check: --output /no/such/place: No such file or directory\n"


def test_a_template_is_told_from_a_mistake(write, capsys):
    """Who checks a chart's folder learns that it is rendered first."""
    assert _check(write("{{- if .Values.enabled }}\nkind: Pod\n{{- end }}\n")) == 2
    assert "`helm template` renders" in capsys.readouterr().out
    assert _check(write("{not: [yaml")) == 2
    assert "helm" not in capsys.readouterr().out


def test_inject_prints_the_whole_stream(write, capsys):
    """Documents that need nothing are printed as they are; the result is allowed."""
    text = f"# a comment\n{SERVICE}---\n{BAD}"
    path = write(text)
    assert inject.main(["-f", path]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith(f"# a comment\n{SERVICE}---\n")
    assert _check(write(printed, "injected.yaml")) == 0
    assert Path(path).read_text() == text


def test_inject_in_place(write, capsys):
    """Changed files are written, nothing is printed, and a second run changes nothing."""
    path = write(BAD)
    assert inject.main(["--in-place", "-f", path]) == 0
    once = Path(path).read_text()
    assert once != BAD
    assert inject.main(["--in-place", "-f", path]) == 0
    assert Path(path).read_text() == once
    assert capsys.readouterr().out == ""


def test_several_files_are_one_stream(write, capsys):
    """Each begins a document, whether the one before ends its last line or not, and none is begun twice."""
    files = [write(SERVICE.rstrip(), "a.yaml"), write(f"---\n{BAD}", "b.yaml"), write(SERVICE, "c.yaml")]
    assert inject.main([word for file in files for word in ("-f", file)]) == 0
    printed = capsys.readouterr().out
    assert [document["kind"] for document in yaml.safe_load_all(printed)] == ["Service", "Deployment", "Service"]


def test_a_directory_is_its_manifests(write, capsys, tmp_path):
    """As kubectl takes it, and `weighbridge check`."""
    write(BAD, "in/a.yaml")
    write(SERVICE, "in/deeper/b.yml")
    write("words", "in/README")
    assert inject.main(["-f", str(tmp_path / "in")]) == 0
    assert [document["kind"] for document in yaml.safe_load_all(capsys.readouterr().out)] == ["Deployment", "Service"]
    assert inject.main(["--in-place", "-f", str(tmp_path / "in")]) == 0
    assert "weighbridge-gate" in (tmp_path / "in" / "a.yaml").read_text()
    (tmp_path / "empty").mkdir()
    assert inject.main(["-f", str(tmp_path / "empty")]) == 2
    assert "no manifest below" in capsys.readouterr().err


def test_an_injected_placeholder_is_told(write, capsys):
    """No registry holds the image of the default policy; with the cluster's policy, or with nothing to add, all is quiet."""
    assert inject.main(["-f", write(BAD)]) == 0
    assert "--policy FILE" in capsys.readouterr().err
    assert inject.main(["-f", write(SERVICE)]) == 0
    assert inject.main(["--policy", write(POLICY, "policy.yaml"), "-f", write(BAD)]) == 0
    assert capsys.readouterr().err == ""


def test_what_is_no_text_is_named(tmp_path, capsys):
    """The file, not only the byte."""
    path = tmp_path / "model.yaml"
    path.write_bytes(b"kind: \xff")
    assert inject.main(["-f", str(path)]) == 4
    assert capsys.readouterr().err == f"weighbridge inject: {path}: it is no UTF-8 text: byte 6\n"
    assert inject.main(["-f", str(tmp_path / "missing")]) == 4
    assert capsys.readouterr().err == f"weighbridge inject: {tmp_path}/missing: No such file or directory\n"
    assert inject.main(["--policy", str(tmp_path / "missing"), "-f", str(path)]) == 4
    assert capsys.readouterr().err == f"weighbridge inject: {tmp_path}/missing: No such file or directory\n"


def test_an_untrusted_gate_under_the_default_policy_is_explained(write, capsys):
    """Who is refused for want of their cluster's policy is told how to get it."""
    gated = GOOD.replace("sha256:" + "0" * 64, "sha256:" + "1" * 64)
    assert _check(write(gated)) == 1
    assert "kubectl get modelpolicy NAME -o yaml" in capsys.readouterr().err
    assert _check("--policy", write(POLICY, "policy.yaml"), write(gated)) == 0
    assert capsys.readouterr().err == ""


def test_a_policy_as_kubectl_prints_it(write, capsys):
    """One object with all that the cluster adds, or a list of one; a list of two names both."""
    printed = yaml.safe_load(POLICY)
    printed["metadata"] |= {"uid": "1", "resourceVersion": "2", "creationTimestamp": "2026-11-28T00:00:00Z"}
    listed = {"apiVersion": "v1", "kind": "List", "items": [printed]}
    for policy in (printed, listed):
        assert _check("--policy", write(yaml.safe_dump(policy), "policy.yaml"), write(SERVICE)) == 0
    listed["items"].append({**printed, "metadata": {"name": "other"}})
    assert _check("--policy", write(yaml.safe_dump(listed), "policy.yaml"), write(SERVICE)) == 4
    assert "exactly one ModelPolicy, not 2: default, other" in capsys.readouterr().err


@pytest.mark.parametrize("variable", [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {}])
def test_colours_can_be_switched_off(write, capsys, monkeypatch, variable):
    """As https://no-color.org has it, and for a terminal that says it has none."""
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variable.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert _check(write(BAD)) == 1
    assert ("\x1b" in capsys.readouterr().out) == (not variable)


def test_inject_says_what_it_cannot_do(write, capsys):
    """What cannot be read or edited stays as it is and is named; the rest is done."""
    broken = yaml.safe_dump(deployment(pod(init=[], containers=[server(mount("nowhere"))])))
    assert inject.main(["-f", write(f"{broken}---\n{BAD}")]) == 2
    captured = capsys.readouterr()
    assert "Deployment churn" in captured.err
    assert "weighbridge-gate" in captured.out
    assert inject.main(["-f", write("{broken")]) == 2
    assert inject.main(["-f", "/nowhere"]) == 4


def test_inject_into_a_list(write, capsys):
    """Every item of it."""
    text = yaml.safe_dump({"apiVersion": "v1", "kind": "List", "items": [yaml.safe_load(BAD), yaml.safe_load(SERVICE)]})
    assert inject.main(["-f", write(text)]) == 0
    assert _check(write(capsys.readouterr().out)) == 0
