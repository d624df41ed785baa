"""One GPU against the CPU, and against the plain formulation on the same card."""
