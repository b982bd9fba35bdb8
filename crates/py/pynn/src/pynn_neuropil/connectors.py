"""PyNN's connectors, whose lists of synapses become those of neuropil."""

from typing import Any

import numpy as np
from pyNN import connectors
from pyNN.parameters import LazyArray
from pyNN.standardmodels import ModelNotAvailable


class OneToOneConnector(connectors.OneToOneConnector):
    __doc__ = connectors.OneToOneConnector.__doc__

    def connect(self, projection: Any) -> None:
        """Connects; PyNN's own map of one cell is a number where its loop expects an array."""
        if min(projection.shape) > 1:
            super().connect(projection)
        else:
            self._connect_with_map(projection, LazyArray(np.eye(*projection.shape) > 0, shape=projection.shape))


class NativeRNG(ModelNotAvailable):
    """Not available: synapses are drawn by PyNN."""
