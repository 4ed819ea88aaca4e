"""TensorFlow Lite: custom and TensorFlow operators by name, tensors against their buffers, buffers against the file."""
