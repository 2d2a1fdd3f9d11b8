/*
title: {fr: Ce qui est regardé d'une vidéo, en: Retention of a video}
answers:
  fr: "Quelle part du public a vu chaque passage d'une vidéo ?"
  en: "What share of the viewers has seen each part of a video?"
parameters: {video: required, since: null, until: null, steps: 20}
columns:
  step: {fr: Passage, en: Part, form: whole}
  second: {fr: Seconde, en: Second, form: whole}
  viewers: {fr: Spectateurs, en: Viewers, form: whole}
  share: {fr: Part des spectateurs, en: Share of the viewers, form: share}
people: {viewers: [viewers, share]}
chart: {mark: line, x: second, y: share}
*/
-- A viewer has seen a part whose middle lies in a played segment of any session. Sessions tell
-- their segments again and again, each time with those before: what is the same counts once.
WITH told AS (
    SELECT DISTINCT a.learner, s.played_segments AS segments, s.media_seconds AS length
    FROM statements s
    JOIN actors a ON a.actor = s.actor
    JOIN learners l ON l.learner = a.learner
    WHERE s.object = $video::VARCHAR
        AND NOT s.voided
        AND l.kind = 'learner'
        AND ($since::DATE IS NULL OR s.timestamp >= timezone('Europe/Paris', $since::TIMESTAMP))
        AND ($until::DATE IS NULL OR s.timestamp < timezone('Europe/Paris', $until::DATE + INTERVAL 1 DAY))
), split AS (
    SELECT learner, string_split(unnest(string_split(segments, '[,]')), '[.]') AS piece
    FROM told
    WHERE segments <> ''
), played AS (
    SELECT DISTINCT
        learner,
        try_cast(piece[1] AS DOUBLE) AS begun,
        try_cast(piece[2] AS DOUBLE) AS ended
    FROM split
    WHERE ended > begun
), about AS (
    SELECT
        coalesce((SELECT max(length) FROM told), max(ended)) AS length,
        count(DISTINCT learner) AS viewers
    FROM played
), parts AS (
    SELECT range AS step, length * (range + 0.5) / $steps AS middle, length * range / $steps AS second
    FROM range($steps::BIGINT), about
    WHERE length > 0
)
SELECT
    parts.step + 1 AS step,
    floor(any_value(parts.second))::BIGINT AS second,
    count(DISTINCT played.learner) AS viewers,
    count(DISTINCT played.learner) / any_value(about.viewers) AS share
FROM parts
CROSS JOIN about
LEFT JOIN played ON played.begun <= parts.middle AND played.ended > parts.middle
GROUP BY parts.step
ORDER BY parts.step
