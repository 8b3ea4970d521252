"""The bucket that limits how often somebody may ask."""

import pytest

from shared.web.rates import Rates


class Time:
    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def test_a_bucket_holds_a_minutes_worth_and_refills_steadily() -> None:
    time = Time()
    rates = Rates(clock=time)
    taken = [rates.take("a", 60) for _ in range(61)]
    assert [one.remaining for one in taken[:3]] == [59, 58, 57]
    assert [one.is_over for one in taken] == [False] * 60 + [True]
    assert taken[-1].retry_after_s == 1
    time.now_s += 1
    assert not rates.take("a", 60).is_over
    assert rates.take("a", 60).is_over
    time.now_s += 3600
    assert rates.take("a", 60).remaining == 59


def test_a_refused_request_costs_nothing() -> None:
    time = Time()
    rates = Rates(clock=time)
    for _ in range(50):
        rates.take("a", 10)
    time.now_s += 6
    assert not rates.take("a", 10).is_over


def test_each_has_a_bucket_of_their_own_and_the_longest_silent_is_forgotten() -> None:
    rates = Rates(clock=Time(), counted_max=2)
    for who in ("a", "b", "c"):
        assert rates.take(who, 1).remaining == 0
    assert rates.take("b", 1).is_over
    assert not rates.take("a", 1).is_over


@pytest.mark.parametrize(("cost", "remaining"), [(1, 59), (50, 10), (61, 60)])
def test_a_batch_takes_more_at_once(cost: int, remaining: int) -> None:
    assert Rates(clock=Time()).take("a", 60, cost=cost).remaining == remaining


def test_whatever_the_clock_says_the_first_request_is_let_in() -> None:
    moments = [31_890.613193417 + step * 0.7303 for step in range(2_000)]
    assert any((moment + 60) - moment > 60 for moment in moments), "no reading here is rounded up"
    assert [moment for moment in moments if Rates(clock=lambda at=moment: at).take("one", 1).is_over] == []  # type: ignore[misc]  # a clock
