"""What the tests of the pilot field share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from chainmend.pilot.models.derived import CACHE_VARIABLE

if TYPE_CHECKING:
    from chainmend.pilot.trial import Model


@pytest.fixture(scope="session")
def field_models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Model]]:
    """All registered models, with their variants made in a folder of the tests."""
    from chainmend.pilot.finding import models

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CACHE_VARIABLE, str(tmp_path_factory.mktemp("variants")))
        yield models()
