"""The platform: reads, calls the core, stores and reports.

Imports point down only; import-linter holds the floors::

    __main__                the command line's arguments
    commands | definitions  what the commands do; the only Definitions
    operation               what starts the making: runner, jobs, sensors, servers
    assets                  what is made: catalogue; inputs, forecasters, connectivity,
                            scores, report, export
    building                how one partition is made, checked, stored and reported
    tracking | instance     MLflow; Dagster's own instance
    storage | study         the store and where each file comes from; the study file
"""

import os

# By default, OpenMP threads spin while they wait. Two processes on one machine are then ten
# times slower than one after the other. OpenMP reads the setting when torch is first imported,
# so it is set before any import of the core.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

# MLflow sends usage data to its makers by default. This turns that off in every process that
# imports this package: a command, Dagster's code location or MLflow's server.
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"

# Dagster records one event per partition of a chunk before its run, and one after. This is the
# number that it stores at once.
os.environ.setdefault("DAGSTER_EVENT_BATCH_SIZE", "100")
