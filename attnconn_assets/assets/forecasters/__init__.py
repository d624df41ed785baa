"""Assets that hold trained forecasters, and the best configuration among them."""
