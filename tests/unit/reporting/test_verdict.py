from congestion_lab.experiments.comparison import paired
from congestion_lab.reporting.sections.verdict import verdict_of


def test_a_clear_gain_is_called_significant() -> None:
    verdict = verdict_of({"mean_delay_s": paired({1: 40, 2: 42, 3: 41}, {1: 30, 2: 31, 3: 31})}, unseen=True)
    assert verdict.tone == "better"
    assert "never saw" in verdict.certainty


def test_a_gain_that_chance_explains_is_not() -> None:
    verdict = verdict_of({"mean_delay_s": paired({1: 40, 2: 42, 3: 41}, {1: 30, 2: 52, 3: 38})}, unseen=True)
    assert verdict.tone == "same"
    assert verdict.headline == "No significant improvement"


def test_a_loss_is_called_a_loss() -> None:
    verdict = verdict_of({"mean_delay_s": paired({1: 30, 2: 31, 3: 31}, {1: 40, 2: 42, 3: 41})}, unseen=False)
    assert verdict.tone == "worse"


def test_one_seed_proves_nothing() -> None:
    verdict = verdict_of({"mean_delay_s": paired({1: 40}, {1: 10})}, unseen=True)
    assert verdict.tone == "same"
    assert "Only one seed" in verdict.certainty


def test_what_got_worse_beside_the_objective_is_said() -> None:
    delay, stops = (
        paired({1: 40, 2: 42, 3: 41}, {1: 30, 2: 31, 3: 31}),
        paired({1: 1, 2: 1, 3: 1.1}, {1: 2, 2: 2, 3: 2}),
    )
    verdict = verdict_of({"mean_delay_s": delay, "stops_per_veh": stops}, unseen=True)
    assert any("Stops per vehicle" in sentence for sentence in verdict.risks)


def test_a_total_that_rises_because_more_get_in_is_no_loss() -> None:
    delay, rising = paired({1: 40, 2: 42}, {1: 30, 2: 31}), paired({1: 1, 2: 1.1}, {1: 2, 2: 2.1})
    let_in = verdict_of({"mean_delay_s": delay, "co2_kg": rising}, unseen=True)
    assert let_in.risks == ()
    wasted = verdict_of({"mean_delay_s": delay, "co2_kg": rising, "co2_per_km_g": rising}, unseen=True)
    assert wasted.risks == ("Significantly worse: Carbon dioxide per kilometre.",)


def test_the_same_plan_twice_is_called_no_improvement() -> None:
    verdict = verdict_of({"mean_delay_s": paired({1: 40, 2: 42}, {1: 40, 2: 42})}, unseen=True)
    assert verdict.tone == "same"
    assert "nothing better" in verdict.lead
