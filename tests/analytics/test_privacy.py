"""Nothing in the lake tells who somebody is, wherever a statement says it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from analytics.errors import LakeError
from analytics.log_export import Privacy
from analytics.pseudonyms import Pseudonyms, keep_secret
from analytics.redaction import Redactor
from analytics.telling import Teller
from schemas.identity import agent_ifi
from schemas.validation import validate_statement
from schemas.versions import Version
from tests.analytics.lakes import PSEUDONYMS, SECRET
from tests.statements.store import ANNA, new_statement

if TYPE_CHECKING:
    from pathlib import Path

    from tests.analytics.lakes import World

Json = dict[str, Any]

FOR = "https://w3id.org/xapi/video/context-extensions/for"
RESPONSE = "http://learninglocker.net/xapi/cmi/long-fill-in/response"

# None is a word that stands in a statement for another reason.
words = st.text("abcdefghijklmnopqrstuvwxyzéà", min_size=7, max_size=15).map("Q{}".format)
names = st.one_of(words, st.builds("{} {}'{}".format, words, words, words))
identifiers = st.one_of(
    words.map(lambda word: {"mbox": f"mailto:{quote(word, safe='')[:30].strip('%')}@example.org"}),
    words.map(lambda word: {"openid": f"https://{quote(word)}.example.org/"}),
    st.binary(min_size=20, max_size=20).map(lambda sha1: {"mbox_sha1sum": sha1.hex()}),
    names.map(lambda name: {"account": {"homePage": "https://lms.example.org", "name": name}}),
)
agents = st.builds(
    lambda identifier, name: identifier | ({"name": name} if name else {}),
    identifiers,
    st.none() | names,
)
groups = st.builds(
    lambda identifier, name, member: {
        "objectType": "Group",
        "member": member,
        **(identifier or {}),
        **({"name": name} if name else {}),
    },
    st.none() | identifiers,
    st.none() | names,
    st.lists(agents, min_size=1, max_size=2),
)
actors = st.one_of(agents, groups)
typed = st.one_of(agents.map(lambda agent: {"objectType": "Agent"} | agent), groups)


def people_of(value: Any) -> list[Json]:  # noqa: ANN401  # any JSON
    """Find every Agent and Group."""
    if isinstance(value, list):
        return [found for each in value for found in people_of(each)]
    if not isinstance(value, dict):
        return []
    found = [found for each in value.values() for found in people_of(each)]
    is_person = any(name in value for name in ("mbox", "openid", "mbox_sha1sum", "member"))
    return [value, *found] if is_person or "account" in value else found


def secrets_of(statement: Json) -> set[str]:
    """Find what tells who somebody is: identifiers and names, of everybody but the authority."""
    found: set[str] = set()
    for person in people_of({k: v for k, v in statement.items() if k != "authority"}):
        values = [person.get(name) for name in ("mbox", "openid", "mbox_sha1sum", "name")]
        values.append(person.get("account", {}).get("name"))
        found.update(value.removeprefix("mailto:") for value in values if value)
    return found


@st.composite
def statements(draw: st.DrawFn) -> Json:
    """Draw statements that have people in all places, and repeat them where they do not belong."""
    statement = new_statement(actor=draw(actors), object={"id": "http://example.org/course"})
    told = [*sorted(secrets_of(statement)), "nobody"]
    text = st.sampled_from(told).map(lambda secret: f"<{secret}>")
    extensions = st.fixed_dictionaries(
        {},
        optional={
            FOR: typed,
            "http://example.org/deep": st.builds(lambda who: {"a": [{"b": who}]}, agents),
            "http://example.org/text": text,
            "http://example.org/names": text.map(lambda name: {name: 1}),
            "http://example.org/address": words.map(lambda word: f"to mailto:{word}@example.org!"),
        },
    )
    context = st.fixed_dictionaries(
        {},
        optional={
            "instructor": actors,
            "team": groups,
            "platform": text,
            "extensions": extensions,
            "registration": st.uuids(version=4).map(str),
            "contextActivities": text.map(
                lambda t: {"other": [{"id": "http://example.org/" + quote(t)}]}
            ),
            "contextAgents": st.lists(
                agents.map(lambda agent: {"objectType": "contextAgent", "agent": agent}), max_size=1
            ),
            "contextGroups": st.lists(
                groups.map(lambda group: {"objectType": "contextGroup", "group": group}), max_size=1
            ),
        },
    )
    activity = text.map(
        lambda t: {
            "id": "http://example.org/" + quote(t, safe=""),
            "definition": {"name": {"fr": t}, "description": {"fr": t}},
        }
    )
    sub = st.builds(
        lambda who, about, result: {
            "objectType": "SubStatement",
            "actor": who,
            "verb": {"id": "http://example.org/did"},
            "object": about,
            "result": {"response": result},
        },
        actors,
        st.one_of(activity, typed),
        text,
    )
    parts: Json = {"context": draw(context), "object": draw(st.one_of(activity, typed, sub))}
    if "objectType" in parts["object"]:
        parts["context"].pop("platform", None)  # for activities only
    return statement | parts | {"result": {"response": draw(text), "extensions": draw(extensions)}}


def stored_text(statement: Json) -> bytes:
    """Return the statement as the log has it."""
    validate_statement(statement, Version.V2)
    members = {"stored": "2026-01-05T08:12:00.000000Z", "version": "2.0.0"}
    return json.dumps({"timestamp": "2026-01-05T08:12:00Z"} | statement | members).encode()


def strings_of(value: Any) -> list[str]:  # noqa: ANN401  # any JSON
    """Find every string, names of members included."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [found for each in value for found in strings_of(each)]
    if isinstance(value, dict):
        inner = [found for each in value.values() for found in strings_of(each)]
        return [*value, *inner]
    return []


@given(statements())
def test_no_identifier_and_no_name_is_told(statement: Json) -> None:
    told = Teller(PSEUDONYMS, free_text=False).tell(stored_text(statement))
    columns = [str(each) for each in (told.about, told.context, told.result)]
    everything = "\n".join([*strings_of(json.loads(told.text)), *columns, str(told.actor.key)])
    for secret in secrets_of(statement):
        for written in (secret, quote(secret), quote(secret, safe="")):
            assert written not in everything
    assert "response" not in everything
    assert "@example.org" not in everything


@given(statements())
def test_the_fast_way_tells_what_the_long_way_tells(statement: Json) -> None:
    text = stored_text(statement)
    fast = Teller(PSEUDONYMS, free_text=False).tell(text)
    slow = Redactor(PSEUDONYMS).redact(text)
    assert json.loads(fast.text) == json.loads(slow.text)
    assert (fast.about, fast.context) == (slow.about, slow.context)
    assert (fast.actor.key, fast.result) == (slow.actor.key, slow.result)


def test_a_person_has_one_pseudonym_everywhere(world: World) -> None:
    anna = {"account": {"homePage": "https://lms.example.org", "name": "anna.martin"}}
    key = PSEUDONYMS.of("account:https://lms.example.org|anna.martin")
    world.log.append(
        new_statement(actor=anna | {"name": "Anna Martin"}),
        new_statement(actor={"objectType": "Agent"} | anna, object=anna | {"objectType": "Agent"}),
        new_statement(context={"instructor": anna, "extensions": {FOR: anna}}),
    )
    world.export()
    first, second, third = world.rows()
    assert first["actor"] == second["actor"] == second["object"] == key
    assert first["actor_name"] is None
    context = json.loads(third["statement"])["context"]
    shown = {"objectType": "Agent", "account": {"homePage": "urn:pseudonym", "name": key}}
    assert context["instructor"] == context["extensions"][FOR] == shown


def test_no_file_of_the_lake_has_a_name_in_it(world: World) -> None:
    group = {"objectType": "Group", "name": "Les archivistes", "member": [
        {"mbox": "mailto:jeanne.dupont@example.org", "name": "Jeanne Dupont"}]}  # fmt: skip
    world.log.append(
        new_statement(actor=group, context={"extensions": {"http://e.org/x": "Jeanne Dupont"}})
    )
    world.export()
    for path in world.paths():
        table = parquet.ParquetFile(world.folder / "lake" / path).read()
        text = json.dumps(table.to_pylist(), default=str)
        assert not any(word in text for word in ("Jeanne", "Dupont", "archivistes", "dupont@"))


def test_an_authority_is_told_by_its_pseudonym_and_its_name_elsewhere_stays() -> None:
    moodle = {"account": {"homePage": "https://lrs.example.org", "name": "moodle"}}
    statement = new_statement(object={"id": "https://moodle.example.org/course"}, authority=moodle)
    told = Teller(PSEUDONYMS, free_text=False).tell(stored_text(statement))
    assert told.about.id == "https://moodle.example.org/course"
    assert told.authority is not None
    assert told.authority.key == PSEUDONYMS.of(str(agent_ifi(moodle)))
    assert json.loads(told.text)["authority"]["account"]["name"] == told.authority.key


@pytest.mark.parametrize(
    ("interaction", "is_kept"),
    [("choice", True), ("numeric", True), ("long-fill-in", False), ("other", False), (None, False)],
)
def test_answers_to_open_questions_are_left_out(interaction: str | None, *, is_kept: bool) -> None:
    definition = {"interactionType": interaction} if interaction else {"name": {"fr": "?"}}
    statement = new_statement(
        object={"id": "http://example.org/question", "definition": definition},
        result={"response": "je me plains", "extensions": {RESPONSE: "je me plains"}},
    )
    for free_text in (False, True):
        told = Teller(PSEUDONYMS, free_text=free_text).tell(stored_text(statement))
        assert (b"plains" in told.text) is (is_kept or free_text)
        assert ("response" in json.loads(told.text)["result"]) is (is_kept or free_text)


def test_somebody_whose_name_is_a_word_of_the_specification_spoils_nothing() -> None:
    actor = {"account": {"homePage": "https://lms.example.org", "name": "context"}}
    verb = {"id": "http://example.org/verbs/context"}
    context = {"platform": "Moodle", "extensions": {"http://e.org/context": 1}}
    told = Teller(PSEUDONYMS, free_text=False).tell(
        stored_text(new_statement(actor=actor, verb=verb, context=context))
    )
    assert (told.verb, told.context.platform) == (verb["id"], "Moodle")
    shown = json.loads(told.text)["context"]["extensions"]
    assert shown == {f"http://e.org/{told.actor.key}": 1}


def test_edx_names_its_files_with_what_looks_like_an_address() -> None:
    block = "asset-v1:VILLE+1+2026+type@asset+block@guide.pdf"
    statement = new_statement(object={"id": block})
    assert Teller(PSEUDONYMS, free_text=False).tell(stored_text(statement)).about.id == block


def test_names_are_there_if_a_setting_says_so_and_the_lake_is_written_anew(world: World) -> None:
    anna = {"mbox": "mailto:anna@example.org", "name": "Anna"}
    world.log.append(new_statement(actor=anna, result={"response": "merci"}))
    world.export()
    world.privacy = Privacy(PSEUDONYMS, names=True)
    world.export()
    (row,) = world.rows()
    assert (row["actor"], row["actor_name"]) == ("mbox:mailto:anna@example.org", "Anna")
    assert row["statement"].encode() == world.log.log()[0].payload
    world.privacy = Privacy(Pseudonyms(b"another secret, another lake"))
    world.export()
    (row,) = world.rows()
    assert row["actor"] == Pseudonyms(b"another secret, another lake").of(
        "mbox:mailto:anna@example.org"
    )
    assert "anna" not in row["statement"]


def test_a_pseudonym_is_nothing_without_the_secret() -> None:
    one, other = Pseudonyms(SECRET), Pseudonyms(b"x" * 32)
    assert one.of("mbox:mailto:anna@example.org") == one.of("mbox:mailto:anna@example.org")
    assert one.of("mbox:mailto:anna@example.org") != other.of("mbox:mailto:anna@example.org")
    assert one.fingerprint != other.fingerprint
    assert UUID(one.of(str(uuid4())))  # 128 bits


def test_the_secret_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "data" / "secret"
    secret = keep_secret(file)
    assert len(secret) == 32
    assert keep_secret(file) == secret
    assert file.stat().st_mode & 0o077 == 0
    assert list(file.parent.iterdir()) == [file]
    file.write_text("abc")
    with pytest.raises(LakeError):
        keep_secret(file)


def test_a_client_that_escapes_what_needs_no_escape_tells_nobody() -> None:
    raw = stored_text(new_statement(context={"extensions": {"http://e.org/x": ANNA}}))
    raw = raw.replace(b'"mbox"', b'"\\u006dbox"')
    told = Teller(PSEUDONYMS, free_text=False).tell(raw)
    assert b"anna" not in told.text
