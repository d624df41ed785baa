"""The platform: reads, calls the core, stores, and tells.

::

    definitions    the table of contents; the only Definitions; catalogue: every asset
    study          the study file, validated; settings: its parts; experiment: the configurations
    spec asset     one kind of asset for all; work: one partition of one being made
    inputs timeseries quality forecasters champion connectivity    what is made
    benchmarks fingerprinting scores report                how it is scored, and told
    partitions checks telling               sessions, what must hold, what is shown
    cohort plan sensors jobs runner         who is in, what is due, and who makes it when
    store formats files lineage trace       what is kept, in which files, made with what, from what
    tracking mlflow_page                    the one place that talks to MLflow; its page
    running locks                           who is at work, and what two must not do at once
    event_log                               Dagster's own log, opened once
    servers home __main__                   the command line
"""

import os

# Threads that wait for work by spinning make two processes on one machine ten times
# slower than one after the other. OpenMP reads this when torch is first imported, so
# it is set before anything of the core is.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

# Dagster announces every partition of a chunk before its run, and repeats it after: events
# that it stores in batches of this size, where it is told one.
os.environ.setdefault("DAGSTER_EVENT_BATCH_SIZE", "100")
