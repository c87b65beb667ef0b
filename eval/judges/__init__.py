"""Judges: a completion in, a verdict and a label out."""
