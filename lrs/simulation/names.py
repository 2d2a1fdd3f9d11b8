"""Invented but plausible names: employers, directorates, occupations, courses."""

from __future__ import annotations

from typing import NamedTuple


class Employer(NamedTuple):
    """Who employs learners: its share of all, and the directorates inside."""

    name: str
    share: float
    directorates: tuple[str, ...]


class Occupation(NamedTuple):
    """What people do, and whether they do it at a desk."""

    name: str
    share: float
    in_office: bool


CITY_DIRECTORATES = (
    "Direction des écoles et de la petite enfance",
    "Direction de la propreté urbaine",
    "Direction des jardins et de la biodiversité",
    "Direction de la voirie et des mobilités",
    "Direction des bâtiments publics",
    "Direction du logement et de l'habitat",
    "Direction de l'urbanisme et du paysage",
    "Direction de la police de proximité",
    "Direction de la santé publique",
    "Direction des solidarités et de l'autonomie",
    "Direction des familles et de la jeunesse",
    "Direction des sports et des piscines",
    "Direction des bibliothèques et de la création",
    "Direction du patrimoine et des archives",
    "Direction de l'emploi et de l'attractivité",
    "Direction de la transition écologique",
    "Direction des ressources humaines",
    "Direction des finances et des achats",
    "Direction des affaires juridiques",
    "Direction du numérique et des données",
    "Direction de l'accueil et de la citoyenneté",
    "Direction de la communication et des événements",
)

EMPLOYERS = (
    Employer("Ville de Paris", 0.86, CITY_DIRECTORATES),
    Employer("CASVP", 0.10, ("Centre d'action sociale",)),
    Employer("Paris Musées", 0.025, ("Musées municipaux",)),
    Employer("Caisses des écoles", 0.015, ("Restauration scolaire",)),
)

OCCUPATIONS = (
    Occupation("agent de propreté", 0.14, in_office=False),
    Occupation("agent technique des écoles", 0.12, in_office=False),
    Occupation("auxiliaire de puériculture", 0.10, in_office=False),
    Occupation("animateur", 0.09, in_office=False),
    Occupation("jardinier", 0.06, in_office=False),
    Occupation("agent de surveillance", 0.07, in_office=False),
    Occupation("aide à domicile", 0.05, in_office=False),
    Occupation("agent d'accueil", 0.05, in_office=False),
    Occupation("éducateur sportif", 0.02, in_office=False),
    Occupation("adjoint administratif", 0.11, in_office=True),
    Occupation("secrétaire administratif", 0.07, in_office=True),
    Occupation("attaché d'administration", 0.04, in_office=True),
    Occupation("assistant socio-éducatif", 0.03, in_office=True),
    Occupation("bibliothécaire", 0.02, in_office=True),
    Occupation("ingénieur", 0.02, in_office=True),
    Occupation("chargé de mission", 0.01, in_office=True),
)

SUBJECTS = (
    ("bureautique", "Tableur"),
    ("bureautique", "Traitement de texte"),
    ("bureautique", "Messagerie et agenda partagé"),
    ("bureautique", "Présentations efficaces"),
    ("numérique", "Cybersécurité au quotidien"),
    ("numérique", "Données personnelles"),
    ("numérique", "Travail collaboratif à distance"),
    ("numérique", "Intelligence artificielle et service public"),
    ("maths", "Remise à niveau en mathématiques"),
    ("maths", "Proportions et pourcentages"),
    ("français", "Écrits professionnels"),
    ("français", "Remise à niveau en français"),
    ("sécurité", "Gestes et postures"),
    ("sécurité", "Prévention du risque routier"),
    ("sécurité", "Évacuation incendie"),
    ("sécurité", "Produits dangereux"),
    ("santé", "Premiers secours en santé mentale"),
    ("santé", "Hygiène en restauration collective"),
    ("accueil", "Accueillir un usager mécontent"),
    ("accueil", "Langue des signes : premiers échanges"),
    ("accueil", "Laïcité et neutralité du service public"),
    ("management", "Conduire l'entretien annuel"),
    ("management", "Animer une équipe de terrain"),
    ("management", "Prévenir les conflits"),
    ("droit", "Marchés publics : l'essentiel"),
    ("droit", "Droits et obligations des agents"),
    ("écologie", "Tri et économie circulaire"),
    ("écologie", "Taille douce des arbustes"),
    ("écologie", "Sobriété énergétique des bâtiments"),
    ("petite enfance", "Développement de l'enfant de 0 à 3 ans"),
    ("petite enfance", "Alimentation en crèche"),
    ("égalité", "Prévenir les violences sexistes et sexuelles"),
    ("égalité", "Handicap et emploi"),
    ("culture", "Médiation auprès de tous les publics"),
)
"""Tag and subject of the courses."""

FORMATS = ("bases", "suite", "pratique", "perfectionnement", "certification")

MODULE_TITLES = {
    "page": "À lire",
    "quiz": "Quiz",
    "video": "Vidéo",
    "scorm": "Module interactif",
    "facetoface": "Journée en présentiel",
    "meeting": "Classe virtuelle",
    "h5p": "Exercice interactif",
    "assign": "Mise en situation",
    "lesson": "Leçon",
    "pix": "Parcours Pix",
    "au": "Séquence",
    "game": "Jeu sérieux",
    "class": "Classe virtuelle",
}

QUESTIONS = (
    "Quelle est la première chose à faire ?",
    "Qui faut-il prévenir ?",
    "Cette affirmation est-elle exacte ?",
    "Combien de jours cela prend-il ?",
    "Quel document faut-il remplir ?",
    "Quelle réponse convient à l'usager ?",
)

ANSWERS = ("prévenir", "attendre", "appeler")

COMMENTS = (
    "<p>Bon travail, l'essentiel y est.</p>",
    "<p>Relisez la partie 2 : il manque <strong>un exemple</strong>.</p>",
    "<p>Très clair, bravo.</p>",
)
"""What markers write under an assignment, as Moodle's editor saves it."""
