"""How many examples property tests draw: few by default, more where time allows.

`HYPOTHESIS_PROFILE=thorough make test-unit` draws ten times as many.
"""

import os

from hypothesis import settings

settings.register_profile("quick", max_examples=25, deadline=None)
settings.register_profile("thorough", max_examples=250, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))
