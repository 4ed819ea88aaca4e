"""The rendered chart, over a matrix of values and of Kubernetes versions."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml

from tests.helm.rendering import (
    CHART,
    DIGEST,
    EVERYTHING,
    NAMESPACE,
    OPT_OUT,
    PEM,
    VALUES,
    VERSIONS,
    WEBHOOK_DIGEST,
    RenderError,
    leaves,
    of_kind,
    pod_specs,
)
from webhook.parsers import reporter_parser, webhook_parser
from webhook.policy import DEFAULT_POLICY, compile_policy, decode_policy
from webhook.workloads import KINDS

MATRIX = [
    pytest.param(values, version, id=f"{name}-{version}") for name, values in VALUES.items() for version in VERSIONS
]
SOME = [pytest.param(values, id=name) for name, values in VALUES.items()]
ENTRIES = ("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration")


POLICIES = "policies.weighbridge.dev"


def entries(objects, name: str = "") -> list[dict[str, Any]]:
    """Return the entries of every webhook configuration whose name begins so."""
    found = [entry for kind in ENTRIES for each in of_kind(objects, kind) for entry in each["webhooks"]]
    return [entry for entry in found if entry["name"].startswith(name)]


@pytest.mark.parametrize("values", SOME)
def test_lint(chart, values) -> None:
    """`helm lint --strict` has nothing to say."""
    chart.run("lint", "--strict", str(CHART), f"--namespace={NAMESPACE}", values=values)


@pytest.mark.parametrize(("values", "version"), MATRIX)
def test_every_object_is_sound(chart, values, version) -> None:
    """Named, labelled, placed, without empty fields, and no two of one kind and name."""
    objects = chart.objects(values, version)
    seen = set()
    for each in objects:
        metadata = each["metadata"]
        key = each["apiVersion"], each["kind"], metadata["name"]
        assert key not in seen
        seen.add(key)
        assert re.fullmatch(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?", metadata["name"])
        assert len(metadata["name"]) <= 63 or each["kind"] == "ConfigMap"
        assert metadata["labels"]["app.kubernetes.io/instance"] == "weighbridge"
        assert ("namespace" in metadata) == (each["kind"] not in CLUSTER_WIDE), key
        assert metadata.get("namespace", NAMESPACE) == NAMESPACE
        for path, value in leaves(each):
            assert value is not None, (key, path)


CLUSTER_WIDE = {"ClusterRole", "ClusterRoleBinding", "ModelPolicy", *ENTRIES}


@pytest.mark.parametrize(("values", "version"), MATRIX)
def test_every_port_says_its_protocol(chart, values, version) -> None:
    """Server-side apply against Kubernetes 1.20 needs it: the protocol is part of the key of the list."""
    for each in chart.objects(values, version):
        for path, ports in _lists(each, "ports"):
            for port in ports:
                assert port["protocol"] == "TCP", path


def _lists(value: Any, name: str, path: tuple[str, ...] = ()):
    if isinstance(value, dict):
        for key, below in value.items():
            if key == name and isinstance(below, list):
                yield path, below
            yield from _lists(below, name, (*path, key))
    elif isinstance(value, list):
        for index, below in enumerate(value):
            yield from _lists(below, name, (*path, str(index)))


@pytest.mark.parametrize("values", SOME)
def test_rendering_is_the_same_every_time(chart, values) -> None:
    """Nothing random and no time in it: a controller that compares with the cluster finds no difference tomorrow."""
    assert chart.text(values) == chart.text(values)


@pytest.mark.parametrize(("values", "version"), MATRIX)
def test_quantities_are_written_as_the_api_server_writes_them(chart, values, version) -> None:
    """`1000m` would come back as `1`, and differ for ever."""
    for _, spec in pod_specs(chart.objects(values, version)):
        for container in spec["containers"]:
            for quantities in container["resources"].values():
                for quantity in quantities.values():
                    assert re.fullmatch(r"([1-9][0-9]{0,2}m|[1-9][0-9]*(Ki|Mi|Gi)?)", quantity), quantity


@pytest.mark.parametrize(("values", "version"), MATRIX)
def test_every_pod_meets_the_restricted_standard(chart, values, version) -> None:
    """https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted, hostNetwork only where asked for."""
    specs = dict(pod_specs(chart.objects(values, version)))
    assert len(specs) == 3
    for name, spec in specs.items():
        wants_host = name.endswith("webhook") and values.get("webhook", {}).get("hostNetwork", False)
        assert spec.get("hostNetwork", False) == wants_host
        assert not {"hostPID", "hostIPC", "shareProcessNamespace"} & set(spec)
        assert spec["securityContext"] == {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
        assert all(set(volume) <= {"name", "secret", "configMap"} for volume in spec.get("volumes", ()))
        for container in spec["containers"]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "capabilities": {"drop": ["ALL"]},
                "privileged": False,
                "readOnlyRootFilesystem": True,
                "runAsNonRoot": True,
                "seccompProfile": {"type": "RuntimeDefault"},
            }
            assert all(mount["readOnly"] for mount in container.get("volumeMounts", ()))
            assert {"requests", "limits"} <= set(container["resources"])


@pytest.mark.parametrize(("values", "version"), MATRIX)
def test_nobody_asks_about_the_system_or_the_release_itself(chart, values, version) -> None:
    """By the label that the API server sets: without them the cluster, or the webhook, could not come back."""
    for entry in entries(chart.objects(values, version)):
        if entry["name"] == POLICIES:
            continue  # policies are in no namespace
        (by_name,) = [
            expression
            for expression in entry["namespaceSelector"]["matchExpressions"]
            if expression["key"] == "kubernetes.io/metadata.name"
        ]
        assert by_name["operator"] == "NotIn"
        assert {"kube-system", NAMESPACE} <= set(by_name["values"])


@pytest.mark.parametrize(("values", "version"), MATRIX)
def test_only_pods_of_enforced_namespaces_can_be_held_up(chart, values, version) -> None:
    """Everything else is `Ignore`; all answer within the time that is asked for, have no side effects, and are about v1."""
    for entry in entries(chart.objects(values, version)):
        may_fail = entry["name"] in {"enforce.weighbridge.dev", "inject.weighbridge.dev"}
        assert entry["failurePolicy"] == ("Fail" if may_fail else "Ignore")
        assert entry["timeoutSeconds"] == 5
        assert entry["sideEffects"] == "None"
        assert entry["admissionReviewVersions"] == ["v1"]
        assert entry["matchPolicy"] == "Equivalent"
        if may_fail:
            resources = {resource for rule in entry["rules"] for resource in rule["resources"]}
            assert resources <= {"pods", "pods/ephemeralcontainers"}
            assert _labels(entry) == {"weighbridge.dev/enforce"}


def _labels(entry) -> set[str]:
    expressions = entry.get("namespaceSelector", {}).get("matchExpressions", ())
    return {each["key"] for each in expressions if each["operator"] == "Exists"}


def test_each_mode_has_its_path_and_its_label(chart) -> None:
    """The path says the mode; a namespace that is only warned is never asked about on the enforce path."""
    found = {
        entry["name"]: (entry["clientConfig"]["service"]["path"], _labels(entry)) for entry in entries(chart.objects())
    }
    assert found == {
        "enforce.weighbridge.dev": ("/validate/enforce", {"weighbridge.dev/enforce"}),
        "enforce-workloads.weighbridge.dev": ("/validate/enforce", {"weighbridge.dev/enforce"}),
        POLICIES: ("/validate/policies", set()),
        "warn.weighbridge.dev": ("/validate/warn", {"weighbridge.dev/warn"}),
        "audit.weighbridge.dev": ("/validate/audit", {"weighbridge.dev/audit"}),
        "inject.weighbridge.dev": ("/mutate", {"weighbridge.dev/enforce"}),
    }


def test_only_what_a_policy_says_is_reviewed(chart) -> None:
    """Never its deletion, nor its status; and no policy at all where policies come from files."""
    (entry,) = entries(chart.objects(), POLICIES)
    (rule,) = entry["rules"]
    assert (rule["resources"], rule["operations"], rule["scope"]) == (
        ["modelpolicies"],
        ["CREATE", "UPDATE"],
        "Cluster",
    )
    assert not entries(chart.objects({"policySource": "Files"}), POLICIES)


def test_opting_out_is_by_name_and_in_one_mode(chart) -> None:
    """The mode that is the default takes every namespace but those named; the others still go by label."""
    objects = chart.objects({"namespaces": OPT_OUT})
    judging = [entry for entry in entries(objects) if entry["name"] != POLICIES]
    selectors = {entry["name"]: entry["namespaceSelector"]["matchExpressions"] for entry in judging}
    everybody = [
        {
            "key": "kubernetes.io/metadata.name",
            "operator": "NotIn",
            "values": ["kube-system", NAMESPACE, "kube-public", "web"],
        }
    ]
    for name in ("enforce.weighbridge.dev", "enforce-workloads.weighbridge.dev", "inject.weighbridge.dev"):
        assert selectors[name] == everybody
    for mode in ("warn", "audit"):
        assert selectors[f"{mode}.weighbridge.dev"][1] == {"key": f"weighbridge.dev/{mode}", "operator": "Exists"}
    for name in ("webhook", "reporter"):
        assert "--default-policy=default" in _arguments(objects, name)
    assert not any("--default-policy" in each for each in _arguments(chart.objects(), "webhook"))


def test_opting_out_is_refused_where_names_cannot_be_selected(chart) -> None:
    """Before 1.21 namespaces carry no label with their name."""
    with pytest.raises(RenderError, match=r"needs Kubernetes 1\.21"):
        chart.text({"namespaces": OPT_OUT}, "1.20")


def test_workload_rules_name_every_kind_that_is_judged(chart) -> None:
    """A kind that the decision knows and no rule names would never be asked about."""
    objects = chart.objects()
    for name in ("enforce-workloads", "warn", "audit"):
        (entry,) = entries(objects, name)
        asked = {
            (group, resource)
            for rule in entry["rules"]
            for group in rule["apiGroups"]
            for resource in rule["resources"]
            if resource not in {"pods", "pods/ephemeralcontainers"}
        }
        assert asked == {(group, f"{kind.lower()}s") for group, kind in KINDS if kind != "Pod"}


def test_pods_and_their_debug_containers_are_judged_in_every_mode(chart) -> None:
    """Creation, change, and the subresource by which a container joins a running pod."""
    for name in ("enforce.", "warn", "audit"):
        (entry,) = entries(chart.objects(), name)
        rules = {rule["resources"][0]: rule["operations"] for rule in entry["rules"] if len(rule["resources"]) == 1}
        assert rules["pods"] == ["CREATE", "UPDATE"]
        assert rules["pods/ephemeralcontainers"] == ["UPDATE"]


@pytest.mark.parametrize("version", VERSIONS)
def test_conditions_are_there_from_the_version_that_knows_them(chart, version) -> None:
    """An older API server refuses or drops the field (alpha in 1.27, on by default in 1.28)."""
    (entry,) = entries(chart.objects({}, version), "enforce.")
    assert ("matchConditions" in entry) == (int(version.partition(".")[2]) >= 28)


@pytest.mark.parametrize("version", VERSIONS)
def test_the_disruption_budget_is_of_a_version_that_is_served(chart, version) -> None:
    """`policy/v1` from 1.21, `policy/v1beta1` until 1.24."""
    minor = int(version.partition(".")[2])
    budget = chart.one("PodDisruptionBudget", values={}, version=version)
    assert budget["apiVersion"] == ("policy/v1" if minor >= 21 else "policy/v1beta1")
    assert ("unhealthyPodEvictionPolicy" in budget["spec"]) == (minor >= 27)
    spread = chart.one("Deployment", "webhook", {}, version)["spec"]["template"]["spec"]["topologySpreadConstraints"]
    assert all(("matchLabelKeys" in each) == (minor >= 27) for each in spread)


def _arguments(objects, name: str) -> list[str]:
    (deployment,) = of_kind(objects, "Deployment", name)
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    return container["args"]


@pytest.mark.parametrize(("values", "version"), MATRIX)
def test_the_programs_take_their_arguments(chart, values, version) -> None:
    """The real parsers know every argument the chart writes, and the ports are those of the containers."""
    objects = chart.objects(values, version)
    for name, command in (("webhook", webhook_parser), ("reporter", reporter_parser)):
        word, *rest = _arguments(objects, name)
        assert word == name
        arguments = command().parse_args(rest)
        (deployment,) = of_kind(objects, "Deployment", name)
        (container,) = deployment["spec"]["template"]["spec"]["containers"]
        ports = {port["name"]: port["containerPort"] for port in container["ports"]}
        assert arguments.metrics_port == ports["metrics"]
        if name == "webhook":
            assert arguments.port == ports["https"]
            assert arguments.deadline < 5
            assert arguments.injects == bool(of_kind(objects, "MutatingWebhookConfiguration"))
            grace = deployment["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]
            assert grace > arguments.drain + 10


def test_mounts_are_where_the_arguments_point(chart) -> None:
    """Certificate and policies are read from volumes that are there."""
    for values in (VALUES["files"], VALUES["everything-files"]):
        objects = chart.objects(values)
        for name in ("webhook", "reporter"):
            (deployment,) = of_kind(objects, "Deployment", name)
            spec = deployment["spec"]["template"]["spec"]
            (container,) = spec["containers"]
            files = [each.partition("=")[2] for each in container["args"] if each.partition("=")[2].startswith("/")]
            mounts = {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"]}
            assert {file.rpartition("/")[0] for file in files} == set(mounts)
            assert {volume["name"] for volume in spec["volumes"]} == set(mounts.values())
            (policies,) = of_kind(objects, "ConfigMap", "policies")
            named = {file.rpartition("/")[2] for file in files if "/policies/" in file}
            assert named == set(policies["data"])


@pytest.mark.parametrize("values", SOME)
def test_services_and_configurations_find_each_other(chart, values) -> None:
    """Each service selects the pods of one Deployment and names its ports; each configuration calls the webhook's."""
    objects = chart.objects(values)
    for service in of_kind(objects, "Service"):
        (deployment,) = of_kind(objects, "Deployment", service["metadata"]["name"])
        labels = deployment["spec"]["template"]["metadata"]["labels"]
        assert service["spec"]["selector"].items() <= labels.items()
        assert deployment["spec"]["selector"]["matchLabels"].items() <= labels.items()
        names = {port["name"] for port in deployment["spec"]["template"]["spec"]["containers"][0]["ports"]}
        assert {port["targetPort"] for port in service["spec"]["ports"]} == names
    (service,) = of_kind(objects, "Service", "webhook")
    for entry in entries(objects):
        assert entry["clientConfig"]["service"]["name"] == service["metadata"]["name"]
        assert entry["clientConfig"]["service"]["namespace"] == NAMESPACE
        assert entry["clientConfig"]["service"]["port"] in {port["port"] for port in service["spec"]["ports"]}


def test_no_registry_is_named_unless_it_is_given(chart) -> None:
    """One value moves all images; each is pulled by its digest."""
    plain = {container["image"] for _, spec in pod_specs(chart.objects()) for container in spec["containers"]}
    assert plain == {f"weighbridge/webhook@{WEBHOOK_DIGEST}"}
    own = {container["image"] for _, spec in pod_specs(chart.objects(EVERYTHING)) for container in spec["containers"]}
    assert own == {f"registry.example.com/security/weighbridge/webhook@{WEBHOOK_DIGEST}"}
    for policy in of_kind(chart.objects(EVERYTHING), "ModelPolicy"):
        assert policy["spec"]["gate"]["image"] == f"registry.example.com/security/weighbridge/gate@{DIGEST}"
    for _, spec in pod_specs(chart.objects(EVERYTHING)):
        assert spec["imagePullSecrets"] == [{"name": "pull"}]


def test_the_default_policy_is_the_one_that_check_judges_by(chart) -> None:
    """But for the image, which a release builds."""
    (policy,) = of_kind(chart.objects(), "ModelPolicy")
    rendered = compile_policy(decode_policy({key: policy[key] for key in ("apiVersion", "kind", "metadata", "spec")}))
    assert rendered.name == DEFAULT_POLICY.name
    ours = json.loads(json.dumps(policy["spec"]))
    assert ours["gate"].pop("image").endswith(f"/gate@{DIGEST}")
    assert ours == {"gate": {}}


@pytest.mark.parametrize("values", [VALUES["everything"], VALUES["everything-files"]])
def test_policies_are_the_same_as_objects_and_as_files(chart, values) -> None:
    """Both decode, with the former gates trusted beside the policy's own."""
    objects = chart.objects(values)
    found = of_kind(objects, "ModelPolicy")
    for each in of_kind(objects, "ConfigMap", "policies"):
        found += [yaml.safe_load(text) for text in each["data"].values()]
    policies = {
        compiled.name: compiled
        for compiled in (
            compile_policy(decode_policy({key: each[key] for key in ("apiVersion", "kind", "metadata", "spec")}))
            for each in found
        )
    }
    assert set(policies) == {"default", "strict"}
    assert policies["default"].digests == {DIGEST, "sha256:" + "c3" * 32, "sha256:" + "d4" * 32}
    assert policies["strict"].spec.gate.resources == {"limits": {"memory": "1Gi"}}


def test_a_change_of_a_policy_file_rolls_the_pods(chart) -> None:
    """Files are read at the start."""

    def checksum(values) -> str:
        deployment = chart.one("Deployment", "webhook", values)
        return deployment["spec"]["template"]["metadata"]["annotations"]["checksum/policies"]

    assert checksum(VALUES["files"]) != checksum({"policySource": "Files", "policies": {"default": {"failOn": "low"}}})


def test_nothing_outlives_the_release(chart) -> None:
    """No finalizer, no hook that runs at removal, nothing that is kept."""
    for values in VALUES.values():
        for each in chart.objects(values):
            annotations = each["metadata"].get("annotations", {})
            assert "finalizers" not in each["metadata"]
            assert "helm.sh/resource-policy" not in annotations
            assert annotations.get("helm.sh/hook", "test") == "test"


@pytest.mark.parametrize(
    ("source", "kinds"),
    [
        ("default", {"Secret": 1}),
        ("cert-manager", {"Certificate": 2, "Issuer": 2}),
        ("own-issuer", {"Certificate": 1}),
        ("supplied", {}),
    ],
)
def test_three_ways_to_a_certificate(chart, source, kinds) -> None:
    """Each brings its own objects, and the webhook serves from one Secret, without the authority's key."""
    objects = chart.objects(VALUES[source])
    for kind in ("Secret", "Certificate", "Issuer"):
        assert len(of_kind(objects, kind)) == kinds.get(kind, 0)
    (volume,) = chart.one("Deployment", "webhook", VALUES[source])["spec"]["template"]["spec"]["volumes"]
    assert volume["secret"]["secretName"] == ("mine" if source == "supplied" else "weighbridge-webhook-tls")
    assert [item["key"] for item in volume["secret"]["items"]] == ["tls.crt", "tls.key"]
    keeps = any(each.startswith("--certificate-secret") for each in _arguments(objects, "reporter"))
    assert keeps == (source == "default")
    bundles = {entry["clientConfig"].get("caBundle") for entry in entries(objects)}
    assert len(bundles) == 1
    assert (bundles != {None}) == (source == "supplied")


def test_cert_manager_is_told_whose_authority_to_inject(chart) -> None:
    """Both configurations name the Certificate, whose Secret the webhook serves from."""
    objects = chart.objects(VALUES["cert-manager"])
    for kind in ENTRIES:
        (configuration,) = of_kind(objects, kind)
        assert configuration["metadata"]["annotations"] == {
            "cert-manager.io/inject-ca-from": f"{NAMESPACE}/weighbridge-webhook"
        }
    (certificate,) = of_kind(objects, "Certificate", "weighbridge-webhook")
    assert certificate["spec"]["secretName"] == "weighbridge-webhook-tls"
    assert certificate["spec"]["dnsNames"] == [f"weighbridge-webhook.{NAMESPACE}.svc"]


def test_an_empty_secret_is_left_to_the_reporter(chart) -> None:
    """Helm owns the object and none of its data, so that neither an upgrade nor a comparison touches it."""
    secret = chart.one("Secret")
    assert not {"data", "stringData"} & set(secret)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"images": {"gate": {"digest": ""}}}, "images.gate.digest is not set"),
        ({"certificates": {"source": "Supplied"}}, "name the Secret with the certificate"),
        (
            {"certificates": {"source": "Supplied", "supplied": {"secretName": "mine"}}},
            "needs the authority that signed the certificate",
        ),
    ],
)
def test_what_is_missing_is_asked_for(chart, values, sentence) -> None:
    """A chart that cannot work says so when it is rendered."""
    with pytest.raises(RenderError, match=re.escape(sentence)):
        chart.text(values)


def _typos():
    values = yaml.safe_load((CHART / "values.yaml").read_text())

    def below(value: Any, path: tuple[str, ...]):
        if isinstance(value, dict) and not set(path) & {"nodeSelector", "limits", "requests"} and path != ("policies",):
            yield path
            for key, inner in value.items():
                # Free texts by their nature.
                if key not in {"labels", "annotations", "podLabels", "podAnnotations", "affinity"}:
                    yield from below(inner, (*path, key))

    return list(below(values, ()))


@pytest.mark.parametrize("path", _typos(), ids=lambda path: ".".join(path) or "top")
def test_a_misspelt_value_is_refused(chart, path) -> None:
    """On every level, down into the policies."""
    values: dict[str, Any] = {"mispelt": 1}
    for key in reversed(path):
        values = {key: values}
    with pytest.raises(RenderError, match=r"mispelt|additional"):
        chart.text(values)


@pytest.mark.parametrize(
    "values",
    [
        {"namespaces": {"selection": "all"}},
        {"webhook": {"replicas": 0}},
        {"webhook": {"port": 443}},
        {"images": {"gate": {"digest": "sha256:123"}}},
        {"admission": {"timeoutSeconds": 31}},
        {"policies": {"Default": {}}},
        {"policies": {"default": {"failOn": "hihg"}}},
        {"policies": {"default": {"exceptions": [{"rule": "x"}]}}},
        {"certificates": {"certManager": {"duration": "90d"}}},
    ],
)
def test_a_value_that_cannot_be_is_refused(chart, values) -> None:
    """Of the wrong kind, out of range, or one that would differ from what the cluster holds for ever."""
    with pytest.raises(RenderError):
        chart.text(values)


def test_a_service_monitor_finds_what_it_is_for(chart) -> None:
    """It selects a service that has the port, and each service once."""
    objects = chart.objects(EVERYTHING)
    for monitor in of_kind(objects, "ServiceMonitor"):
        wanted = monitor["spec"]["selector"]["matchLabels"].items()
        (service,) = [each for each in of_kind(objects, "Service") if wanted <= each["metadata"]["labels"].items()]
        assert {endpoint["port"] for endpoint in monitor["spec"]["endpoints"]} <= {
            port["name"] for port in service["spec"]["ports"]
        }
    assert len(of_kind(objects, "ServiceMonitor")) == 2


def test_network_policies_let_reviews_in_and_nothing_else(chart) -> None:
    """The API server may call, the named may read metrics; out goes only what asks the API server."""
    (policy,) = of_kind(chart.objects(EVERYTHING), "NetworkPolicy", "webhook")
    reviews, metrics = policy["spec"]["ingress"]
    assert reviews == {"ports": [{"port": 8443, "protocol": "TCP"}]}
    assert metrics["from"] == EVERYTHING["networkPolicy"]["metricsFrom"]
    (egress,) = policy["spec"]["egress"]
    assert egress["to"] == [{"ipBlock": {"cidr": "192.0.2.10/32"}}]


def test_notes_say_what_to_do_next(chart) -> None:
    """How to wait, how to prove it, how to begin, how to get out."""
    try:
        notes = chart.run("install", "weighbridge", str(CHART), f"--namespace={NAMESPACE}", "--dry-run=client")
    except RenderError as error:
        if "cluster unreachable" not in str(error):
            raise
        pytest.skip("Helm 3 renders notes only where it reaches a cluster")
    for words in (
        "rollout status",
        "helm test weighbridge",
        "weighbridge.dev/audit=default",
        "weighbridge.dev/enforce-",
    ):
        assert words in notes


def test_a_supplied_authority_goes_into_every_entry(chart) -> None:
    """As the PEM that was given."""
    import base64

    for entry in entries(chart.objects(VALUES["supplied"])):
        assert base64.b64decode(entry["clientConfig"]["caBundle"]).decode() == PEM
