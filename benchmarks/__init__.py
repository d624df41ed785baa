"""Speed against the plain formulation, and accuracy against linear yardsticks.

``make bench`` times every row of the speed table in one run; ``make bench-forecast``
trains the presets on the sample. Both write their table into ``benchmarks/README.md``.
"""
