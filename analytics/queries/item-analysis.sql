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
-- The earliest answer is a number of its time, its position and, as the last bit, whether it is
-- right: pairs of time and position take longer to compare. Lists of parents take as long to
-- read as all the rest: only where the module is not known.
WITH chosen AS NOT MATERIALIZED (
    SELECT *
    FROM statements
    WHERE NOT voided
        AND object_type = 'http://adlnet.gov/expapi/activities/cmi.interaction'
        AND verb = 'http://adlnet.gov/expapi/verbs/answered'
        AND success IS NOT NULL
        AND ($course::VARCHAR IS NULL OR course = $course)
        AND ($since::DATE IS NULL OR timestamp >= timezone('Europe/Paris', $since::TIMESTAMP))
        AND ($until::DATE IS NULL OR timestamp < timezone('Europe/Paris', $until::DATE + INTERVAL 1 DAY))
), answers AS (
    SELECT module AS quiz, object, object_name, actor, success, timestamp, position
    FROM chosen
    WHERE module IS NOT NULL
    UNION ALL
    SELECT parent[1] AS quiz, object, object_name, actor, success, timestamp, position
    FROM chosen
    WHERE module IS NULL
), answered AS (
    SELECT
        p.learner,
        a.quiz,
        a.object AS question,
        any_value(a.object_name) AS name,
        min(
            epoch_us(a.timestamp)::HUGEINT * 8796093022208 + a.position * 2 + a.success::INTEGER
        ) AS earliest,
        (earliest % 2 <> 0)::INTEGER AS correct
    FROM answers a
    JOIN actors p ON p.actor = a.actor
    JOIN learners l ON l.learner = p.learner
    WHERE l.kind = 'learner'
        AND ($quiz::VARCHAR IS NULL OR a.quiz = $quiz)
    GROUP BY ALL
), whole AS (
    SELECT learner, quiz, sum(correct) AS correct, count(*) AS answers
    FROM answered
    GROUP BY learner, quiz
), rated AS (
    SELECT a.*, (w.correct - a.correct) / nullif(w.answers - 1, 0) AS others
    FROM answered a
    JOIN whole w ON w.learner = a.learner AND w.quiz IS NOT DISTINCT FROM a.quiz
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
