from benchmarks.processes import alone, cost_of_children, cpu_of, own_peak_mib


def test_measurements_run_in_a_process_of_their_own() -> None:
    seconds, size = alone(_worked)
    assert seconds > 0
    assert size > 1


def _worked() -> tuple[float, float]:
    seconds, _ = cpu_of(lambda: sum(range(300_000)))
    return seconds, own_peak_mib()


def test_children_are_measured() -> None:
    with cost_of_children() as cost:
        alone(_worked)
    assert cost.cpu_s > 0
    assert cost.child_peak_mib > 1
