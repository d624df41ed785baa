"""`attnconn dev`: the processes that it starts and looks after."""
