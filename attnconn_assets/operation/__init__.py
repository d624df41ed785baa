"""When partitions are made, and by whom: the runner, jobs, sensors and servers."""
