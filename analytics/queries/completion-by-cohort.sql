/*
title: {fr: Achèvement par cohorte d'arrivée, en: Completion by cohort}
answers:
  fr: "Quelle part des inscriptions est achevée, par cohorte d'arrivée (vide : inconnue) ?"
  en: "What share of enrolments is completed, by cohort (empty: unknown)?"
parameters: {since: null, until: null, course: null}
columns:
  cohort: {fr: Cohorte, en: Cohort}
  enrolled: {fr: Inscriptions, en: Enrolments, form: whole}
  learners: {fr: Personnes distinctes, en: Distinct learners, form: whole}
  started: {fr: Commencées, en: Started, form: whole}
  completed: {fr: Achevées, en: Completed, form: whole}
  failed: {fr: Échouées, en: Failed, form: whole}
  completion_rate: {fr: Taux d'achèvement, en: Completion rate, form: share}
people: {learners: [enrolled, learners, started, completed, failed, completion_rate]}
chart: {mark: bar, x: completion_rate, y: cohort}
*/
-- One row for each learner and course, however often enrolled; who left stays in the count.
WITH enrolled AS (
    SELECT learner, course, min(first) AS first
    FROM enrolments
    GROUP BY learner, course
)
SELECT
    coalesce(l.cohort, '') AS cohort,
    count(*) AS enrolled,
    count(DISTINCT e.learner) AS learners,
    count(d.started) AS started,
    count(*) FILTER (d.status = 'completed') AS completed,
    count(*) FILTER (d.status = 'failed') AS failed,
    count(*) FILTER (d.status = 'completed') / count(*) AS completion_rate
FROM enrolled e
JOIN learners l ON l.learner = e.learner
LEFT JOIN completions d ON d.learner = e.learner AND d.course = e.course
WHERE l.kind = 'learner'
    AND ($since::DATE IS NULL OR timezone('Europe/Paris', e.first)::DATE >= $since)
    AND ($until::DATE IS NULL OR timezone('Europe/Paris', e.first)::DATE <= $until)
    AND ($course::VARCHAR IS NULL OR e.course = $course)
GROUP BY l.cohort
ORDER BY cohort
