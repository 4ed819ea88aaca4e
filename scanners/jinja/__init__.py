"""Chat templates as programs: parsed by Jinja's own parser, judged on the tree, never compiled and never rendered."""
