"""Measure speed against plain implementations, and accuracy against linear models.

``make bench`` times every row of the speed table in one run; ``make bench-forecast``
trains the presets on the sample; ``make bench-platform`` runs a large study on the servers.
Each writes its table into ``benchmarks/README.md``.
"""
