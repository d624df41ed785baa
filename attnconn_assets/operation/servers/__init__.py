"""`attnconn dev`: the processes it starts, and what it does for them while they run."""
