"""A mutating webhook that does what KServe's does: it appends a downloader to pods, after whatever init containers they have.

What it adds is what pkg/webhook/admission/pod/storage_initializer_injector.go of https://github.com/kserve/kserve does:
one emptyDir, one init container at the end, one read-only mount in the server.
"""

from __future__ import annotations

import base64
import contextlib
import json
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from tests.certificates import Authority

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SOURCE = "internal.serving.kserve.io/storage-initializer-sourceuri"
VOLUME = "kserve-provision-location"
NAME = "storage-initializer"


def _patch(pod: dict[str, Any]) -> list[dict[str, Any]]:
    spec, annotations = pod["spec"], pod["metadata"].get("annotations", {})
    init = spec.get("initContainers", [])
    if SOURCE not in annotations or any(container["name"] == NAME for container in init):
        return []
    mount = {"name": VOLUME, "mountPath": "/mnt/models"}
    image = "kserve/storage-initializer:v0.15.2"
    made = {"name": NAME, "image": image, "args": [annotations[SOURCE], "/mnt/models"], "volumeMounts": [mount]}
    (server,) = spec["containers"]
    return [
        {"op": "add", "path": "/spec/initContainers", "value": [*init, made]},
        {"op": "add", "path": "/spec/volumes", "value": [*spec.get("volumes", []), {"name": VOLUME, "emptyDir": {}}]},
        {
            "op": "add",
            "path": "/spec/containers/0/volumeMounts",
            "value": [*server.get("volumeMounts", []), {**mount, "readOnly": True}],
        },
    ]


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["request"]
        response: dict[str, Any] = {"uid": request["uid"], "allowed": True}
        if patch := _patch(request["object"]):
            response |= {"patchType": "JSONPatch", "patch": base64.b64encode(json.dumps(patch).encode()).decode()}
        review = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": response}
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(review).encode())

    def log_message(self, *_arguments: Any) -> None:
        """Say nothing."""


@contextlib.contextmanager
def downloader(folder: Path) -> Iterator[dict[str, str]]:
    """Serve on loopback; give how the API server calls it (`clientConfig`)."""
    authority = Authority()
    certificate, key = authority.issue(kind="rsa").write(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            url = f"https://127.0.0.1:{server.server_address[1]}/"
            yield {"url": url, "caBundle": base64.b64encode(authority.certificate).decode()}
        finally:
            server.shutdown()
            thread.join()
