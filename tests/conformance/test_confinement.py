"""Credentials confined to their organisation: they see and change what it sent, and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.conformance.client import Client
from tests.conformance.samples import make_activity, make_agent, make_statement, void

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.plugins.server import Credential, LrsServer


def confine(lrs: LrsServer, organisation: str) -> Credential:
    """Create a credential with every right, confined to an organisation."""
    return lrs.create_credential(organisation, confined_to=organisation)


@pytest.fixture(scope="session")
def confined_credentials(lrs: LrsServer) -> tuple[Credential, Credential]:
    """Create a credential for each of two organisations."""
    return confine(lrs, "museums"), confine(lrs, "schools")


@pytest.fixture
def museums(
    lrs: LrsServer, confined_credentials: tuple[Credential, Credential]
) -> Iterator[Client]:
    """Speak for one organisation."""
    with Client(lrs.endpoint, confined_credentials[0], "2.0.0") as client:
        yield client


@pytest.fixture
def schools(
    lrs: LrsServer, confined_credentials: tuple[Credential, Credential]
) -> Iterator[Client]:
    """Speak for the other."""
    with Client(lrs.endpoint, confined_credentials[1], "2.0.0") as client:
        yield client


def test_statements_are_found_by_their_own_organisation_and_by_the_unconfined(
    museums: Client, schools: Client, client_2_0_0: Client
) -> None:
    statement = make_statement()
    museums.store(statement)
    verb = statement["verb"]["id"]
    assert museums.find_ids(verb=verb) == [statement["id"]]
    assert schools.find_ids(verb=verb) == []
    assert client_2_0_0.find_ids(verb=verb) == [statement["id"]]


def test_a_statement_of_others_is_not_there_by_its_id(museums: Client, schools: Client) -> None:
    statement = make_statement()
    museums.store(statement)
    assert museums.get("statements", statementId=statement["id"]).status_code == 200
    assert schools.get("statements", statementId=statement["id"]).status_code == 404


def test_nobody_voids_what_others_sent(museums: Client, schools: Client) -> None:
    statement = make_statement()
    museums.store(statement)
    refused = schools.send("POST", "statements", void(statement))
    assert (refused.status_code, refused.json()["error"]) == (403, "forbidden")
    assert museums.get("statements", statementId=statement["id"]).status_code == 200
    museums.store(void(statement))
    assert museums.get("statements", voidedStatementId=statement["id"]).status_code == 200


def test_a_void_that_came_first_has_no_effect_on_others(museums: Client, schools: Client) -> None:
    statement = make_statement()
    schools.store(void(statement))
    museums.store(statement)
    assert museums.get("statements", statementId=statement["id"]).status_code == 200


def test_each_organisation_has_documents_of_its_own(museums: Client, schools: Client) -> None:
    place: dict[str, Any] = {
        "activityId": make_activity()["id"],
        "agent": make_agent(),
        "stateId": "bookmark",
    }
    assert museums.send("PUT", "activities/state", {"page": 1}, **place).status_code == 204
    assert schools.get("activities/state", **place).status_code == 404
    assert schools.send("PUT", "activities/state", {"page": 2}, **place).status_code == 204
    assert museums.get("activities/state", **place).json() == {"page": 1}


def test_names_and_definitions_of_all_organisations_are_not_told(
    museums: Client, client_2_0_0: Client
) -> None:
    actor, activity = make_agent(name="Somebody"), make_activity(name={"fr": "Un cours"})
    client_2_0_0.store(make_statement(actor=actor, object=activity))
    account = {"account": actor["account"]}
    assert client_2_0_0.get("agents", agent=account).json()["name"] == ["Somebody"]
    assert "name" not in museums.get("agents", agent=account).json()
    described = museums.get("activities", activityId=activity["id"]).json()
    assert described == {"objectType": "Activity", "id": activity["id"]}


def test_a_confined_credential_does_not_redefine_what_all_share(
    museums: Client, client_2_0_0: Client
) -> None:
    activity = make_activity(name={"fr": "Autre nom"})
    museums.store(make_statement(object=activity))
    described = client_2_0_0.get("activities", activityId=activity["id"]).json()
    assert "definition" not in described
