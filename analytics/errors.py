"""What can go wrong in the lake and over it.

LakeError
├── LakeBusy       another export or erasure holds the lake
├── LakeChanged    somebody else has written the manifest meanwhile
├── LakeMissing    there is no lake, or none that this program can read
├── BadQuery       the SQL is wrong, or not allowed: the text says where
├── NoSuchReport   no named query is called so
├── BadParameter   a named query can't be asked with this value
├── NotForPublication  the answer would tell of single persons
├── QueryTooLarge  the query needs more memory or more rows than it may have
└── QueryStopped   the query was cancelled, or took longer than it may
"""

from __future__ import annotations


class LakeError(Exception):
    """Root of everything that this room raises on purpose; the text is for people."""


class LakeBusy(LakeError):
    """Another process exports to the same lake, or erases from it."""


class LakeChanged(LakeError):
    """Another process has changed the lake; what was begun on it has no effect."""


class LakeMissing(LakeError):
    """There is nothing to read."""


class BadQuery(LakeError):
    """The query can't be run as it is written."""


class NoSuchReport(LakeError):
    """There is no named query of this name."""


class BadParameter(LakeError):
    """A value of a parameter breaks its rule."""


class NotForPublication(LakeError):
    """Leaving small groups out would not be enough."""


class QueryTooLarge(LakeError):
    """The query goes beyond what it may use."""


class QueryStopped(LakeError):
    """The query did not come to its end."""
