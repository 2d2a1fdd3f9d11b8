/*
title: {fr: Activité par heure et jour de la semaine, en: Activity by hour and weekday}
answers:
  fr: "À quelles heures et quels jours apprend-on (heure de Paris) ?"
  en: "At which hours and on which days do people learn (time in Paris)?"
parameters: {since: null, until: null, course: null, directorate: null, employer: null}
columns:
  weekday: {fr: Jour, en: Day, form: weekday}
  hour: {fr: Heure, en: Hour, form: hour}
  statements: {fr: Traces, en: Statements, form: whole}
  learners: {fr: Personnes distinctes, en: Distinct learners, form: whole}
people: {learners: [statements, learners]}
chart: {mark: circle, x: hour, y: weekday, size: statements}
*/
-- Hours in Paris begin when hours in UTC do. So what an identifier did is counted by the hour first:
-- that leaves one row in ten for the calendar and for the people.
WITH people AS (
    SELECT a.actor, a.learner
    FROM actors a
    JOIN learners l ON l.learner = a.learner
    WHERE l.kind = 'learner'
        AND ($directorate::VARCHAR IS NULL OR l.directorate = $directorate)
        AND ($employer::VARCHAR IS NULL OR l.employer = $employer)
), acts AS (
    SELECT actor, epoch_us(timestamp) // 3600000000 AS utc_hour, count(*) AS n
    FROM statements
    WHERE NOT voided
        AND timestamp >= TIMESTAMPTZ '2000-01-01 00:00:00+00'
        AND epoch_us(timestamp) <= epoch_us(stored) + 86400000000
        AND ($since::DATE IS NULL OR timestamp >= timezone('Europe/Paris', $since::TIMESTAMP))
        AND ($until::DATE IS NULL OR timestamp < timezone('Europe/Paris', $until::DATE + INTERVAL 1 DAY))
        AND ($course::VARCHAR IS NULL OR course = $course)
    GROUP BY ALL
), hours AS (
    SELECT utc_hour, timezone('Europe/Paris', to_timestamp(utc_hour * 3600)) AS moment
    FROM (SELECT DISTINCT utc_hour FROM acts)
), active AS (
    SELECT isodow(h.moment) AS weekday, hour(h.moment) AS hour, p.learner, sum(a.n) AS n
    FROM acts a
    JOIN people p ON p.actor = a.actor
    JOIN hours h ON h.utc_hour = a.utc_hour
    GROUP BY ALL
)
SELECT weekday, hour, sum(n)::BIGINT AS statements, count(*) AS learners
FROM active
GROUP BY weekday, hour
ORDER BY weekday, hour
