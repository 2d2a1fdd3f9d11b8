/*
title: {fr: Connexions par semaine, en: Connections by week}
answers:
  fr: "Combien de connexions, de personnes distinctes et d'heures, semaine ISO par semaine ISO ?"
  en: "How many connections, distinct learners and hours, ISO week by ISO week?"
parameters: {since: null, until: null, course: null, directorate: null, employer: null}
columns:
  week: {fr: Semaine, en: Week, form: week}
  connections: {fr: Connexions, en: Connections, form: whole}
  learners: {fr: Personnes distinctes, en: Distinct learners, form: whole}
  hours: {fr: Heures de connexion, en: Hours of connection, form: number}
  measured_hours: {fr: Heures mesurées, en: Measured hours, form: number}
people: {learners: [connections, learners, hours, measured_hours]}
chart: {mark: bar, x: week, y: connections}
*/
-- A learner belongs to one crowd (directorate, employer, cohort), so distinct learners add up.
SELECT
    period AS week,
    sum(connections)::BIGINT AS connections,
    sum(distinct_learners)::BIGINT AS learners,
    sum(connection_seconds) / 3600 AS hours,
    sum(measured_seconds) / 3600 AS measured_hours
FROM indicators
WHERE unit = 'week'
    AND course IS NOT DISTINCT FROM $course::VARCHAR
    AND period >= coalesce(strftime($since::DATE, '%G-W%V'), '')
    AND period <= coalesce(strftime($until::DATE, '%G-W%V'), '9999')
    AND ($directorate::VARCHAR IS NULL OR directorate = $directorate)
    AND ($employer::VARCHAR IS NULL OR employer = $employer)
GROUP BY period
ORDER BY period
