"""`weighbridge check`: the admission decision on manifests, on a laptop or in CI, without a cluster."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scanners.cli.parser import Parser
from webhook.decision import Decision, Violation
from webhook.manifests import Document, expand, read_documents
from webhook.objects import Undecodable
from webhook.options import read_policies
from webhook.policy import DEFAULT_POLICY, CompiledPolicy, PolicyError, compile_policy, decode_policy
from webhook.policy_object import API_VERSION
from webhook.review import Mode, decide

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

EXIT_ALLOWED = 0
EXIT_DENIED = 1
EXIT_NOT_DECIDABLE = 2
EXIT_USAGE = 4

RunGate = Callable[[Sequence[str]], int]
"""Runs the gate with these arguments and returns its exit code; given by the command that knows both."""

_NO_POLICY = (
    "the chart's default policy names no gate of yours; give the policy of your cluster by --policy FILE, "
    "as `kubectl get modelpolicy NAME -o yaml` prints it"
)

_EPILOG = """\
exit codes:
  0  everything is allowed
  1  something is denied, or a gate blocks
  2  something could not be read or decided, or a gate could not examine everything (1 wins over 2)
  4  usage

examples:
  weighbridge check deployment.yaml
  kubectl get modelpolicy default -o yaml > policy.yaml
  weighbridge check --policy policy.yaml --injection manifests/
  kustomize build overlays/production | weighbridge check --policy policy.yaml --injection -
  weighbridge check --volume models=./downloaded-models deployment.yaml
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What became of one document."""

    document: Document
    decision: Decision | None
    """None: it could not be decided."""
    kind: str = ""
    namespace: str = ""
    name: str = ""


@dataclass(slots=True, kw_only=True)
class Offline:
    """What is known without a cluster: one policy for every namespace, and the claims among the manifests."""

    policy: CompiledPolicy
    injects: bool = False
    own_namespace: str = ""
    claims: dict[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)

    def policy_for(self, namespace: str, mode: Mode) -> CompiledPolicy | None:  # noqa: ARG002 - the same for all
        """Return the one policy."""
        return self.policy

    def claim(self, namespace: str, name: str) -> Mapping[str, Any] | None:
        """Return a claim that is among the manifests."""
        return self.claims.get((namespace, name))


def main(arguments: Sequence[str], *, run_gate: RunGate) -> int:
    """Check what the arguments name; return the exit code."""
    options = parser().parse_args(arguments)
    try:
        knowledge = Offline(policy=read_policy(options.policy), injects=options.injection)
        volumes = dict(_volume(text) for text in options.volume)
        with _output(options.output):  # Tried before anything is decided.
            pass
    except (OSError, ValueError) as error:
        print(f"weighbridge check: {error}", file=sys.stderr)
        return EXIT_USAGE
    documents = [document for name in expand(options.file) for document in read_documents(name)]
    checked = check(documents, knowledge, options.namespace)
    rehearsals = []
    if volumes:
        from webhook.rehearsal import UnknownVolume, rehearse

        try:
            rehearsals = list(rehearse(checked, volumes, knowledge, run_gate))
        except UnknownVolume as error:
            print(f"weighbridge check: {error}", file=sys.stderr)
            return EXIT_USAGE
    from webhook.check_report import FORMATS, sentence

    with _output(options.output) as file, contextlib.redirect_stdout(file):
        FORMATS[options.format](checked, rehearsals, knowledge.policy)
    if options.output is not None:
        told = sentence(checked, rehearsals, knowledge.policy)
        print(f"weighbridge check: {told}; the report is in {options.output}", file=sys.stderr)
    if knowledge.policy is DEFAULT_POLICY and _misses_gate(checked):
        print(f"weighbridge check: {_NO_POLICY}", file=sys.stderr)
    return _exit_code(checked, [rehearsal.exit_code for rehearsal in rehearsals])


def parser() -> Parser:
    """Return the command's arguments."""
    command = Parser(
        prog="weighbridge check",
        description="Decide on Kubernetes manifests as the admission webhook would.",
        epilog=_EPILOG,
    )
    command.add_argument(
        "file", nargs="+", metavar="FILE", help="manifest, directory of manifests, or - for standard input"
    )
    command.add_argument(
        "--policy", metavar="FILE", help="ModelPolicy to judge by (default: the chart's default policy)"
    )
    command.add_argument("--namespace", metavar="NAME", default="default", help="for objects that name none")
    command.add_argument(
        "--injection",
        action="store_true",
        help="judge as a cluster where gates are injected (the chart's default): templates need not bring one",
    )
    command.add_argument(
        "--volume",
        action="append",
        default=[],
        metavar="NAME=PATH",
        help="run the gate on local files that stand for the pod's volume NAME; may be repeated",
    )
    command.add_argument(
        "--format", choices=("text", "json", "sarif"), default="text", help="form of the report (default: text)"
    )
    command.add_argument("--output", metavar="FILE", help="write the report here instead of standard output")
    return command


def read_policy(name: str | None) -> CompiledPolicy:
    """Read the policy in a file, the default one where there is none; raise `ValueError` naming file and field."""
    if name is None:
        return DEFAULT_POLICY
    policies = read_policies(name)
    if len(policies) != 1:
        named = ", ".join(policy.name for policy in policies)
        raise ValueError(f"{name}: must hold exactly one ModelPolicy, not {len(policies)}: {named}")
    return policies[0]


def _output(path: str | None) -> contextlib.AbstractContextManager[TextIO]:
    """Return where the report goes; raise `ValueError` that names the option where it cannot."""
    try:
        return contextlib.nullcontext(sys.stdout) if path is None else Path(path).open("w", encoding="utf-8")
    except OSError as error:
        raise ValueError(f"--output {path}: {error.strerror}") from error


def _volume(text: str) -> tuple[str, Path]:
    name, equals, path = text.partition("=")
    if not equals or not name or not path:
        raise ValueError(f"--volume must be written NAME=PATH, not {text!r}")
    if not Path(path).exists():
        raise ValueError(f"--volume {name}: {path} does not exist")
    return name, Path(path)


def check(documents: Sequence[Document], knowledge: Offline, namespace: str) -> list[Checked]:
    """Decide on every document; the claims among them are known to all."""
    for document in documents:
        if document.value.get("kind") == "PersistentVolumeClaim":
            found_in, name = _names(document, namespace)
            knowledge.claims[found_in, name] = document.value
    return [_checked(document, knowledge, namespace) for document in documents]


def _names(document: Document, namespace: str) -> tuple[str, str]:
    metadata = document.value.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    return str(metadata.get("namespace") or namespace), str(metadata.get("name") or metadata.get("generateName") or "")


def request_for(document: Document, namespace: str) -> dict[str, Any]:
    """Return the request an API server would send for the document."""
    group, _, _version = str(document.value.get("apiVersion", "")).rpartition("/")
    return {
        "uid": "",
        "kind": {"group": group, "version": _version, "kind": document.value.get("kind")},
        "operation": "CREATE",
        "namespace": _names(document, namespace)[0],
        "object": document.value,
    }


def _checked(document: Document, knowledge: Offline, namespace: str) -> Checked:
    decision: Decision | None
    if document.complaint:
        decision = None
    elif document.value.get("apiVersion") == API_VERSION:
        decision = _policy_decision(document)
    else:
        try:
            decision = decide(request_for(document, namespace), mode=Mode.ENFORCE, knowledge=knowledge)
        except Undecodable as error:
            decision = None
            document = replace(document, complaint=str(error))
    kind = str(document.value.get("kind", ""))
    found_in, name = _names(document, namespace)
    return Checked(document=document, decision=decision, kind=kind, namespace=found_in, name=name)


def _misses_gate(checked: Sequence[Checked]) -> bool:
    """Return whether a gate is not trusted that another policy may well name."""
    violations = (violation for one in checked if one.decision is not None for violation in one.decision.violations)
    return any(violation.id == "gate-not-trusted" for violation in violations)


def _policy_decision(document: Document) -> Decision:
    """Say whether a policy among the manifests would be understood."""
    try:
        compile_policy(decode_policy(document.value))
    except PolicyError as error:
        violation = Violation(
            id="review-not-decodable",
            path=error.field_path,
            message=f"the policy is wrong: {error.message}",
            remedy="correct the field; `kubectl explain modelpolicy.spec` lists those there are",
        )
        return Decision(violations=(violation,))
    return Decision(summary="a policy that is understood; --policy judges by it")


def _exit_code(checked: Sequence[Checked], gates: Sequence[int]) -> int:
    if any(one.decision is not None and not one.decision.allowed for one in checked) or 1 in gates:
        return EXIT_DENIED
    if any(one.decision is None for one in checked) or any(gates) or not checked:
        return EXIT_NOT_DECIDABLE
    return EXIT_ALLOWED


def counts(checked: Sequence[Checked]) -> Iterator[tuple[str, int]]:
    """Yield how many documents were allowed, denied and not decided."""
    yield "allowed", sum(one.decision is not None and one.decision.allowed for one in checked)
    yield "denied", sum(one.decision is not None and not one.decision.allowed for one in checked)
    yield "not decidable", sum(one.decision is None for one in checked)
