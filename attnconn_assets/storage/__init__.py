"""The store, its file formats, recipes, and the trace through its manifests."""
