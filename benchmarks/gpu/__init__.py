"""Compare one GPU with the CPU, and with the plain implementation on the same GPU."""
