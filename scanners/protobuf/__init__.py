"""Protocol buffers without generated code: the wire format walked by offset, small messages parsed by the library."""
