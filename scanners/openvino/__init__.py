"""OpenVINO's intermediate representation: layers by operator set, constants by place and shape."""
