"""ONNX: messages walked by offset, operators judged by domain, tensors held against their declarations and their files."""
