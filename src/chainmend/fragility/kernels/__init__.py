"""Compiled loops; the only modules, beside the CUDA engine, that import numba."""
