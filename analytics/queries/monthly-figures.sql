/*
title: {fr: Chiffres par mois, en: Figures by month}
answers:
  fr: "Connexions, personnes, heures, inscriptions et achèvements, mois par mois ?"
  en: "Connections, learners, hours, enrolments and completions, month by month?"
parameters: {since: null, until: null, course: null, directorate: null, employer: null}
columns:
  month: {fr: Mois, en: Month, form: month}
  connections: {fr: Connexions, en: Connections, form: whole}
  learners: {fr: Personnes distinctes, en: Distinct learners, form: whole}
  hours: {fr: Heures de connexion, en: Hours of connection, form: number}
  measured_hours: {fr: Heures mesurées, en: Measured hours, form: number}
  enrolments: {fr: Inscriptions, en: Enrolments, form: whole}
  completions: {fr: Achèvements, en: Completions, form: whole}
people:
  learners: [connections, learners, hours, measured_hours]
  enrolments: [enrolments]
  completions: [completions]
chart: {mark: bar, x: month, y: connections}
*/
SELECT
    period AS month,
    sum(connections)::BIGINT AS connections,
    sum(distinct_learners)::BIGINT AS learners,
    sum(connection_seconds) / 3600 AS hours,
    sum(measured_seconds) / 3600 AS measured_hours,
    sum(enrolments)::BIGINT AS enrolments,
    sum(completions)::BIGINT AS completions
FROM indicators
WHERE unit = 'month'
    AND course IS NOT DISTINCT FROM $course::VARCHAR
    AND period >= coalesce(strftime($since::DATE, '%Y-%m'), '')
    AND period <= coalesce(strftime($until::DATE, '%Y-%m'), '9999')
    AND ($directorate::VARCHAR IS NULL OR directorate = $directorate)
    AND ($employer::VARCHAR IS NULL OR employer = $employer)
GROUP BY period
ORDER BY period
