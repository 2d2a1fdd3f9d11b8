"""What the named reports answer, asked of the JSON of the serving database in its own SQL.

The rows are those of the report as far as JSON alone can give them: a person is an account, days
and hours are of UTC, nobody is staff, and nothing was voided. That is less work than the report's,
never more. Where a report needs the rules of the fold (who is enrolled, what progress is, when a
badge is due) there is no such question.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analytics.reports.named import named_query

if TYPE_CHECKING:
    import sqlite3

_TEXT = "CAST(payload AS TEXT)"  # to SQLite a BLOB would be JSON of its own making
_WORDS = {
    "text": _TEXT,
    "who": f"{_TEXT} ->> '$.actor.account.name'",
    "extension": "https://w3id.org/xapi/video/extensions",
    "steps": named_query("video-retention").parameters["steps"],
    "least": named_query("item-analysis").parameters["least"],
}

_WEEKS = """
WITH act AS (
    SELECT {who} AS who, unixepoch({text} ->> '$.timestamp') AS at FROM statement
), marked AS (
    SELECT who, at, at - lag(at, 1, 0) OVER (PARTITION BY who ORDER BY at) AS gap FROM act
)
SELECT strftime('%Y-%W', at, 'unixepoch') AS week, sum(gap > 1800) AS connections,
    count(DISTINCT who) AS learners, sum(iif(gap > 1800, 0, gap)) / 3600.0 AS hours
FROM marked GROUP BY week ORDER BY week
"""
_COMPLETION = """
SELECT course, count(DISTINCT who) AS learners,
    count(DISTINCT CASE WHEN verb LIKE '%/completed' THEN who END) AS completed
FROM (
    SELECT {text} ->> '$.object.id' AS course, {who} AS who, {text} ->> '$.verb.id' AS verb
    FROM statement WHERE {text} ->> '$.object.definition.type' LIKE '%/course'
) GROUP BY course
"""
_ITEMS = """
WITH answer AS (
    SELECT {who} AS who,
        iif(  -- Moodle names the attempt first, then the quiz
            {text} ->> '$.context.contextActivities.parent[0].id' LIKE '%/attempt.php?%',
            {text} ->> '$.context.contextActivities.parent[1].id',
            {text} ->> '$.context.contextActivities.parent[0].id'
        ) AS quiz,
        {text} ->> '$.object.id' AS question,
        {text} ->> '$.result.success' AS correct,
        julianday({text} ->> '$.timestamp') AS at
    FROM statement
    WHERE {text} ->> '$.object.definition.type'
            = 'http://adlnet.gov/expapi/activities/cmi.interaction'
        AND {text} ->> '$.verb.id' = 'http://adlnet.gov/expapi/verbs/answered'
        AND correct IS NOT NULL
), answered AS (  -- beside min(), SQLite takes the other columns from the same row
    SELECT who, quiz, question, correct, min(at) AS at FROM answer GROUP BY who, quiz, question
), rated AS (
    SELECT *, (sum(correct) OVER whole - correct) * 1.0 / nullif(count(*) OVER whole - 1, 0) AS rest
    FROM answered WINDOW whole AS (PARTITION BY who, quiz)
)
SELECT question, count(*) AS learners, avg(correct) AS facility,
    (avg(correct * rest) - avg(correct) FILTER (WHERE rest IS NOT NULL) * avg(rest))
        / nullif(sqrt(
            (avg(correct * correct) FILTER (WHERE rest IS NOT NULL)
                - pow(avg(correct) FILTER (WHERE rest IS NOT NULL), 2))
            * (avg(rest * rest) - pow(avg(rest), 2))), 0) AS discrimination
FROM rated GROUP BY quiz, question HAVING count(*) >= {least} ORDER BY question
"""
_VIDEOS = """
WITH RECURSIVE told AS MATERIALIZED (
    SELECT {who} AS who,
        {text} ->> '$.result.extensions."{extension}/played-segments"' AS segments,
        {text} ->> '$.context.extensions."{extension}/length"' AS length
    FROM statement WHERE {text} ->> '$.object.id' = :video
), played AS MATERIALIZED (
    SELECT DISTINCT who, value ->> 0 AS begun, value ->> 1 AS ended
    FROM (SELECT DISTINCT who, segments FROM told WHERE segments <> ''),
        json_each('[[' || replace(replace(segments, '[,]', '],['), '[.]', ',') || ']]')
    WHERE value ->> 1 > value ->> 0
), about AS MATERIALIZED (
    SELECT (SELECT max(length) FROM told) AS length, count(DISTINCT who) AS viewers FROM played
), parts (step) AS (
    SELECT 0 UNION ALL SELECT step + 1 FROM parts WHERE step + 1 < {steps}
)
SELECT step + 1 AS step, CAST(length * step / {steps} AS INTEGER) AS second,
    count(DISTINCT who) AS viewers, count(DISTINCT who) * 1.0 / about.viewers AS share
FROM parts CROSS JOIN about
LEFT JOIN played ON begun <= length * (step + 0.5) / {steps}
    AND ended > length * (step + 0.5) / {steps}
GROUP BY step ORDER BY step
"""
_HOURS = """
SELECT strftime('%w %H', {text} ->> '$.timestamp') AS hour, count(*) AS statements,
    count(DISTINCT {who}) AS learners
FROM statement GROUP BY hour
"""
QUESTIONS = {
    "weekly-connections": _WEEKS,
    "completion-by-course": _COMPLETION,
    "item-analysis": _ITEMS,
    "video-retention": _VIDEOS,
    "activity-by-hour": _HOURS,
}
"""By the name of the report; each asks a table `statement` with a `payload`."""


def ask_json(copy: sqlite3.Connection, name: str, video: str) -> list[dict[str, Any]]:
    """What the JSON answers; `video` is that of video-retention."""
    cursor = copy.execute(QUESTIONS[name].format(**_WORDS), {"video": video})
    names = [column for column, *_ in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]
