/*
title: {fr: Achèvement par formation, en: Completion by course}
answers:
  fr: "Combien d'inscrits ont commencé, achevé ou échoué dans chaque formation ?"
  en: "How many of those enrolled have started, completed or failed each course?"
parameters: {since: null, until: null, directorate: null, employer: null, cohort: null}
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
SELECT
    any_value(c.title) AS title,
    o.course,
    count(*) AS enrolled,
    count(DISTINCT o.learner) AS learners,
    count(o.started) AS started,
    count(*) FILTER (o.status = 'completed') AS completed,
    count(*) FILTER (o.status = 'failed') AS failed,
    count(*) FILTER (o.status = 'completed') / count(*) AS completion_rate
FROM outcomes o
LEFT JOIN courses c ON c.course = o.course
WHERE ($since::DATE IS NULL OR o.enrolled >= timezone('Europe/Paris', $since::TIMESTAMP))
    AND ($until::DATE IS NULL OR o.enrolled < timezone('Europe/Paris', $until::DATE + INTERVAL 1 DAY))
    AND ($directorate::VARCHAR IS NULL OR o.directorate = $directorate)
    AND ($employer::VARCHAR IS NULL OR o.employer = $employer)
    AND ($cohort::VARCHAR IS NULL OR o.cohort = $cohort)
GROUP BY o.course
ORDER BY enrolled DESC, o.course
