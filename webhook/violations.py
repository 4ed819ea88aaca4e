"""Every demand a decision can find unmet. Identity is the id; titles, reasons and remedies are told from here.

Ids stand in denials, audit annotations, metrics and `docs/threat-model.md`: they are never renamed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Demand(NamedTuple):
    """One thing an admitted object must not do."""

    id: str
    title: str
    """One line: what is wrong."""
    why: str
    """What somebody gains by it."""
    remedy: str
    """What the author of the object can do."""


_TABLE = (
    Demand(
        "gate-missing",
        "a model volume reaches a server and no gate examines it",
        "A malicious file on the volume runs its code in the server's process.",
        "add the gate after the last container that writes the volume: weighbridge inject -f FILE",
    ),
    Demand(
        "gate-not-trusted",
        "the gate's image is not one the policy trusts",
        "An image named like the gate can pass everything; a tag can be moved to such an image.",
        "use the image with the digest that the policy names: weighbridge inject -f FILE",
    ),
    Demand(
        "gate-weakened",
        "the gate is configured to see or to stop less than the policy asks",
        "A gate with other arguments, environment, mounts or privileges lets through what the policy stops.",
        "take the gate as the policy wants it: weighbridge inject -f FILE",
    ),
    Demand(
        "gate-label-missing",
        "a gated pod lacks the label weighbridge.dev/gated",
        "The reporter finds gated pods by the label; without it the verdict is never counted.",
        'add the label weighbridge.dev/gated: "true" to the pod (in a workload: to spec.template.metadata.labels)',
    ),
    Demand(
        "gate-before-writer",
        "an init container can write the model volume after the gate has looked",
        "What it writes is served unexamined: the gate looked at the volume before it was filled.",
        "move the gate behind it, or mount the volume with readOnly: true there",
    ),
    Demand(
        "server-before-gate",
        "a container reads the model volume before the gate has looked",
        "Init containers run in order, sidecars (restartPolicy: Always) run on: this one has the model before the verdict.",
        "move it behind the gate, or take the volume from it",
    ),
    Demand(
        "sidecar-writes-model",
        "a sidecar can write the model volume while and after the gate looks",
        "A sidecar (restartPolicy: Always) keeps running: it can replace a file the moment it has been examined.",
        "mount the volume with readOnly: true in the sidecar, or let an ordinary init container fill it before the gate",
    ),
    Demand(
        "neighbour-writes-model",
        "another container can write the model volume while the server runs",
        "It can replace the examined files; a restarted server loads what is there then.",
        "mount the volume with readOnly: true there, or give it a volume of its own",
    ),
    Demand(
        "model-mount-writable",
        "the server can write its own model volume",
        "A request that gets the server to write a file gets it loaded, unexamined, at the next restart.",
        "mount the volume with readOnly: true; what the server must write belongs on an emptyDir of its own",
    ),
    Demand(
        "gate-other-subpath",
        "the gate examines another part of the volume than the server reads",
        "Files outside the examined sub-path are served unexamined.",
        "give the gate the server's subPath, a parent of it, or none",
    ),
    Demand(
        "subpath-expression",
        "a model mount chooses its directory when the container starts (subPathExpr)",
        "Which directory the server reads depends on its environment, so what the gate saw proves nothing.",
        "use a fixed subPath",
    ),
    Demand(
        "mount-propagation",
        "a model volume is mounted with mount propagation",
        "Something mounted on the node, or by a privileged container, appears below the examined directory.",
        "remove mountPropagation from the mount",
    ),
    Demand(
        "block-device",
        "a model volume is given to a container as a raw device",
        "The gate examines files; what a raw device holds it cannot see, and who has the device can write below the mount.",
        "mount the claim as a filesystem (volumeMounts, volumeMode: Filesystem)",
    ),
    Demand(
        "volume-unknown",
        "a volume of a kind that this version does not know",
        "Whether it can hold or change a model is not known, so it is not assumed to be harmless.",
        "use another kind of volume, or upgrade weighbridge",
    ),
    Demand(
        "field-unknown",
        "the pod uses a field that this version does not know",
        "A new field can change how containers start or what they see.",
        "remove the field, or upgrade weighbridge",
    ),
    Demand(
        "image-volume-without-digest",
        "an image volume is named by tag",
        "The kubelet may resolve the tag again between the gate and the server: they would see different files.",
        "name the image by digest (name@sha256:...)",
    ),
    Demand(
        "volume-live",
        "others can write the model volume after the gate has looked",
        "The verdict holds for the moment of the look; another pod or a person can change the files later.",
        "use an image volume with a digest, a claim that is ReadOnlyMany or ReadWriteOncePod, "
        "or copy the files to an emptyDir before the gate",
    ),
    Demand(
        "modelcar",
        "the model comes from a container that runs beside the server (modelcar)",
        "Its files do not exist while init containers run, so no gate can examine them.",
        "use the oci+native:// form with a digest, or oci+fetch://",
    ),
    Demand(
        "proc-root-path",
        "the server reads its model through /proc",
        "Files of another process's root are on no volume, so no gate can examine them.",
        "put the model on a volume",
    ),
    Demand(
        "shared-process-namespace",
        "the containers of a gated pod share their processes (shareProcessNamespace)",
        "A neighbour that runs while the gate does can reach into it, and files through /proc/<pid>/root.",
        "remove shareProcessNamespace",
    ),
    Demand(
        "host-processes",
        "a gated pod shares the node's processes (hostPID)",
        "Processes of the pod can reach into the gate, and into every file on the node, through /proc.",
        "remove hostPID",
    ),
    Demand(
        "privileged-neighbour",
        "a privileged container runs in a gated pod",
        "It can mount, trace and write as the node can: the gate's verdict binds it to nothing.",
        "remove the privilege, or move the container to a pod of its own",
    ),
    Demand(
        "host-files-neighbour",
        "a container can write the node's directories that hold this pod's volumes",
        "Through the node's own path it changes the model after the gate has looked.",
        "mount the hostPath with readOnly: true, or mount a narrower directory",
    ),
    Demand(
        "model-in-image",
        "the model is in the server's image",
        "The gate examines volumes; what an image brings with it is never examined.",
        "put the model on a volume (an image volume with a digest fits), or scan the image's files in CI and allow the "
        "path in the policy",
    ),
    Demand(
        "model-fetched-at-run-time",
        "the server fetches its model itself after it has started",
        "No gate can examine what is not there yet.",
        "fetch the model in an init container before the gate and serve it from the volume, or let the policy's "
        "remoteSources allow the source",
    ),
    Demand(
        "runtime-model-management",
        "the server can be told to load other models while it runs",
        "Whoever reaches its port, or its model directory, has a model loaded that no gate has seen.",
        "switch it off, or let the policy allow runtimeManagement",
    ),
    Demand(
        "remote-code-switch",
        "the server is told to run code that comes with the model",
        "With it, Python files beside the weights are the model's author's program in your server.",
        "remove the switch, or let the policy's servingSwitches allow it",
    ),
    Demand(
        "value-undetermined",
        "a value that decides what is loaded cannot be read from the object",
        "What comes from a ConfigMap, a Secret or another variable can name any model and any switch.",
        "write the value into the object",
    ),
    Demand(
        "ephemeral-container",
        "a debug container reaches a model volume or the gate",
        "It may start before the gate has finished, and change the files or the gate itself.",
        "debug without the volume, or in a copy of the pod (kubectl debug --copy-to)",
    ),
    Demand(
        "other-operating-system",
        "a pod for another operating system than Linux serves a model",
        "The gate runs on Linux; paths and volumes of other systems are not understood.",
        "serve the model on Linux",
    ),
    Demand(
        "review-not-decodable",
        "the object could not be read",
        "What cannot be read cannot be judged, and is not admitted.",
        "check the field against the Kubernetes API; if it is right, report it to weighbridge",
    ),
    Demand(
        "object-excessive",
        "the object has more in it than one review looks at",
        "An object that takes a review past its deadline stops the reviews of everybody else.",
        "make it smaller: fewer containers, volumes, mounts and variables, or a script in the image instead of the command",
    ),
    Demand(
        "policy-not-found",
        "the namespace names a policy that does not exist, or is not known yet",
        "Without a policy nothing can be judged, and on the enforce path nothing is admitted unjudged.",
        "create the ModelPolicy, or correct the namespace's label weighbridge.dev/enforce",
    ),
)

VIOLATIONS: Mapping[str, Demand] = {demand.id: demand for demand in _TABLE}
