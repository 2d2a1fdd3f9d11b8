/*
title: {fr: Délai d'achèvement, en: Time to completion}
answers:
  fr: "En combien de jours après l'inscription les formations sont-elles achevées ?"
  en: "How many days after enrolment are courses completed?"
parameters: {since: null, until: null, course: null, directorate: null}
columns:
  title: {fr: Formation, en: Course}
  course: {fr: Adresse de la formation, en: Address of the course, form: address}
  learners: {fr: Personnes, en: Learners, form: whole}
  quarter_days: {fr: Jours (un quart), en: Days (a quarter), form: number}
  median_days: {fr: Jours (la moitié), en: Days (half), form: number}
  three_quarters_days: {fr: Jours (trois quarts), en: Days (three quarters), form: number}
  active_days: {fr: Jours depuis le début (la moitié), en: Days since the start (half), form: number}
people: {learners: [learners, quarter_days, median_days, three_quarters_days, active_days]}
ranked: true
chart: {mark: bar, x: median_days, y: title}
*/
-- since and until are about the day of completion: courses that are new have quick learners only.
WITH enrolled AS (
    SELECT learner, course, min(first) AS first
    FROM enrolments
    GROUP BY learner, course
), finished AS (
    SELECT
        d.course,
        greatest(epoch_us(d.completed) - epoch_us(e.first), 0) / 86400e6 AS days,
        greatest(epoch_us(d.completed) - epoch_us(d.started), 0) / 86400e6 AS active
    FROM completions d
    JOIN enrolled e ON e.learner = d.learner AND e.course = d.course
    JOIN learners l ON l.learner = d.learner
    WHERE d.status = 'completed'
        AND l.kind = 'learner'
        AND ($since::DATE IS NULL OR timezone('Europe/Paris', d.completed)::DATE >= $since)
        AND ($until::DATE IS NULL OR timezone('Europe/Paris', d.completed)::DATE <= $until)
        AND ($course::VARCHAR IS NULL OR d.course = $course)
        AND ($directorate::VARCHAR IS NULL OR l.directorate = $directorate)
)
SELECT
    any_value(c.title) AS title,
    f.course,
    count(*) AS learners,
    quantile_cont(days, 0.25) AS quarter_days,
    quantile_cont(days, 0.5) AS median_days,
    quantile_cont(days, 0.75) AS three_quarters_days,
    quantile_cont(active, 0.5) AS active_days
FROM finished f
LEFT JOIN courses c ON c.course = f.course
GROUP BY f.course
ORDER BY median_days, f.course
