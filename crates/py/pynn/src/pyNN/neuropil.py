"""`import pyNN.neuropil as sim`: the backend, which a distribution of its own brings into PyNN's folder."""

from pynn_neuropil import *  # noqa: F403
