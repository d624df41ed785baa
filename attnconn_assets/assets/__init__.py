"""Every asset of a study. `catalogue` lists them; each stands below what it reads."""
