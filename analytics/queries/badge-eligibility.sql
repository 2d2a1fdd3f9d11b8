/*
title: {fr: Badges, en: Badges}
answers:
  fr: "Combien de personnes ont chaque badge, y ont droit, ou sont en chemin ?"
  en: "How many learners hold each badge, may have it, or are on the way?"
parameters: {until: null, directorate: null, employer: null}
columns:
  title: {fr: Badge, en: Badge}
  badge: {fr: Adresse du badge, en: Address of the badge, form: address}
  learners: {fr: Personnes, en: Learners, form: whole}
  in_progress: {fr: En chemin, en: On the way, form: whole}
  eligible: {fr: Y ont droit, en: Eligible, form: whole}
  awarded: {fr: Détenu, en: Held, form: whole}
  expired: {fr: Expiré, en: Expired, form: whole}
  revoked: {fr: Retiré, en: Revoked, form: whole}
people: {learners: [learners, in_progress, eligible, awarded, expired, revoked]}
chart: {mark: bar, x: awarded, y: title}
*/
-- until is the day on which badges expire or not: by default, today.
SELECT
    any_value(b.title) AS title,
    b.badge,
    count(*) AS learners,
    count(*) FILTER (b.status = 'in progress') AS in_progress,
    count(*) FILTER (b.status = 'eligible') AS eligible,
    count(*) FILTER (b.status = 'awarded' AND NOT expires_by) AS awarded,
    count(*) FILTER (b.status = 'awarded' AND expires_by) AS expired,
    count(*) FILTER (b.status = 'revoked') AS revoked
FROM (
    SELECT
        *,
        coalesce(
            timezone('Europe/Paris', expires)::DATE
                <= coalesce($until::DATE, timezone('Europe/Paris', now())::DATE),
            false
        ) AS expires_by
    FROM badges
) b
JOIN learners l ON l.learner = b.learner
WHERE l.kind = 'learner'
    AND ($directorate::VARCHAR IS NULL OR l.directorate = $directorate)
    AND ($employer::VARCHAR IS NULL OR l.employer = $employer)
GROUP BY b.badge
ORDER BY strip_accents(lower(any_value(b.title))), b.badge
