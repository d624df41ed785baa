"""What starts runs: the runner, jobs, sensors and servers."""
