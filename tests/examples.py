"""How many examples a property is tried with: few in `make test`, many in `make torture`."""

from __future__ import annotations

import os
from collections.abc import Sequence

from hypothesis import HealthCheck, settings

TIMES = int(os.environ.get("EXAMPLES_TIMES", "1"))
"""By what the number of examples is multiplied."""


def examples(count: int, suppressed: Sequence[HealthCheck] = ()) -> settings:
    """Return settings for a property that is tried `count` times in `make test`, however slow the machine is."""
    slow = (HealthCheck.too_slow, *suppressed)
    return settings(max_examples=count * TIMES, deadline=None, suppress_health_check=slow)
