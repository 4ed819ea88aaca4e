"""Core ML: models in pipelines, layers and programs; code of the app, other models, files of weights."""
