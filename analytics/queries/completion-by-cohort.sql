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
SELECT
    coalesce(o.cohort, '') AS cohort,
    count(*) AS enrolled,
    count(DISTINCT o.learner) AS learners,
    count(o.started) AS started,
    count(*) FILTER (o.status = 'completed') AS completed,
    count(*) FILTER (o.status = 'failed') AS failed,
    count(*) FILTER (o.status = 'completed') / count(*) AS completion_rate
FROM outcomes o
WHERE ($since::DATE IS NULL OR o.enrolled >= timezone('Europe/Paris', $since::TIMESTAMP))
    AND ($until::DATE IS NULL OR o.enrolled < timezone('Europe/Paris', $until::DATE + INTERVAL 1 DAY))
    AND ($course::VARCHAR IS NULL OR o.course = $course)
GROUP BY o.cohort
ORDER BY cohort
