"""What a reader says of an input that it refuses."""

from collections.abc import Callable

import pytest

from congestion_lab.core.errors import Fault, InputError


def faults_of(error: type[InputError], read: Callable[..., object], *arguments: object) -> tuple[Fault, ...]:
    """Return the faults with which a call ends."""
    with pytest.raises(error) as caught:
        read(*arguments)
    return caught.value.faults
