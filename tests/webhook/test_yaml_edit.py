"""Edits change what they are to change and leave every other character alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from webhook.yaml_edit import EditError, apply, documents, edit

BLOCK = """\
# About the pod.
kind: Pod   # two blanks before this
metadata:
    labels:
        app: a
spec:
    # The servers.
    containers:
    - name: one   # first
      image: x
      script: |
        line one

        line two

    # About the second.
    - name: two
      image: y
    restartPolicy: Always

# The end.
"""
FLOW = "kind: Pod\nmetadata: {labels: {app: a}}\nspec: {containers: [{name: one}, {name: two}], empty: [], none: {}}  # tail\n"
NEW = {"name": "new", "args": ["a", "b: c"], "text": "true"}


def _add(path: str, value: object = NEW, op: str = "add") -> dict:
    return {"op": op, "path": path, "value": value}


PATCHES = [
    [_add("/spec/containers/0")],
    [_add("/spec/containers/1")],
    [_add("/spec/containers/-")],
    [_add("/spec/containers/1", op="replace")],
    [{"op": "remove", "path": "/spec/containers/0"}],
    [{"op": "remove", "path": "/spec/containers/1"}, _add("/spec/containers/0")],
    [_add("/spec/initContainers", [NEW])],
    [_add("/spec/volumes", [NEW, NEW])],
    [_add("/metadata/labels/weighbridge.dev~1gated", "true")],
    [_add("/metadata/labels/app", "b", op="replace")],
    [_add("/metadata/annotations", {"a/b": "c"})],
    [_add("/spec/containers/0/readOnly", value=True)],
]


@pytest.mark.parametrize(
    "text", [BLOCK, FLOW, BLOCK.replace("\n", "\r\n"), BLOCK.rstrip("\n"), "---\n" + BLOCK], ids=range(5)
)
@pytest.mark.parametrize("patch", PATCHES, ids=lambda patch: patch[0]["path"])
def test_an_edit_is_what_the_patch_says(text: str, patch: list[dict]):
    """Parsed again, the text is the patched object; every comment is still there."""
    edited = edit(text, patch)
    assert yaml.safe_load(edited) == apply(yaml.safe_load(text), patch)
    assert [line for line in text.splitlines() if line.lstrip().startswith("#")] == [
        line for line in edited.splitlines() if line.lstrip().startswith("#")
    ]


def test_lines_that_are_not_meant_stay_as_they_are():
    """Adding only adds."""
    edited = edit(BLOCK, [_add("/spec/containers/1")]).splitlines()
    kept = iter(edited)
    assert all(line in kept for line in BLOCK.splitlines())
    assert "    # About the second." in edited
    assert edited.index("    # About the second.") + 1 == edited.index("    - name: two")


def test_init_containers_come_before_containers():
    """Where people look for them."""
    edited = edit(BLOCK, [_add("/spec/initContainers", [NEW])])
    assert (
        edited.index("initContainers") < edited.index("# The servers.") < edited.index("containers:\n    - name: one")
    )


def test_json_stays_json():
    """A manifest in JSON is edited in JSON."""
    text = json.dumps(yaml.safe_load(BLOCK), indent=1)
    patch = [_add("/spec/containers/-"), _add("/spec/volumes", [NEW]), _add("/metadata/labels/a", "1")]
    assert json.loads(edit(text, patch)) == apply(json.loads(text), patch)


def test_an_alias_is_not_edited_by_half():
    """What stands in two places at once is refused, not changed in both."""
    text = "a: &x {labels: {}}\nb: *x\n"
    with pytest.raises(EditError):
        edit(text, [_add("/b/labels/new", "1")])


@pytest.mark.parametrize("path", ["/nowhere/x", "/spec/containers/9/x", "/kind/x"])
def test_a_path_that_leads_nowhere_is_an_error(path: str):
    """Never a silent success."""
    with pytest.raises(EditError):
        edit(BLOCK, [_add(path)])


def test_documents_are_the_whole_text():
    """Markers, comments and blank lines between documents belong to one of them."""
    text = f"# first\n{BLOCK}---\n# second\n{FLOW}\n---\n---\nkind: Pod\n...\n"
    assert "".join(documents(text)) == text
    assert [yaml.safe_load(part) for part in documents(text)] == list(yaml.safe_load_all(text))


def test_every_example_can_be_edited():
    """Real manifests, by the patches injection makes."""
    for path in (Path(__file__).parents[2] / "examples" / "manifests").glob("*.yaml"):
        text = path.read_text()
        value = yaml.safe_load(text)
        patch = (
            [_add("/metadata/labels", {"a": "b"})]
            if "labels" not in value["metadata"]
            else [_add("/metadata/labels/x", "1")]
        )
        assert yaml.safe_load(edit(text, patch)) == apply(value, patch)
