/*
title: {fr: Achèvement par direction, en: Completion by directorate}
answers:
  fr: "Quelle part des inscriptions est achevée, par direction (vide : inconnue) ?"
  en: "What share of enrolments is completed, by directorate (empty: unknown)?"
parameters: {since: null, until: null, course: null}
columns:
  directorate: {fr: Direction, en: Directorate}
  enrolled: {fr: Inscriptions, en: Enrolments, form: whole}
  learners: {fr: Personnes distinctes, en: Distinct learners, form: whole}
  started: {fr: Commencées, en: Started, form: whole}
  completed: {fr: Achevées, en: Completed, form: whole}
  failed: {fr: Échouées, en: Failed, form: whole}
  completion_rate: {fr: Taux d'achèvement, en: Completion rate, form: share}
people: {learners: [enrolled, learners, started, completed, failed, completion_rate]}
ranked: true
chart: {mark: bar, x: completion_rate, y: directorate}
*/
SELECT
    coalesce(o.directorate, '') AS directorate,
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
GROUP BY o.directorate
ORDER BY enrolled DESC, directorate
