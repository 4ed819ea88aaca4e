"""GGUF and its predecessors: the header in bounded reads; what the numbers are is never looked at."""
