"""MLflow: runs, models and the registry. Only this package imports MLflow."""
