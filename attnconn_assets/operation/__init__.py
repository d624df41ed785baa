"""What starts the making of partitions: the runner, jobs, sensors and servers."""
