"""What is kept: the store, its file formats, recipes, and the trace through its manifests."""
