"""Putting the gate into objects: `/mutate` for pods as they are created, `weighbridge inject` for manifests."""

from __future__ import annotations

import base64
import json
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from initcontainer.contract import ContractError
from scanners.cli.parser import Parser
from webhook.injection import injection
from webhook.manifests import expand
from webhook.objects import Undecodable, mapping, text, whole
from webhook.policy import GATE_IMAGE
from webhook.review import NEVER_JUDGED, Mode
from webhook.workloads import KINDS, read_templates

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping, Sequence

    from webhook.injection import Patch
    from webhook.policy import CompiledPolicy
    from webhook.review import Knowledge

LOG = logging.getLogger(__name__)
EXIT_NOT_POSSIBLE = 2
EXIT_USAGE = 4
_POD = ("", "Pod")

_PLACEHOLDER = (
    "the gate's image is a placeholder that no registry holds; give the policy of your cluster by --policy FILE, "
    "as `kubectl get modelpolicy NAME -o yaml` prints it"
)

_EPILOG = """\
exit codes:
  0  every object that needs a gate has one now
  2  something could not be read, or needs a gate that could not be added
  4  usage

examples:
  kubectl get modelpolicy default -o yaml > policy.yaml
  weighbridge inject --policy policy.yaml -f deployment.yaml > gated.yaml
  weighbridge inject --policy policy.yaml --in-place -f manifests/
  helm template my-release chart/ | weighbridge inject --policy policy.yaml -f - | kubectl apply -f -
"""


def mutate(request_json: Mapping[str, Any], *, knowledge: Knowledge) -> dict[str, Any]:
    """Return the AdmissionReview that puts the gate into a pod.

    It always allows: a pod that could not be helped is judged, and if need be denied, by the validating webhook.
    """
    response: dict[str, Any] = {"uid": "", "allowed": True}
    try:
        request = mapping(whole(request_json), "request", "")
        response["uid"] = text(request, "uid", "request")
        patch = _patch_for(request, knowledge)
    except (Undecodable, ContractError, RecursionError) as error:
        patch = []
        response["warnings"] = [f"weighbridge: no gate was added: {error}"[:250]]
    except Exception:  # the rim: a fault of ours must not stop the pod here, and is judged in the next step
        LOG.exception("no gate could be injected")
        patch = []
        response["warnings"] = ["weighbridge: no gate was added; its log says why"]
    if patch:
        response["patchType"] = "JSONPatch"
        response["patch"] = base64.b64encode(json.dumps(patch).encode()).decode()
        response["auditAnnotations"] = {"injected": str(len(patch))}
    return {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": response}


def _patch_for(request: Mapping[str, Any], knowledge: Knowledge) -> Patch:
    namespace = text(request, "namespace", "request")
    kind = mapping(request, "kind", "request")
    is_pod = (kind.get("group", ""), kind.get("kind")) == _POD and not request.get("subResource")
    if not is_pod or request.get("operation") != "CREATE" or namespace in {*NEVER_JUDGED, knowledge.own_namespace}:
        return []
    policy = knowledge.policy_for(namespace, Mode.ENFORCE)
    if policy is None:
        return []
    return list(patches(mapping(request, "object", "request"), _POD, policy, namespace))


def patches(
    obj: Mapping[str, Any], kind: tuple[str, str], policy: CompiledPolicy, namespace: str
) -> Iterator[dict[str, Any]]:
    """Yield what is to be changed in an object of a kind; nothing where a controller merges more into it."""
    known = KINDS.get(kind)
    if known is None:
        return
    for template in read_templates(obj, known):
        pod = template.pod
        if not pod.is_partial:
            roots = (_pointer(pod.at), _pointer(pod.metadata_at))
            found = injection(
                pod, policy, namespace=namespace, root=roots[0], metadata_root=roots[1], is_platform=known.serves
            )
            yield from found if template.has_metadata else _with_metadata(found, roots[1])


def _with_metadata(patch: Patch, root: str) -> Iterator[dict[str, Any]]:
    """Yield a patch for a template that has no metadata at all: the field itself is what is added."""
    yield from (operation for operation in patch if not operation["path"].startswith(f"{root}/"))
    added = {op["path"].removeprefix(f"{root}/"): op["value"] for op in patch if op["path"].startswith(f"{root}/")}
    if added:
        yield {"op": "add", "path": root, "value": added}


def _pointer(path: str) -> str:
    return "/" + path.replace(".", "/").replace("[", "/").replace("]", "")


def main(arguments: Sequence[str]) -> int:
    """Add the gate to the manifests that the arguments name; return the exit code."""
    options = parser().parse_args(arguments)
    from webhook.check import read_policy

    try:
        policy = read_policy(options.policy)
        texts = [(name, _read(name)) for name in expand(options.file)]
    except (OSError, ValueError) as error:
        print(f"weighbridge inject: {error}", file=sys.stderr)
        return EXIT_USAGE
    if not policy.spec.gate.image:
        print(f"weighbridge inject: policy {policy.name} names no spec.gate.image to inject", file=sys.stderr)
        return EXIT_USAGE
    if not texts:
        print(f"weighbridge inject: no manifest below {', '.join(options.file)}", file=sys.stderr)
        return EXIT_NOT_POSSIBLE
    return EXIT_NOT_POSSIBLE if _inject_all(texts, policy, options) else 0


def _inject_all(texts: Sequence[tuple[str, str]], policy: CompiledPolicy, options: argparse.Namespace) -> int:
    """Print or write the manifests with gates; return how many things could not be done, each of which is told."""
    complaints = 0
    printed = []
    for name, written in texts:
        edited, told = _injected(written, policy, options.namespace)
        for complaint in told:
            print(f"weighbridge inject: {name}: {complaint}", file=sys.stderr)
        complaints += len(told)
        if not options.in_place or name == "-":
            printed.append(edited)
        elif edited != written:
            Path(name).write_bytes(edited.encode())
        if edited != written and policy.spec.gate.image == GATE_IMAGE:
            print(f"weighbridge inject: {name}: {_PLACEHOLDER}", file=sys.stderr)
    _print(printed)
    return complaints


def parser() -> Parser:
    """Return the command's arguments."""
    command = Parser(
        prog="weighbridge inject",
        description="Add the gate to Kubernetes manifests; documents, order and comments stay as they are.",
        epilog=_EPILOG,
    )
    command.add_argument(
        "-f",
        "--file",
        action="append",
        required=True,
        metavar="FILE",
        help="manifest, directory of manifests, or - for standard input; repeatable",
    )
    command.add_argument("--policy", metavar="FILE", help="ModelPolicy to follow (default: the chart's default policy)")
    command.add_argument("--namespace", metavar="NAME", default="default", help="for objects that name none")
    command.add_argument("--in-place", action="store_true", help="change the files instead of printing them")
    return command


def _read(name: str) -> str:
    """Return the text of a file; raise `ValueError` that names the file where it is none or cannot be read."""
    try:
        return (sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()).decode()
    except UnicodeDecodeError as error:
        raise ValueError(f"{name}: it is no UTF-8 text: byte {error.start}") from error
    except OSError as error:
        raise ValueError(f"{name}: {error.strerror}") from error


def _print(files: Sequence[str]) -> None:
    """Print files as one stream, each in documents of its own; in UTF-8, as YAML is, whatever the terminal's encoding."""
    for number, file in enumerate(files):
        if number:
            ends = "" if files[number - 1].endswith("\n") else "\n"
            sys.stdout.buffer.write((ends if file.startswith("---") else f"{ends}---\n").encode())
        sys.stdout.buffer.write(file.encode())


def _injected(written: str, policy: CompiledPolicy, namespace: str) -> tuple[str, list[str]]:
    """Return the text with gates, and what could not be done."""
    import yaml

    from webhook.yaml_edit import documents

    complaints: list[str] = []
    try:
        parts = list(documents(written))
    except (yaml.YAMLError, ValueError) as error:
        return written, [f"it is no YAML: {' '.join(str(error).split())[:200]}"]
    edited = [_document(part, policy, namespace, complaints) for part in parts]
    return "".join(edited), complaints


def _document(part: str, policy: CompiledPolicy, namespace: str, complaints: list[str]) -> str:
    from webhook.manifests import parse
    from webhook.yaml_edit import EditError, edit

    try:
        value = next(iter(parse(part)), None)
        found = list(_patches_of_document(value, policy, namespace, ""))
        return edit(part, found, load=lambda text: next(iter(parse(text)), None)) if found else part
    except (Undecodable, ContractError, EditError, ValueError, RecursionError) as error:
        complaints.append(f"{_name(value) if 'value' in locals() else 'a document'}: {error}")
        return part


def _name(value: Any) -> str:
    if not isinstance(value, dict):
        return "a document"
    metadata = value.get("metadata")
    return f"{value.get('kind', 'object')} {metadata.get('name', '') if isinstance(metadata, dict) else ''}".strip()


def _patches_of_document(value: Any, policy: CompiledPolicy, namespace: str, root: str) -> Iterator[dict[str, Any]]:
    if not isinstance(value, dict):
        return
    if str(value.get("kind", "")).endswith("List") and isinstance(value.get("items"), list):
        for index, item in enumerate(value["items"]):
            yield from _patches_of_document(item, policy, namespace, f"{root}/items/{index}")
        return
    kind = (str(value.get("apiVersion", "")).rpartition("/")[0], str(value.get("kind", "")))
    metadata = value.get("metadata")
    own = metadata.get("namespace") if isinstance(metadata, dict) else None
    for operation in patches(value, kind, policy, str(own or namespace)):
        yield {**operation, "path": root + operation["path"]}
