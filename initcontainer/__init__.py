"""The gate: the init container that examines mounted model files before the server starts."""
