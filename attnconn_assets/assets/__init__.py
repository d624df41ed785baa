"""All assets of a study. `catalogue` lists them, each after the assets that it reads."""
