/*
title: {fr: Délai d'achèvement, en: Time to completion}
answers:
  fr: "En combien de jours après l'inscription les formations sont-elles achevées ?"
  en: "How many days after enrolment are courses completed?"
parameters: {since: null, until: null, course: null, directorate: null, employer: null}
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
WITH finished AS (
    SELECT
        course,
        greatest(epoch_us(completed) - epoch_us(enrolled), 0) / 86400e6 AS days,
        greatest(epoch_us(completed) - epoch_us(started), 0) / 86400e6 AS active
    FROM outcomes
    WHERE status = 'completed'
        AND ($since::DATE IS NULL OR completed >= timezone('Europe/Paris', $since::TIMESTAMP))
        AND ($until::DATE IS NULL OR completed < timezone('Europe/Paris', $until::DATE + INTERVAL 1 DAY))
        AND ($course::VARCHAR IS NULL OR course = $course)
        AND ($directorate::VARCHAR IS NULL OR directorate = $directorate)
        AND ($employer::VARCHAR IS NULL OR employer = $employer)
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
