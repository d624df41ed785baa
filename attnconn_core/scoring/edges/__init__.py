"""Edges: their significance, contrasts of two groups, and matrices as vectors of edges."""
