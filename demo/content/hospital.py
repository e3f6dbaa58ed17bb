"""The demo's third engagement: a new hospital site. A draft, half translated, as drafts are."""

from __future__ import annotations

from demo.content.plan import Asked, Part, Topic

TOPIC = Topic(
    words={
        "title": ("A new hospital site", "Safle ysbyty newydd", "موقع جديد للمستشفى"),
        "purpose": (
            "The old buildings cannot be mended for much longer. We want to plan the new site with the people who will use it.",
            "Ni ellir trwsio'r hen adeiladau am lawer hirach. Rydym am gynllunio'r safle newydd gyda'r bobl fydd yn ei ddefnyddio.",
            "",
        ),
        "what_is_known": (
            "Surveys of the buildings since 2019 show what each repair would cost. Patients told us in 2023 that signs and parking are poor.",
            "",
            "",
        ),
        "decision": ("Which of two sites is taken forward.", "", ""),
    },
    subjects=("hospitals", "buildings"),
    contact_name="Gareth Evans",
    survey_name="New hospital site",
    title=("A new hospital site", "Safle ysbyty newydd", "موقع جديد للمستشفى"),
    thanks=("Thank you.", "Diolch.", "شكرًا لك."),
    parts=(
        Part(
            ("Getting there", "Cyrraedd yno", ""),
            ("Think of an ordinary weekday.", "", ""),
            (
                Asked(
                    "site",
                    "single",
                    (
                        "Which site would be easier for you to reach?",
                        "Pa safle fyddai'n haws i chi ei gyrraedd?",
                        "",
                    ),
                    options=(
                        ("The site by the ring road", "Y safle wrth y gylchffordd", ""),
                        ("The site in the city", "Y safle yn y ddinas", ""),
                        ("Both are the same to me", "Mae'r ddau yr un fath i mi", ""),
                    ),
                    required=True,
                    dont_know=True,
                ),
                Asked(
                    "minutes",
                    "number",
                    ("How many minutes would the way take?", "", ""),
                    settings={"min": 0, "max": 300},
                    dont_know=True,
                ),
                Asked("more", "long_text", ("What should we not forget?", "", ""), settings={"limit": 1000}),
            ),
        ),
    ),
)
