"""Sampling, judging, comparing and reporting."""
