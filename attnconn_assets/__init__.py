"""The platform: reads, calls the core, stores and reports.

Imports point down only; import-linter holds the floors::

    __main__                the command line's arguments
    commands | definitions  what the commands do; the only Definitions
    operation               when partitions are made: runner, jobs, sensors, servers
    assets                  what is made: catalogue; inputs, forecasters, connectivity,
                            scores, report
    building                how one partition is made, checked, stored and reported
    tracking | instance     MLflow; Dagster's own instance
    storage | study         what is kept, and made from what; what to run
"""

import os

# Threads that wait for work by spinning make two processes on one machine ten times
# slower than one after the other. OpenMP reads this when torch is first imported, so
# it is set before anything of the core is.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

# MLflow reports how it is used, to its makers, unless it is told not to. Here nothing is sent,
# whoever imports this: a command, Dagster's code location or MLflow's server.
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"

# Dagster announces every partition of a chunk before its run, and repeats it after: events
# that it stores in batches of this size, where it is told one.
os.environ.setdefault("DAGSTER_EVENT_BATCH_SIZE", "100")
