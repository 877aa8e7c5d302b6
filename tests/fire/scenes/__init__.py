"""One market in which every sweep has something due, each at a moment of its own.

A scene lays out the rows of one or several sweeps by the acts themselves and says when they are due. A sweep that is
registered without a scene fails the tests.
"""

from tests.fire.market import Market, Moments, scenes
from tests.fire.scenes import conduct, goods, trade

__all__ = ["conduct", "goods", "lay_out", "trade"]


def lay_out() -> Moments:
    """Lay out the market in an empty database; when each sweep's rows are due."""
    market, moments = Market(), Moments()
    for scene in scenes:
        for name, moment in scene(market).items():
            assert name not in moments, f"{name} has two scenes"
            moments[name] = moment
    return moments
