"""Recovery of networks whose edges are known."""
