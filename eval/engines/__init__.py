"""Engines: one module each, all with `sample(requests, config, record)`."""
