"""The tables against the API they describe: the Kubernetes client's models, and against each other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from webhook.checks import CHECKS
from webhook.checks.fields import CONTAINER_FIELDS, MOUNT_FIELDS, POD_FIELDS
from webhook.servers import STACKS
from webhook.storage import Storage
from webhook.violations import VIOLATIONS
from webhook.volumes import SOURCES, Holds, Stability, Volume, read_volume, stability

CLAIM = "persistentVolumeClaim"


def _wire_names(model: str) -> set[str]:
    """Return the fields of a model of the Kubernetes client as they stand in JSON."""
    client = pytest.importorskip("kubernetes.client")
    special = {
        "hostIpc": "hostIPC",
        "hostPid": "hostPID",
        "setHostnameAsFqdn": "setHostnameAsFQDN",
        "downwardApi": "downwardAPI",
    }
    special |= {"awsElasticBlockStore": "awsElasticBlockStore", "scaleIo": "scaleIO"}
    names = {re.sub(r"_(\w)", lambda m: m[1].upper(), name) for name in getattr(client, model).model_fields}
    return {special.get(name, name) for name in names}


def test_every_volume_source_of_kubernetes_is_classified():
    """A source that Kubernetes has and the table lacks would be refused."""
    assert _wire_names("V1Volume") - {"name"} == set(SOURCES)


def test_every_field_of_kubernetes_is_known():
    """A field that Kubernetes has and the tables lack would be refused."""
    assert _wire_names("V1PodSpec") <= POD_FIELDS
    assert _wire_names("V1Container") | _wire_names("V1EphemeralContainer") == CONTAINER_FIELDS
    assert _wire_names("V1VolumeMount") == MOUNT_FIELDS


def _is_same(first: Volume, second: Volume) -> bool:
    """Say whether a pod that has both volumes has one storage under two names."""
    volumes = {volume.name: volume for volume in (first, second)}
    return second.name in Storage((), volumes).names_of(first)


def _volume(kind: str, **source):
    return read_volume({"name": "v", kind: source}, "spec.volumes[0]")


@pytest.mark.parametrize("kind", SOURCES)
def test_a_volume_is_the_same_storage_as_itself(kind: str):
    """Under another name too, unless it is the pod's own."""
    source = {field: [] if field == "sources" else "x" for field in SOURCES[kind].identity}
    first = read_volume({"name": "a", kind: source}, "a")
    second = read_volume({"name": "b", kind: dict(source)}, "b")
    assert _is_same(first, first)
    assert _is_same(first, second) == bool(SOURCES[kind].identity)
    for field in source:
        other = read_volume(
            {"name": "b", kind: {**source, field: [{"secret": {}}] if field == "sources" else "/else"}}, "b"
        )
        assert not _is_same(first, other)


def test_sources_with_a_read_only_field_of_their_own():
    """As the API has it: the kubelet applies it to every mount."""
    client = pytest.importorskip("kubernetes.client")
    for name, field in client.V1Volume.model_fields.items():
        kind = next((kind for kind in SOURCES if kind.lower() == name.replace("_", "")), None)
        model = next(
            (part for part in getattr(field.annotation, "__args__", ()) if hasattr(part, "model_fields")), None
        )
        if kind and model and not SOURCES[kind].read_only:
            has_field = "read_only" in model.model_fields
            assert read_volume({"name": "v", kind: {"readOnly": True}}, "v").read_only is has_field, kind


def test_the_claim_of_an_ephemeral_volume_is_that_volume():
    """It can be named by anybody who guesses the pod's name."""
    ephemeral = read_volume({"name": "models", "ephemeral": {"volumeClaimTemplate": {"spec": {}}}}, "a")
    claim = read_volume({"name": "x", CLAIM: {"claimName": "web-0-models"}}, "b")
    other = read_volume({"name": "y", CLAIM: {"claimName": "web-0-data"}}, "c")
    assert _is_same(ephemeral, claim)
    assert _is_same(claim, ephemeral)
    assert not _is_same(ephemeral, other)


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("/data", "/data/", True),
        ("/data", "/data/models", True),
        ("/data/models", "/", True),
        ("/data", "/database", False),
    ],
)
def test_directories_of_the_node_overlap(first: str, second: str, same: bool):
    """A parent reaches what lies below it."""
    a = read_volume({"name": "a", "hostPath": {"path": first}}, "a")
    b = read_volume({"name": "b", "hostPath": {"path": second}}, "b")
    assert _is_same(a, b) is same
    assert _is_same(b, a) is same


@pytest.mark.parametrize("kind", [kind for kind, source in SOURCES.items() if source.disk])
def test_a_disk_is_pinned_where_it_is_attached_read_only(kind: str):
    """Attached read-only, nobody else writes it."""
    assert stability(_volume(kind), None) is Stability.LIVE
    if kind not in {"photonPersistentDisk", "vsphereVolume", "flocker"}:
        assert _volume(kind, readOnly=True).read_only
        assert stability(_volume(kind, readOnly=True), None) is Stability.PINNED


@pytest.mark.parametrize("kind", ["nfs", "cephfs", "csi", "azureFile", "glusterfs"])
def test_what_is_shared_is_live_however_it_is_mounted(kind: str):
    """Others write it although this pod cannot."""
    assert stability(_volume(kind, readOnly=True), None) is Stability.LIVE


@pytest.mark.parametrize(
    ("modes", "expected"),
    [
        (["ReadOnlyMany"], Stability.PINNED),
        (["ReadWriteOncePod"], Stability.PINNED),
        (["ReadWriteOnce"], Stability.LIVE),
        (["ReadOnlyMany", "ReadWriteOnce"], Stability.LIVE),
        ([], Stability.LIVE),
        (None, Stability.LIVE),
        ("ReadOnlyMany", Stability.LIVE),
    ],
)
def test_a_claim_is_what_its_access_modes_say(modes, expected):
    """Only modes that keep every other pod from writing pin a claim; what is not understood is live."""
    assert stability(_volume(CLAIM, claimName="x"), {"spec": {"accessModes": modes}}) is expected


def test_an_unknown_claim_is_live():
    """What is not known is not trusted."""
    assert stability(_volume(CLAIM, claimName="x"), None) is Stability.LIVE


@pytest.mark.parametrize(
    ("sources", "holds"),
    [
        (
            [{"serviceAccountToken": {}}, {"downwardAPI": {}}, {"configMap": {"name": "kube-root-ca.crt"}}],
            Holds.NOTHING,
        ),
        ([{"serviceAccountToken": {}}, {"configMap": {"name": "models"}}], Holds.SMALL),
        ([{"secret": {"name": "models"}}], Holds.SMALL),
    ],
)
def test_a_projection_of_tokens_holds_no_model(sources, holds):
    """The API server's own volume is no model volume; one with a ConfigMap may be."""
    assert _volume("projected", sources=sources).holds is holds


def test_an_ephemeral_claim_starts_empty_unless_it_is_cloned():
    """A claim made for the pod is its own; one made of a snapshot brings files."""
    assert _volume("ephemeral", volumeClaimTemplate={"spec": {}}).is_scratch
    assert not _volume("ephemeral", volumeClaimTemplate={"spec": {"dataSource": {"kind": "VolumeSnapshot"}}}).is_scratch


def test_every_violation_is_made_by_a_check_or_at_the_rim():
    """An id that nothing yields would be a promise that nothing keeps."""
    source = "\n".join(path.read_text() for path in (Path(__file__).parents[2] / "webhook").rglob("*.py"))
    for violation in VIOLATIONS:
        used = re.findall(rf'(?:id=|\.violation\(|_undecodable|rule=)\s*"{violation}"', source)
        assert used, violation


def test_every_demand_is_told_in_full_sentences():
    """Title, reason and remedy, none of them twice."""
    titles = [demand.title for demand in VIOLATIONS.values()]
    assert len(set(titles)) == len(titles)
    for demand in VIOLATIONS.values():
        assert demand.title
        assert demand.why.endswith(".")
        assert demand.remedy
        assert demand.remedy[0].islower()


def test_every_check_is_listed_once():
    """The order of the table is the order in which violations are told."""
    assert len(set(CHECKS)) == len(CHECKS)


@pytest.mark.parametrize("stack", STACKS, ids=lambda stack: stack.name)
def test_every_stack_says_where_its_facts_come_from(stack):
    """A row without a source cannot be checked."""
    assert stack.source.startswith("https://")
    assert stack.images or stack.programs
    assert all(name == name.replace("_", "-") and not name.startswith("-") for name in stack.model_flags)
