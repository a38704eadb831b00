"""Everything that can be computed without a database, a clock, a network or a disk. Apache-2.0."""
