"""A model server of one's own, and its image."""
