/*
title: {fr: Achèvement par formation, en: Completion by course}
answers:
  fr: "Combien d'inscrits ont commencé, achevé ou échoué dans chaque formation ?"
  en: "How many of those enrolled have started, completed or failed each course?"
parameters: {since: null, until: null, directorate: null, cohort: null}
columns:
  title: {fr: Formation, en: Course}
  course: {fr: Adresse de la formation, en: Address of the course, form: address}
  enrolled: {fr: Inscriptions, en: Enrolments, form: whole}
  learners: {fr: Personnes distinctes, en: Distinct learners, form: whole}
  started: {fr: Commencées, en: Started, form: whole}
  completed: {fr: Achevées, en: Completed, form: whole}
  failed: {fr: Échouées, en: Failed, form: whole}
  completion_rate: {fr: Taux d'achèvement, en: Completion rate, form: share}
people: {learners: [enrolled, learners, started, completed, failed, completion_rate]}
ranked: true
chart: {mark: bar, x: completion_rate, y: title}
*/
-- One row for each learner and course, however often enrolled; who left stays in the count.
WITH enrolled AS (
    SELECT learner, course, min(first) AS first
    FROM enrolments
    GROUP BY learner, course
)
SELECT
    any_value(c.title) AS title,
    e.course,
    count(*) AS enrolled,
    count(DISTINCT e.learner) AS learners,
    count(d.started) AS started,
    count(*) FILTER (d.status = 'completed') AS completed,
    count(*) FILTER (d.status = 'failed') AS failed,
    count(*) FILTER (d.status = 'completed') / count(*) AS completion_rate
FROM enrolled e
JOIN learners l ON l.learner = e.learner
LEFT JOIN completions d ON d.learner = e.learner AND d.course = e.course
LEFT JOIN courses c ON c.course = e.course
WHERE l.kind = 'learner'
    AND ($since::DATE IS NULL OR timezone('Europe/Paris', e.first)::DATE >= $since)
    AND ($until::DATE IS NULL OR timezone('Europe/Paris', e.first)::DATE <= $until)
    AND ($directorate::VARCHAR IS NULL OR l.directorate = $directorate)
    AND ($cohort::VARCHAR IS NULL OR l.cohort = $cohort)
GROUP BY e.course
ORDER BY enrolled DESC, e.course
