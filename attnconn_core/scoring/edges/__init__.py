"""Edges: which are significant, in which two groups differ, and matrices as vectors of edges."""
