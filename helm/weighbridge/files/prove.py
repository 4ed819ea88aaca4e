"""Ask the webhook as the API server would: is it ready, and does it refuse a server whose model no gate examines?"""

import http.client
import json
import os
import socket
import ssl
import sys
import time
from pathlib import Path

NAME = os.environ["WEBHOOK_NAME"]
AUTHORITY = os.environ.get("AUTHORITY") or Path("/authority/ca.crt").read_text()
# The kubelet tells every pod the addresses of its namespace's services, so that this needs no DNS.
ADDRESS = os.environ.get(NAME.partition(".")[0].upper().replace("-", "_") + "_SERVICE_HOST", NAME)
POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "proof", "namespace": "default"},
    "spec": {
        "containers": [
            {
                "name": "server",
                "image": "vllm/vllm-openai:latest",
                "args": ["--model=/models/proof"],
                "volumeMounts": [{"name": "models", "mountPath": "/models"}],
            }
        ],
        "volumes": [{"name": "models", "persistentVolumeClaim": {"claimName": "models"}}],
    },
}
REVIEW = {
    "apiVersion": "admission.k8s.io/v1",
    "kind": "AdmissionReview",
    "request": {
        "uid": "00000000-0000-0000-0000-000000000000",
        "kind": {"group": "", "version": "v1", "kind": "Pod"},
        "resource": {"group": "", "version": "v1", "resource": "pods"},
        "name": "proof",
        "namespace": "default",
        "operation": "CREATE",
        "userInfo": {"username": "helm-test"},
        "object": POD,
        "dryRun": True,
    },
}


PATIENCE = 30
"""Seconds. After an upgrade, replicas of before answer until they have drained: with another certificate, or another mind."""


def ask(method, path, body=None):
    context = ssl.create_default_context(cadata=AUTHORITY)
    connection = http.client.HTTPConnection(NAME)
    connection.sock = context.wrap_socket(socket.create_connection((ADDRESS, 443), timeout=10), server_hostname=NAME)
    connection.request(method, path, body=body and json.dumps(body), headers={"Content-Type": "application/json"})
    answer = connection.getresponse()
    content = answer.read().decode().strip()
    print(f"{method} {path}: {answer.status} {content}", flush=True)
    return answer.status, content


def prove():
    ready, _ = ask("GET", "/readyz")
    status, content = ask("POST", "/validate/enforce", REVIEW)
    refused = status == http.client.OK and json.loads(content)["response"]["allowed"] is False
    print("it is ready" if ready == http.client.OK else "it is not ready")
    print("a server without a gate is refused" if refused else "a server without a gate is NOT refused", flush=True)
    return refused and ready == http.client.OK


def proven():
    try:
        return prove()
    except (OSError, http.client.HTTPException, ValueError, LookupError) as error:
        print(f"no proof from {NAME} at {ADDRESS}: {error!r}", flush=True)
        return False


end = time.monotonic() + PATIENCE
while not (passed := proven()) and time.monotonic() < end:
    time.sleep(2)
sys.exit(0 if passed else 1)
