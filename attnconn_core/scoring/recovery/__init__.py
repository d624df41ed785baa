"""Recovery of ground truth: graphs whose edges are known."""
