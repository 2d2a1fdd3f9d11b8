/*
title: {fr: Activité par heure et jour de la semaine, en: Activity by hour and weekday}
answers:
  fr: "À quelles heures et quels jours apprend-on (heure de Paris) ?"
  en: "At which hours and on which days do people learn (time in Paris)?"
parameters: {since: null, until: null, course: null, directorate: null}
columns:
  weekday: {fr: Jour, en: Day, form: weekday}
  hour: {fr: Heure, en: Hour, form: hour}
  statements: {fr: Traces, en: Statements, form: whole}
  learners: {fr: Personnes distinctes, en: Distinct learners, form: whole}
people: {learners: [statements, learners]}
chart: {mark: circle, x: hour, y: weekday, size: statements}
*/
SELECT
    isodow(moment) AS weekday,
    hour(moment) AS hour,
    count(*) AS statements,
    count(DISTINCT learner) AS learners
FROM (
    SELECT a.learner, timezone('Europe/Paris', s.timestamp) AS moment
    FROM statements s
    JOIN actors a ON a.actor = s.actor
    JOIN learners l ON l.learner = a.learner
    WHERE NOT s.voided
        AND l.kind = 'learner'
        AND s.timestamp >= TIMESTAMPTZ '2000-01-01 00:00:00+00'
        AND s.timestamp <= s.stored + INTERVAL 1 DAY
        AND ($course::VARCHAR IS NULL OR s.course = $course)
        AND ($directorate::VARCHAR IS NULL OR l.directorate = $directorate)
)
WHERE ($since::DATE IS NULL OR moment::DATE >= $since)
    AND ($until::DATE IS NULL OR moment::DATE <= $until)
GROUP BY ALL
ORDER BY ALL
