"""Speed against the plain formulation, and accuracy against linear yardsticks.

``make bench`` times every row of the speed table in one run; ``make bench-forecast``
trains the presets on the sample; ``make bench-platform`` carries a large study through the
servers. Each writes its table into ``benchmarks/README.md``.
"""
