"""Whole HTTP requests to an xAPI server, each of them odd in one way or several."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING
from urllib.parse import quote

from tests.documentation.description import BASE
from tests.hostile.parts import odd_multipart
from tests.hostile.shots import Shot, encode, escape
from tests.hostile.statements import odd_body, valid_statement
from tests.hostile.targets import odd_operation, odd_pairs
from tests.hostile.values import broken, odd_text, odd_value, repeated_text

if TYPE_CHECKING:
    from random import Random

    from tests.hostile.shots import Fields
    from tests.plugins.server import Credential

JSON = "application/json"
VERSIONS = ("1.0.3", "2.0.0", "1.0", "1.0.99", "1.0.3-beta", "0.9", "3", "1..0", "", "1.0.3, 2")
TAGS = ("*", '"a"', "W/", '"', '"\xff"', ",,,", '"a", ' * 500, "a" * 9_000)
LANGUAGES = ("en", "*;q=0", "en;q=NaN", ",;=" * 200, "x-" + "y" * 4_000, "en;q=1e9, fr;q=-1")
TYPES = (
    "text/plain",
    "application/json; charset=utf-16",
    "",
    "a" * 3_000,
    "a/b\x01",
    "€",
    "a\r\nb: c",
)
DOCUMENTS = (
    ("activities/state", ("activityId", "agent", "stateId")),
    ("activities/profile", ("activityId", "profileId")),
    ("agents/profile", ("agent", "profileId")),
)


class Requests:
    """Makes requests with a credential that may do everything, as a rule."""

    def __init__(self, credential: Credential) -> None:
        known = b64encode(f"{credential.key}:{credential.secret}".encode()).decode()
        self.authorization = f"Basic {known}"
        self._key = credential.key

    def statements(self, chance: Random) -> Shot:
        """POST or PUT something that should be statements."""
        method, target = "POST", f"{BASE}/statements"
        if chance.random() < 0.1:
            method, target = "PUT", f"{target}?statementId={escape(odd_text(chance))}"
        fields = self.fields(chance, JSON)
        return Shot("statements", encode(method, target, fields, odd_body(chance)))

    def multipart(self, chance: Random) -> Shot:
        """POST parts."""
        content_type, body = odd_multipart(chance)
        fields = self.fields(chance, content_type)
        return Shot("multipart", encode("POST", f"{BASE}/statements", fields, body))

    def query(self, chance: Random) -> Shot:
        """Ask for whatever the description has, in odd words."""
        method, target = odd_operation(chance)
        body = odd_value(chance) if method in {"PUT", "POST"} else b""
        return Shot("query", encode(method, target, self.fields(chance, JSON), body))

    def document(self, chance: Random) -> Shot:
        """Read or write a document with an odd name, condition, type or content."""
        resource, names = chance.choice(DOCUMENTS)
        method = chance.choice(("PUT", "POST", "POST", "DELETE", "GET", "GET"))
        content_type = chance.choice((JSON, JSON, *TYPES))
        condition = chance.choice(("If-Match", "If-None-Match")), chance.choice(TAGS)
        pairs = odd_pairs(chance, names)
        if chance.random() < 0.3:
            form = pairs | {"Content-Type": content_type, "content": "{}"} | dict([condition])
            return Shot("document", self.in_a_form(f"{BASE}/{resource}", method, form))
        query = "&".join(f"{name}={escape(value)}" for name, value in pairs.items())
        fields = [*self.fields(chance, content_type), condition]
        target = f"{BASE}/{resource}?{query}"
        return Shot("document", encode(method, target, fields, odd_value(chance)))

    def header(self, chance: Random) -> Shot:
        """A request as it should be, under a header as it should not be."""
        fields = self.fields(chance, JSON)
        for _ in range(chance.randint(1, 3)):
            self.change_fields(chance, fields)
        data = encode("POST", f"{BASE}/statements", fields, valid_statement(chance))
        return Shot("header", data)

    def alternate(self, chance: Random) -> Shot:
        """The alternate request syntax of 1.0.3, wrong in some place."""
        method = chance.choice(("GET", "PUT", "POST", "DELETE", "HEAD", "", odd_text(chance)))
        content = odd_body(chance)[:50_000].decode("utf-8", "surrogateescape")
        form = {"Content-Type": JSON, "content": content}
        form[chance.choice(("statementId", "agent", "limit", "content-length"))] = odd_text(chance)
        if chance.random() < 0.2:
            form[chance.choice(("Authorization", "X-Experience-API-Version"))] = odd_text(chance)
        form = {name: value for name, value in form.items() if chance.random() < 0.9}
        resource = chance.choice(("statements", "activities/state", "agents", "about"))
        data = self.in_a_form(f"{BASE}/{resource}", method, form)
        return Shot("alternate", data)

    def in_a_form(self, target: str, method: str, form: dict[str, str]) -> bytes:
        """A request in the alternate syntax."""
        known = {"Authorization": self.authorization, "X-Experience-API-Version": "1.0.3"}
        pairs = (known | form).items()
        body = "&".join(f"{escape(name)}={escape_form(value)}" for name, value in pairs)
        fields = [("Content-Type", "application/x-www-form-urlencoded")]
        return encode("POST", f"{target}?method={escape(method)}", fields, body.encode())

    def fields(self, chance: Random, content_type: str) -> Fields:
        """Header fields that are right, as a rule."""
        version = "1.0.3" if chance.random() < 0.5 else "2.0.0"
        fields = [
            ("Authorization", self.authorization),
            ("X-Experience-API-Version", version),
            ("Content-Type", content_type),
        ]
        if chance.random() < 0.1:
            self.change_fields(chance, fields)
        return fields

    def change_fields(self, chance: Random, fields: Fields) -> None:
        """Change, double, add or remove a field."""
        kind = chance.randrange(8)
        if kind == 0 and fields:
            del fields[chance.randrange(len(fields))]
        elif kind == 1 and fields:
            fields.append(chance.choice(fields))
        elif kind == 2:
            fields[:0] = [("Authorization", self.odd_authorization(chance))]
        elif kind == 3:
            fields[:] = [each for each in fields if not each[0].startswith("X-E")]
            version = chance.choice((*VERSIONS, repeated_text(chance)))
            fields.append(("X-Experience-API-Version", version))
        elif kind == 4:
            fields.append(("Accept-Language", chance.choice(LANGUAGES)))
        elif kind == 5:
            name = chance.choice(
                ("X-Request-Id", "Origin", "Accept", "If-Match", "Cookie", "Range")
            )
            fields.append((name, odd_text(chance)))
        elif kind == 6:
            fields += [("X-Many", "y" * 40)] * chance.choice((50, 300, 2_000))
        else:
            fields.append(("Content-Type", chance.choice(TYPES)))

    def odd_authorization(self, chance: Random) -> str:
        """A header field that lets nobody in."""
        kinds = (
            "Basic",
            "Basic " + "=" * 50,
            "Bearer x",
            "basic  " + b64encode(b"\xff\xfe:\x00").decode(),
            "Basic " + b64encode(odd_text(chance).encode(errors="replace")).decode()[:9_000],
            "Basic " + b64encode(f"{self._key}:wrong".encode()).decode(),
            "Basic " + b64encode(f"{self._key}\x00:wrong".encode()).decode(),
            broken(chance, self.authorization.encode()).decode("latin-1"),
        )
        return chance.choice(kinds)


def escape_form(text: str) -> str:
    """Percent-encode the value of a form field, with the bytes that it stands for."""
    return quote(text.encode("utf-8", "surrogateescape"), safe="")
