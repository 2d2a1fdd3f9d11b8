"""Statements of the shapes that arrive here, and a way to change one thing in them."""

from __future__ import annotations

import json
from typing import Any, Final

Json = dict[str, Any]


class _Missing:
    def __repr__(self) -> str:
        return "MISSING"  # in the name of a test, the same in every process


MISSING: Final[object] = _Missing()
"""As a new value: the member goes."""

UUID: Final = "12345678-1234-5678-1234-567812345678"
VOIDED: Final = "http://adlnet.gov/expapi/verbs/voided"

SIGNATURE: Final = "http://adlnet.gov/expapi/attachments/signature"

MBOX: Final[Json] = {"mbox": "mailto:a@example.com"}
HASH: Final[Json] = {"mbox_sha1sum": "cd9b00a5611f94eaa7b1661edab976068e364975"}
OPENID: Final[Json] = {"openid": "https://openid.example.com/a"}
AGENT: Final[Json] = {"objectType": "Agent", "name": "Anna", "mbox": "mailto:anna@example.com"}
ACCOUNT: Final[Json] = {"account": {"homePage": "https://moodle.example.com", "name": "42"}}
IDENTIFIERS: Final = (MBOX, HASH, OPENID, ACCOUNT)
TEAM: Final[Json] = {"objectType": "Group", "member": [AGENT, ACCOUNT]}
ACTIVITY: Final[Json] = {"id": "https://moodle.example.com/mod/quiz/view.php?id=7"}
REFERENCE: Final[Json] = {"objectType": "StatementRef", "id": UUID}
CHOICE: Final[Json] = {
    "type": "http://adlnet.gov/expapi/activities/cmi.interaction",
    "interactionType": "choice",
    "correctResponsesPattern": ["a[,]b"],
    "choices": [{"id": "a", "description": {"fr": "Oui"}}, {"id": "b"}],
}
ATTACHMENT: Final[Json] = {
    "usageType": "https://example.com/usage/certificate",
    "display": {"fr": "Attestation", "en": "Certificate"},
    "description": {"fr": "Attestation de réussite"},
    "contentType": "application/pdf; name=x",
    "length": 27,
    "sha2": "495395e777cd98da653df9615d09c0fd6bb2f8d4788394cd53c56a3bfdcd848a",
    "fileUrl": "https://example.com/attestation.pdf",
}

MOODLE: Final[Json] = {
    "actor": {"account": {"homePage": "https://moodle.example.com", "name": "42"}, "name": "Anna"},
    "verb": {"id": "http://adlnet.gov/expapi/verbs/completed", "display": {"en": "Completed"}},
    "object": {
        "id": "https://moodle.example.com/mod/quiz/view.php?id=7",
        "definition": {
            "type": "http://adlnet.gov/expapi/activities/assessment",
            "name": {"fr": "Quiz final"},
            "extensions": {"https://w3id.org/learning-activity-management-system/id": "7"},
        },
        "objectType": "Activity",
    },
    "result": {
        "response": "",
        "completion": True,
        "success": True,
        "score": {"raw": 7, "min": 0, "max": 10, "scaled": 0.7},
    },
    "context": {
        "platform": "Moodle",
        "language": "fr",
        "registration": "ec531277-b57b-4c15-8d91-d292c5b2b8f7",
        "contextActivities": {
            "grouping": [{"id": "https://moodle.example.com", "objectType": "Activity"}],
            "category": [{"id": "https://w3id.org/moodle", "definition": {"name": {"en": "M"}}}],
        },
        "extensions": {
            "http://lrs.learninglocker.net/define/extensions/info": {
                "http://moodle.org": "4.1",
                "event_name": "\\mod_quiz\\event\\attempt_submitted",
            }
        },
    },
    "timestamp": "2026-01-31T12:00:00.000Z",
}
VIDEO: Final[Json] = {
    "id": "9dc99b37-e920-4a68-a066-917faca28949",
    "actor": {"objectType": "Agent", "account": {"homePage": "http://fun.example.fr", "name": "x"}},
    "verb": {"id": "https://w3id.org/xapi/video/verbs/seeked", "display": {"en-US": "seeked"}},
    "object": {
        "definition": {
            "type": "https://w3id.org/xapi/video/activity-type/video",
            "name": {"en-US": "v"},
        },
        "id": "uuid://7d4f3c70-1e79-4243-9b7d-166076ce8bfb",
        "objectType": "Activity",
    },
    "result": {
        "extensions": {
            "https://w3id.org/xapi/video/extensions/time-from": 124.692,
            "https://w3id.org/xapi/video/extensions/played-segments": "0[.]42.6[,]43[.]124.692",
        }
    },
    "context": {
        "extensions": {"https://w3id.org/xapi/video/extensions/session-id": UUID},
        "contextActivities": {
            "category": [{"id": "https://w3id.org/xapi/video"}],
            "parent": [{"id": "course-v1:FUN+00002+session01", "objectType": "Activity"}],
        },
    },
    "timestamp": "2021-11-29T23:09:00.867219+00:00",
}
CMI5: Final[Json] = {
    "id": "2a41c918-b88b-4220-a0a5-a4c32391aaa0",
    "actor": {"objectType": "Agent", **ACCOUNT},
    "verb": {"id": "http://adlnet.gov/expapi/verbs/passed", "display": {"en-US": "passed"}},
    "object": {"objectType": "Activity", "id": "http://lms.example.com/au/1"},
    "result": {"score": {"scaled": 0.95}, "success": True, "duration": "PT30M31.5S"},
    "context": {
        "registration": "ec231277-b27b-4c15-8291-d29225b2b8f7",
        "contextActivities": {
            "category": [
                {"id": "https://w3id.org/xapi/cmi5/context/categories/moveon"},
                {"id": "https://w3id.org/xapi/cmi5/context/categories/cmi5"},
            ],
            "grouping": [{"id": "http://course.example.com/au/1"}],
        },
        "extensions": {
            "https://w3id.org/xapi/cmi5/context/extensions/sessionid": "458240298378231",
            "https://w3id.org/xapi/cmi5/context/extensions/masteryscore": 0.8,
        },
    },
    "timestamp": "2026-05-18T05:32:34.804+00:00",
}
FULL: Final[Json] = {
    "id": UUID,
    "actor": AGENT,
    "verb": {"id": "http://adlnet.gov/expapi/verbs/answered", "display": {"fr": "a répondu"}},
    "object": {
        "objectType": "Activity",
        "id": "https://example.com/question",
        "definition": {
            "name": {"fr": "Question", "en": "Question"},
            "description": {"fr": "Une question", "en": "A question"},
            "moreInfo": "https://example.com/more",
            "extensions": {"https://example.com/extension": None},
            **CHOICE,
        },
    },
    "result": {
        "score": {"scaled": 0.5, "raw": 5, "min": 0, "max": 10},
        "success": True,
        "completion": False,
        "response": "a",
        "duration": "PT1H0M0.1S",
        "extensions": {"https://example.com/extension": {"deep": [None, {}]}},
    },
    "context": {
        "registration": UUID,
        "instructor": ACCOUNT,
        "team": TEAM,
        "contextActivities": {
            "parent": [ACTIVITY],
            "grouping": [ACTIVITY],
            "category": [ACTIVITY],
            "other": ACTIVITY,
        },
        "revision": "1",
        "platform": "Example",
        "language": "fr-FR",
        "statement": REFERENCE,
        "extensions": {"https://example.com/extension": ""},
    },
    "timestamp": "2026-01-31T12:00:00.000Z",
    "stored": "2026-01-31T12:00:01.000Z",
    "authority": AGENT,
    "version": "1.0.3",
    "attachments": [ATTACHMENT],
}
WITH_GROUP: Final[Json] = {**MOODLE, "actor": {**TEAM, "name": "Team"}}
WITH_REFERENCE: Final[Json] = {**CMI5, "object": REFERENCE}
SUBSTATEMENT: Final[Json] = {
    "objectType": "SubStatement",
    **{name: value for name, value in MOODLE.items() if name != "result"},
}
WITH_SUBSTATEMENT: Final[Json] = {**VIDEO, "object": SUBSTATEMENT}
CONTEXT_2: Final[Json] = {
    "contextAgents": [
        {"objectType": "contextAgent", "agent": AGENT, "relevantTypes": ["https://example.com/t"]}
    ],
    "contextGroups": [{"objectType": "contextGroup", "group": TEAM}],
}
OF_VERSION_2: Final[Json] = {
    **MOODLE,
    "context": {**MOODLE["context"], **CONTEXT_2},
    "timestamp": "2026-01-31 12:00:00.123456789z",
    "version": "2.0.0",
}

OF_VERSION_1: Final = [MOODLE, VIDEO, CMI5, FULL, WITH_GROUP, WITH_REFERENCE, WITH_SUBSTATEMENT]
"""Valid under both versions."""


def changed(statement: Json, path: str, value: object) -> Json:
    """Return `statement` with `value` at `path`, such as `attachments.0.sha2`."""
    copy: Json = json.loads(json.dumps(statement))  # nothing shared with it, nor within it
    node: Any = copy
    *way, last = (int(step) if step.isdigit() else step for step in path.split("."))
    for step in way:
        node = node[step]
    if value is MISSING:
        del node[last]
    else:
        node[last] = value
    return copy


def json_path(path: str) -> str:
    """Return the JSON path that an error names for such a `path`."""
    steps = path.split(".") if path else []
    return "$" + "".join(f"[{step}]" if step.isdigit() else f".{step}" for step in steps)
