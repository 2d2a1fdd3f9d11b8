/*
title: {fr: Parcours d'une formation, en: Funnel of a course}
answers:
  fr: "Combien d'inscrits ont commencé, atteint la moitié, achevé ?"
  en: "How many of those enrolled have started, come half way, completed?"
parameters: {course: required, since: null, until: null, directorate: null, employer: null}
columns:
  step: {fr: Étape, en: Step}
  learners: {fr: Personnes, en: Learners, form: whole}
  share: {fr: Part des inscrits, en: Share of those enrolled, form: share}
words:
  enrolled: {fr: Inscrits, en: Enrolled}
  started: {fr: Commencé, en: Started}
  half: {fr: À moitié, en: Half way}
  completed: {fr: Achevé, en: Completed}
people: {learners: [learners, share]}
chart: {mark: bar, x: learners, y: step}
*/
-- Who came further came this far: what a teacher marks as done was never started by the learner.
WITH reached AS (
    SELECT
        coalesce(status = 'completed', false) AS is_completed,
        is_completed OR coalesce(progress >= 0.5, false) AS is_half,
        is_half OR started IS NOT NULL AS is_started
    FROM outcomes
    WHERE course = $course::VARCHAR
        AND ($since::DATE IS NULL OR enrolled >= timezone('Europe/Paris', $since::TIMESTAMP))
        AND ($until::DATE IS NULL OR enrolled < timezone('Europe/Paris', $until::DATE + INTERVAL 1 DAY))
        AND ($directorate::VARCHAR IS NULL OR directorate = $directorate)
        AND ($employer::VARCHAR IS NULL OR employer = $employer)
), counted AS (
    SELECT [
        count(*),
        count(*) FILTER (is_started),
        count(*) FILTER (is_half),
        count(*) FILTER (is_completed)
    ] AS counts
    FROM reached
)
SELECT
    unnest(['enrolled', 'started', 'half', 'completed']) AS step,
    unnest(counts) AS learners,
    unnest([n / nullif(counts[1], 0) FOR n IN counts]) AS share
FROM counted
