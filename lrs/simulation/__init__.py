"""A simulated year of Ville@pp: seeded, streamed, in the dialects that really arrive.

    options = Options(learners=1_000, statements=10_000)
    for statement in simulate(options):  # bytes of JSON, in order of arrival
        ...

The same options give the same bytes, on any version of Python. A `Simulation`
also tells, once its statements have been taken, what it meant by them: the
ground truth, and the catalogue and directory that belong to it. Everything
here is pure: the command writes the files.
"""

from lrs.simulation.learners import DirectoryRow
from lrs.simulation.options import Options
from lrs.simulation.year import Simulation, simulate

__all__ = ["DirectoryRow", "Options", "Simulation", "simulate"]
