"""Sample models, manifests and the demo."""
