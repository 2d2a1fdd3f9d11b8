"""By what a statement's dialect is known: who wrote it, in which profile's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from projections.translation.remembered import Remembered
from projections.translation.statement import CMI5, VIDEO, text_in

if TYPE_CHECKING:
    from collections.abc import Collection

    from projections.translation.statement import ContextExtensions

PLAIN: Final = "adl"
ALLOWED: Final = "cmi5 allowed"
DIALECTS: Final = (
    *("moodle", "trax", "cmi5", ALLOWED, "video", "scorm", "h5p", "lms", "classroom", PLAIN),
)
"""Who may have written a statement.

`moodle`, the plugin logstore_xapi; `trax`, TRAX Logs by the Moodle profile of xapi.fr; `cmi5`, in
cmi5's own words, and `cmi5 allowed`, other statements of a cmi5 session; `video`, `scorm`, ADL's
profiles; `h5p`, H5P content itself; `lms`, `classroom`, the profiles of FUN and Ralph; `adl`,
anyone else, in plain words.
"""

H5P_LIBRARY: Final = "http://h5p.org/libraries/"

_BY_CATEGORY: Final = {
    f"{CMI5}/context/categories/cmi5": "cmi5",
    VIDEO: "video",
    "http://vocab.xapi.fr/categories/vle-profile": "trax",
    "https://w3id.org/xapi/scorm": "scorm",
    "http://adlnet.gov/xapi/profile/scorm": "scorm",
    "https://w3id.org/xapi/virtual-classroom": "classroom",
    "https://w3id.org/xapi/lms": "lms",
}
"""The profile's own category, the more specific profile first (a classroom stands in an LMS)."""

_BY_TYPE: Final = {
    f"{VIDEO}/activity-type/video": "video",
    "https://w3id.org/xapi/virtual-classroom/activity-types/virtual-classroom": "classroom",
}


class _Info(msgspec.Struct, gc=False):
    event_name: str = ""


_read_info = msgspec.json.Decoder(_Info).decode
_infos: Remembered[bytes, str] = Remembered(4096)


def source(extensions: ContextExtensions) -> tuple[str, str]:
    r"""Return the dialect that extensions of the context give away, and the event they name.

    logstore_xapi puts `event_name` into its extension `info`; TRAX has an extension of its own for
    it. Statements of a cmi5 session that are not in cmi5's own words say so by the session's id
    alone (cmi5 specification 7.1.3 and 9.6.3.1). Either is empty if nothing is known.
    """
    info = bytes(extensions.info)
    if info:
        event = _infos.get(info)
        return "moodle", _infos.keep(info, _event_name(info)) if event is None else event
    if bytes(extensions.platform_event):
        return "trax", text_in(extensions.platform_event)
    return (ALLOWED, "") if bytes(extensions.session) else ("", "")


def dialect_of(given_away: str, type_: str, categories: Collection[str]) -> str:
    """Return the dialect of a statement, `adl` if it is nobody's in particular."""
    if given_away and given_away != ALLOWED:
        return given_away
    if given_away and given_away != ALLOWED:
        return given_away
    known = [name for iri, name in _BY_CATEGORY.items() if iri in categories]
    if any(iri.startswith(H5P_LIBRARY) for iri in categories):
        known.append("h5p")
    if "cmi5" in known:
        return "cmi5"
    if given_away and "trax" not in known:  # TRAX names sessions of SCORM content by cmi5's word
        return ALLOWED
    return next(iter(known), _BY_TYPE.get(type_, PLAIN))


def _event_name(info: bytes) -> str:
    try:
        return _read_info(info).event_name
    except msgspec.DecodeError:
        return ""
