/*
title: {fr: Analyse des questions, en: Item analysis}
answers:
  fr: "Quelles questions sont faciles, et lesquelles distinguent ceux qui savent ?"
  en: "Which questions are easy, and which ones tell those who know from those who do not?"
parameters: {course: null, quiz: null, since: null, until: null, least: 5}
columns:
  quiz: {fr: Adresse du questionnaire, en: Address of the quiz, form: address}
  question: {fr: Adresse de la question, en: Address of the question, form: address}
  name: {fr: Question, en: Question}
  learners: {fr: Personnes, en: Learners, form: whole}
  facility: {fr: Facilité, en: Facility, form: share}
  discrimination: {fr: Discrimination (-1 à 1), en: Discrimination (-1 to 1), form: number}
people: {learners: [learners, facility, discrimination]}
chart: {mark: point, x: facility, y: discrimination}
*/
-- The first answer of each learner counts: later ones have seen the solution. Facility is the share
-- of right answers; discrimination is the correlation of a right answer with the share of right
-- answers to the other questions of the same quiz.
WITH answered AS (
    SELECT
        a.learner,
        coalesce(s.module, s.parent[1]) AS quiz,
        s.object AS question,
        arg_min(s.success::INTEGER, (s.timestamp, s.position)) AS correct,
        any_value(s.object_name) AS name
    FROM statements s
    JOIN actors a ON a.actor = s.actor
    JOIN learners l ON l.learner = a.learner
    WHERE NOT s.voided
        AND l.kind = 'learner'
        AND s.object_type = 'http://adlnet.gov/expapi/activities/cmi.interaction'
        AND s.verb = 'http://adlnet.gov/expapi/verbs/answered'
        AND s.success IS NOT NULL
        AND ($course::VARCHAR IS NULL OR s.course = $course)
        AND ($quiz::VARCHAR IS NULL OR coalesce(s.module, s.parent[1]) = $quiz)
        AND ($since::DATE IS NULL OR timezone('Europe/Paris', s.timestamp)::DATE >= $since)
        AND ($until::DATE IS NULL OR timezone('Europe/Paris', s.timestamp)::DATE <= $until)
    GROUP BY ALL
), rated AS (
    SELECT
        *,
        (sum(correct) OVER whole - correct) / nullif(count(*) OVER whole - 1, 0) AS others
    FROM answered
    WINDOW whole AS (PARTITION BY learner, quiz)
)
SELECT
    quiz,
    question,
    any_value(name) AS name,
    count(*) AS learners,
    avg(correct) AS facility,
    CASE WHEN stddev_pop(correct) > 0 AND stddev_pop(others) > 0 THEN corr(correct, others) END
        AS discrimination
FROM rated
GROUP BY quiz, question
HAVING count(*) >= $least::BIGINT
ORDER BY quiz, question
