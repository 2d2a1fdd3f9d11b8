"""What the store knows of a statement beside its text."""

from __future__ import annotations

from enum import IntFlag


class Flag(IntFlag):
    """Bits of `statement.flags`."""

    VOIDING = 1  # a voiding statement: it cannot be voided itself (Data 2.3.2)
    ATTACHMENTS = 2  # declares attachments: worth parsing when a client asks for them
    VERSION_2 = 4  # sent as xAPI 2.0.0: rewritten for a 1.0.3 client
    CONFINED = 8  # its credential may void only what its own organisation sent
