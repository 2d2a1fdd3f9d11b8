"""Pages need nothing else, and can be read without eyes, colours or a mouse."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date
from functools import partial
from html.parser import HTMLParser
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from typing_extensions import override

from analytics.errors import BadParameter
from analytics.reports.asking import Answer, ask
from analytics.reports.describing import described
from analytics.reports.month import month_before, month_report
from analytics.reports.named import named_queries, named_query
from analytics.reports.output import as_csv, as_page, as_picture, as_table
from analytics.reports.parameters import bind
from analytics.session import connect
from lrs.records.suppression import hidden

if TYPE_CHECKING:
    from tests.analytics.town import Town

FEW = partial(hidden, least=5)
VOID = {"meta", "link", "br", "hr", "img", "input"}
FETCHED = re.compile(r'(?:src|href)="(?!#)|url\((?!#)|@import|<script|<link|<iframe|<object')


class Tree(HTMLParser):
    """What is in a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    @override
    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    @override
    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    @override
    def handle_data(self, data: str) -> None:
        if self._open:
            self.texts.setdefault(self._open[-1], []).append(data)

    def of(self, tag: str) -> list[dict[str, str | None]]:
        """Attributes of the elements with a tag."""
        return [attributes for name, attributes in self.elements if name == tag]


def check_page(text: str, language: str) -> Tree:
    """Hold a page against the rules that a program can hold it against."""
    tree = Tree(text)
    assert tree.of("html") == [{"lang": language}]
    assert tree.texts["title"] == tree.texts["h1"]
    assert FETCHED.findall(re.sub(r"<text.*?</text>", "", text)) == []
    ids = [each["id"] for _, each in tree.elements if "id" in each]
    assert len(ids) == len(set(ids))
    targets = re.findall(r'(?:url\(#|href="#)([^")]+)', text)
    pointed = [each["aria-labelledby"] for _, each in tree.elements if "aria-labelledby" in each]
    assert {*targets, *pointed} <= set(ids)
    assert len(tree.of("table")) == len(tree.of("caption")) > 0
    assert {each["scope"] for each in tree.of("th")} <= {"col", "row"}
    for drawn in tree.of("svg"):
        assert drawn["role"] == "img"
        assert len(drawn["aria-label"] or "") > 40
    for scrolled in [each for _, each in tree.elements if each.get("class") == "scroll"]:
        assert scrolled["tabindex"] == "0"
        assert scrolled.get("role") in {"region", None}  # a figure has one of its own
        assert {"aria-label", "aria-labelledby"} & scrolled.keys()
    assert all(each == {} for each in tree.of("section") if "class" not in each)  # no landmarks
    levels = [int(tag[1]) for tag, _ in tree.elements if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    return tree


def answer(town: Town, name: str, **given: str) -> Answer:
    query = named_query(name)
    with connect(town.lake) as session:
        return ask(session, query, bind(query, given))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_month_is_one_page_that_needs_nothing_else(town: Town, language: str) -> None:
    with connect(town.lake) as session:
        text = month_report(session, "2026-03", language, FEW)
    tree = check_page(text, language)
    assert tree.texts["h1"] == [
        {"fr": "Ville@pp : rapport du mois, mars 2026", "en": "Ville@pp: report of the month, "
         "March 2026"}[language]
    ]  # fmt: skip
    assert len(tree.of("svg")) == 8
    headings = [each["id"] for each in tree.of("h2")]
    assert [each["href"] for each in tree.of("a")] == ["#content", *(f"#{id_}" for id_ in headings)]
    assert len(tree.of("details")) == 3  # courses twice, and hours
    assert "598" in tree.texts["td"]  # connections of March
    none = {"fr": "n. c.", "en": "n/a"}[language]
    assert none in tree.texts["td"]
    assert not re.search(r"\b[0-9a-f]{32}\b", text)  # pseudonyms


def test_the_figures_of_a_month_without_anything_are_zero(town: Town) -> None:
    with connect(town.lake) as session:
        text = month_report(session, "2020-02", "fr", FEW)
    assert "février 2020" in text
    assert "0,00" in text
    for wrong in ("2026", "2026-13", "2026-3", "../x"):
        with connect(town.lake) as session, pytest.raises(BadParameter, match="2026-03"):
            month_report(session, wrong, "fr", FEW)


def test_months_are_counted_back_over_a_year() -> None:
    january = date(2026, 1, 1)
    assert [month_before(january, n) for n in (0, 1, 11, 12)] == [
        january,
        date(2025, 12, 1),
        date(2025, 2, 1),
        date(2025, 1, 1),
    ]


@pytest.mark.parametrize("name", sorted(named_queries()))
def test_every_report_has_a_page_and_a_picture(town: Town, name: str) -> None:
    given: dict[str, str] = {}
    rows: list[dict[str, Any]] = town.report("completion-by-course")
    if name == "course-funnel":
        given["course"] = rows[0]["course"]
    if name == "video-retention":
        given = {"video": _video(town)}
    if name == "dormant-learners":
        given |= {"until": "2026-06-01", "days": "30"}
    found = answer(town, name, **given)
    for language in ("fr", "en"):
        tree = check_page(as_page(found, language).decode(), language)
        assert len(tree.of("svg")) == 1
        assert len(tree.of("tr")) == len(found.rows) + 1
    assert as_picture(found, "fr").startswith(b"\x89PNG")
    assert len(as_table(found, "fr").decode().splitlines()) == len(found.rows) + 2
    assert as_csv(found, "fr").decode().splitlines()[0].split(",") == list(found.query.columns)


def test_where_there_is_nothing_the_page_says_so(town: Town) -> None:
    found = answer(town, "item-analysis", course="https://example.org/none")
    text = as_page(found, "fr").decode()
    assert check_page(text, "fr").of("svg") == []
    assert "Aucune ligne." in text


def _video(town: Town) -> str:
    (row,) = town.ask(
        "SELECT object, count(*) AS n FROM statements "
        "WHERE object_type = 'https://w3id.org/xapi/video/activity-type/video' "
        "GROUP BY ALL ORDER BY n DESC LIMIT 1"
    )
    return str(row["object"])


def test_what_is_said_in_a_course_stays_text(town: Town) -> None:
    found = answer(town, "completion-by-course")
    evil = '</title><script>alert("x")</script>\\1'
    rows = [row | {"title": evil} for row in found.rows[:3]]
    text = as_page(Answer(found.query, found.values, rows), "fr").decode()
    check_page(text, "fr")
    assert "<script" not in text


def test_what_is_left_out_on_paper_or_scrolls_on_a_screen_is_never_cut_off() -> None:
    style = files("analytics.reports").joinpath("page.css").read_text()
    printed = style.partition("@media print{")[2]
    assert ".scroll{overflow:visible}" in printed
    assert "details:not([open]){display:none}" in printed
    assert not re.search(r"overflow(-x)?:hidden|outline:(0|none)", style)


def test_addresses_stand_only_where_a_name_does_not_say_enough(town: Town) -> None:
    found = answer(town, "completion-by-course")
    rows = [
        row | {"title": title}
        for row, title in zip(found.rows[:4], ("Feu", "Feu", None, "Eau"), strict=True)
    ]
    page = as_page(Answer(found.query, found.values, rows), "fr").decode()
    names = Tree(page).texts["th"][-4:]
    courses = [row["course"] for row in rows]
    assert names == [f"Feu ({courses[0]})", f"Feu ({courses[1]})", courses[2], "Eau"]
    assert "Adresse" not in page


def test_times_are_in_words(town: Town) -> None:
    for name, french, english in (
        ("monthly-figures", "mars 2026", "March 2026"),
        ("weekly-connections", "2026-S12", "2026-W12"),
        ("activity-by-hour", "lundi", "Monday"),
    ):
        found = answer(town, name)
        assert french in as_page(found, "fr").decode()
        assert english in as_page(found, "en").decode()
        assert french in as_table(found, "fr").decode()
    (row, *_) = csv.DictReader(io.StringIO(as_csv(answer(town, "activity-by-hour"), "fr").decode()))
    assert row["weekday"] == "1"


def test_all_hours_and_days_have_their_place(town: Town) -> None:
    from analytics.reports.charts import chart  # noqa: PLC0415  # Altair takes two seconds

    found = answer(town, "activity-by-hour")
    encoding = chart(Answer(found.query, found.values, found.rows[:1]), "fr")["encoding"]
    assert encoding["x"]["scale"]["domain"] == [*range(24)]
    assert encoding["y"]["scale"]["domain"][::6] == ["lundi", "dimanche"]


def test_what_is_left_out_keeps_its_place_in_a_chart(town: Town) -> None:
    from analytics.reports.charts import chart  # noqa: PLC0415  # Altair takes two seconds

    found = answer(town, "score-distribution")
    rows = [row | {"scores": None} if i == 3 else row for i, row in enumerate(found.rows)]
    spec = chart(Answer(found.query, found.values, rows), "fr")
    assert spec["encoding"]["x"]["scale"]["domain"][3] == "30-40"
    (drawn,) = spec["datasets"].values()
    assert "30-40" not in [row["band"] for row in drawn]


def test_a_chart_of_a_list_counts_and_says_so(town: Town) -> None:
    from analytics.reports.charts import chart  # noqa: PLC0415  # Altair takes two seconds

    found = answer(town, "dormant-learners", until="2026-06-01", days="30")
    rows = [found.rows[0] | {"directorate": name} for name in ("Eau", "Eau", "")]
    few = Answer(found.query, found.values, rows)
    assert "Personnes de 1 (non renseigné) à 2 (Eau)" in described(few, "fr")
    assert "not known" in json.dumps(chart(few, "en"))


def test_no_title_is_a_formula_in_csv(town: Town) -> None:
    found = answer(town, "completion-by-course")
    rows = [found.rows[0] | {"title": '=HYPERLINK("https://evil.example")', "enrolled": -1}]
    (row,) = csv.DictReader(
        io.StringIO(as_csv(Answer(found.query, found.values, rows), "fr").decode())
    )
    assert row["title"] == '\'=HYPERLINK("https://evil.example")'
    assert row["enrolled"] == "-1"


def test_rows_of_the_same_name_are_drawn_apart_and_nothing_left_out_is_drawn(town: Town) -> None:
    from analytics.reports.charts import chart  # noqa: PLC0415  # Altair takes two seconds

    found = answer(town, "completion-by-course")
    rows = [row | {"title": "Feu"} for row in found.rows[:3]]
    rows[1]["completion_rate"] = None
    spec = chart(Answer(found.query, found.values, rows), "fr")
    (drawn,) = spec["datasets"].values()
    assert [row["title"] for row in drawn] == ["Feu", "Feu (2)"]
