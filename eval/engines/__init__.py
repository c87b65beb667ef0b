"""Engines: one module each, all with a class `Engine(settings, base)` that has `sample(requests)`,
which yields each request with its completion as soon as that is there, and `close()`."""
