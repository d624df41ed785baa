"""How one partition of an asset is made, checked, stored and reported, and when it is stale."""
