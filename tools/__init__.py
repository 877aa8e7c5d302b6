"""What developers and CI run: the environment, the suite, the checks, the benchmarks."""
