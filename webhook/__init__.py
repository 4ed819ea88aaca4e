"""Admission decisions on pods, and what becomes of them: policies, server, reporter, metrics."""
