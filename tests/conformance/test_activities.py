"""GET /activities: an Activity, everything that statements said of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.conformance.samples import make_activity, make_iri, make_statement

if TYPE_CHECKING:
    from tests.conformance.client import Client


def get_activity(client: Client, activity_id: str) -> dict[str, Any]:
    response = client.get("activities", activityId=activity_id)
    assert response.status_code == 200
    activity: dict[str, Any] = response.json()
    return activity


@pytest.mark.requirement("XAPI-00251", "XAPI-00252", "XAPI-00253")
def test_an_activity_comes_back_whole(client: Client) -> None:
    activity = make_activity(
        name={"en": "A meeting", "fi": "Kokous"},
        description={"en": "of the board"},
        type=make_iri("types"),
        moreInfo="https://example.test/info",
        interactionType="choice",
        correctResponsesPattern=["a[,]b"],
        choices=[{"id": "a", "description": {"en": "one"}}, {"id": "b"}],
        extensions={"https://example.test/e": {"deep": [1, None, {}]}},
    )
    client.store(make_statement(object=activity))
    assert get_activity(client, activity["id"]) == activity


@pytest.mark.requirement("XAPI-00254")
@pytest.mark.parametrize("at_once", [False, True])
def test_languages_of_several_statements_come_together(client: Client, *, at_once: bool) -> None:
    activity = make_activity(name={"en": "meeting"}, description={"en": "of the board"})
    translated = activity | {"definition": {"name": {"fi": "kokous"}}}
    batch = [make_statement(object=each) for each in (activity, translated)]
    for part in [batch] if at_once else [[each] for each in batch]:
        client.store(*part)
    definition = get_activity(client, activity["id"])["definition"]
    assert definition["name"] == {"en": "meeting", "fi": "kokous"}
    assert definition["description"] == {"en": "of the board"}


def test_an_activity_without_a_definition_loses_none(client: Client) -> None:
    activity = make_activity(name={"en": "meeting"})
    client.store(make_statement(object=activity))
    client.store(make_statement(object={"id": activity["id"]}))
    assert get_activity(client, activity["id"]) == activity


def test_a_definition_may_come_from_any_place_in_a_statement(client: Client) -> None:
    activity = make_activity(name={"en": "a course"})
    client.store(make_statement(context={"contextActivities": {"parent": [activity]}}))
    assert get_activity(client, activity["id"]) == activity


def test_an_activity_that_nobody_named_is_answered_with_its_id(client: Client) -> None:
    activity_id = make_iri("activities")
    assert get_activity(client, activity_id) == {"objectType": "Activity", "id": activity_id}


@pytest.mark.requirement("XAPI-00250")
@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"activityId": True},
        {"activityId": "no scheme"},
        {"activityId": ""},
        {"ActivityId": "https://example.test/a"},
        {"activityId": "https://example.test/a", "foo": "bar"},
    ],
)
def test_what_names_no_activity_is_refused(client: Client, parameters: dict[str, object]) -> None:
    assert client.get("activities", **parameters).status_code == 400


@pytest.mark.requirement("XAPI-00125", "XAPI-00126")
def test_head_answers_like_get_without_a_body(client: Client) -> None:
    head = client.send("HEAD", "activities", activityId=make_iri("activities"))
    assert (head.status_code, head.content) == (200, b"")


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_activities_can_only_be_read(client: Client, method: str) -> None:
    response = client.send(method, "activities", activityId=make_iri("activities"))
    assert response.status_code == 405
    assert "GET" in response.headers["Allow"]
