/*
title: {fr: Personnes qui ne viennent plus, en: Dormant learners}
answers:
  fr: "Qui a une formation en cours et n'est pas venu depuis longtemps ?"
  en: "Who has a course under way and has not come for long?"
parameters: {days: 90, until: null, course: null, directorate: null, employer: null}
columns:
  learner: {fr: Pseudonyme, en: Pseudonym}
  directorate: {fr: Direction, en: Directorate}
  last_seen: {fr: Dernière connexion, en: Last connection, form: day}
  days_away: {fr: Jours d'absence, en: Days away, form: whole}
  open_courses: {fr: Formations en cours, en: Courses under way, form: whole}
persons: true
chart: {mark: bar, x: count(), y: directorate}
*/
-- until is the day on which one looks back: by default, today. Who never came counts from the day
-- of the first enrolment.
WITH today AS (
    SELECT coalesce($until::DATE, timezone('Europe/Paris', now())::DATE) AS day
), under_way AS (
    SELECT e.learner, count(DISTINCT e.course) AS courses, min(e.first) AS enrolled
    FROM enrolments e
    LEFT JOIN completions d ON d.learner = e.learner AND d.course = e.course
    CROSS JOIN today
    WHERE e.status = 'active'
        AND d.status IS DISTINCT FROM 'completed'
        AND timezone('Europe/Paris', e.first)::DATE <= today.day
        AND ($course::VARCHAR IS NULL OR e.course = $course)
    GROUP BY e.learner
), seen AS (
    SELECT c.learner, max(c.ended) AS last
    FROM connections c
    CROSS JOIN today
    WHERE c.course IS NULL AND timezone('Europe/Paris', c.begun)::DATE <= today.day
    GROUP BY c.learner
)
SELECT
    l.learner,
    coalesce(l.directorate, '') AS directorate,
    timezone('Europe/Paris', coalesce(s.last, u.enrolled))::DATE AS last_seen,
    date_diff('day', last_seen, today.day) AS days_away,
    u.courses AS open_courses
FROM under_way u
JOIN learners l ON l.learner = u.learner
LEFT JOIN seen s ON s.learner = u.learner
CROSS JOIN today
WHERE l.kind = 'learner'
    AND date_diff('day', last_seen, today.day) >= $days::BIGINT
    AND ($directorate::VARCHAR IS NULL OR l.directorate = $directorate)
    AND ($employer::VARCHAR IS NULL OR l.employer = $employer)
ORDER BY days_away DESC, l.learner
