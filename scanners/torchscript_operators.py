"""Operators of TorchScript that reach out of it, and the namespaces whose operators only compute."""

FILE_OPERATORS = frozenset(
    {
        "aten.from_file",  # maps a file into a tensor, and creates it with shared=True
        "aten.save",  # writes a pickle to a path
        "debugprims.load_tensor",  # reads a tensor from a path
        "image.read_file",  # torchvision: reads a path
        "image.write_file",  # torchvision: writes a path
        "video_reader.read_video_from_file",  # torchvision: opens a path or an address by FFmpeg
        "video_reader.probe_video_from_file",
        "torchaudio.sox_io_load_audio_file",
        "torchaudio.sox_io_save_audio_file",
        "torchaudio.sox_io_get_info",
        "torchaudio.sox_effects_apply_effects_file",
        "torchaudio.sox_io_load_audio",
        "torchaudio.sox_io_save_audio",
        "torchtext.load_sp_model",
        "torchtext.generate_sp_model",
    }
)
"""namespace.operator, matched whole."""

KNOWN_NAMESPACES = frozenset(
    {
        "aten",
        "prim",
        "prims",
        "quantized",
        "_quantized",
        "quantization",
        "sparse",
        "mkldnn",
        "mkldnn_prepacked",
        "mkl",
        "onednn",
        "onnx",
        "static_runtime",
        "profiler",
        "rngprims",
        "prepacked",
        "xnnpack",
        "vulkan",
        "vulkan_prepack",
        "metal",
        "metal_prepack",
        "torchvision",
        "torchaudio",
        "torchtext",
        "image",
        "video_reader",
        "debugprims",
    }
)
"""Registered by PyTorch itself and its three domain libraries; file functions among them are listed above."""

KNOWN_CLASSES = frozenset({"quantized", "rnn", "sparse", "xnnpack", "vulkan", "metal", "mkldnn", "torchtext"})
"""Namespaces of `torch.classes` that PyTorch itself registers and that only hold packed weights."""
