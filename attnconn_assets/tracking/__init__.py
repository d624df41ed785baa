"""MLflow: runs, models and the registry; no other package of the platform imports it."""
