"""The fixed names of the gate's form."""

GATE_NAME = "weighbridge-gate"
"""Name of the container. It identifies nothing: any pod's author can write it."""
COMMAND_WORD = "gate"
"""First argument to the image's entry point; the settings follow."""
MOUNT_ROOT = "/weighbridge"
"""Volume n stands at `/weighbridge/<n>`."""
NO_TOKEN_VOLUME = "weighbridge-no-token"  # noqa: S105 a volume's name
"""An empty volume; where the service-account token would be mounted, the API server mounts nothing over it."""
TOKEN_PATH = "/var/run/secrets/kubernetes.io/serviceaccount"  # noqa: S105 a path
TERMINATION_MESSAGE_PATH = "/dev/termination-log"
TERMINATION_MESSAGE_POLICY = "File"
"""Not `FallbackToLogsOnError`: log lines quote file names and must never be taken for the gate's word."""
