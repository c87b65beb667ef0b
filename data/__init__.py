"""Training pairs, probes, audit and mixing."""
