/*
title: {fr: Répartition des notes, en: Distribution of scores}
answers:
  fr: "Combien de personnes ont leur meilleure note dans chaque tranche de dix pour cent ?"
  en: "How many learners have their best score in each band of ten percent?"
parameters: {course: null, since: null, until: null, directorate: null, employer: null}
columns:
  band: {fr: Tranche (%), en: Band (%)}
  scores: {fr: Meilleures notes, en: Best scores, form: whole}
  learners: {fr: Personnes distinctes, en: Distinct learners, form: whole}
  share: {fr: Part, en: Share, form: share}
people: {learners: [scores, learners, share]}
chart: {mark: bar, x: band, y: scores}
*/
-- One score for each learner and course. 100 belongs to the last band.
WITH scored AS (
    SELECT d.learner, least(greatest(floor(d.best / 10), 0), 9)::INTEGER AS band
    FROM completions d
    JOIN learners l ON l.learner = d.learner
    WHERE d.best IS NOT NULL
        AND l.kind = 'learner'
        AND ($course::VARCHAR IS NULL OR d.course = $course)
        AND ($since::DATE IS NULL OR d.best_at >= timezone('Europe/Paris', $since::TIMESTAMP))
        AND ($until::DATE IS NULL OR d.best_at < timezone('Europe/Paris', $until::DATE + INTERVAL 1 DAY))
        AND ($directorate::VARCHAR IS NULL OR l.directorate = $directorate)
        AND ($employer::VARCHAR IS NULL OR l.employer = $employer)
)
SELECT
    printf('%02d-%02d', range * 10, range * 10 + 10) AS band,
    count(learner) AS scores,
    count(DISTINCT learner) AS learners,
    count(learner) / nullif(sum(count(learner)) OVER (), 0) AS share
FROM range(10)
LEFT JOIN scored s ON s.band = range
GROUP BY range
ORDER BY range
