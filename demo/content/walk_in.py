"""The demo's second engagement: changes to a walk-in centre. In the field."""

from __future__ import annotations

from demo.content.plan import Asked, Part, Topic

_WORDS = {
    "title": (
        "Changes to the walk-in centre",
        "Newidiadau i'r ganolfan galw i mewn",
        "تغييرات في مركز العلاج بدون موعد",
    ),
    "purpose": (
        "The lease of the walk-in centre ends next year. We want to know what matters to you before we decide.",
        "Daw prydles y ganolfan galw i mewn i ben y flwyddyn nesaf. Rydym am wybod beth sy'n bwysig i chi cyn penderfynu.",
        "ينتهي عقد إيجار المركز في العام القادم. نريد أن نعرف ما يهمك قبل أن نقرر.",
    ),
    "what_is_known": (
        "About 140 people a day use the centre. Half of them live within two miles. Most come after 5pm or at weekends.",
        "Mae tua 140 o bobl y dydd yn defnyddio'r ganolfan. Mae eu hanner yn byw o fewn dwy filltir. Daw'r rhan fwyaf ar ôl 5pm neu ar benwythnosau.",
        "يستخدم المركز نحو 140 شخصًا يوميًا. نصفهم يسكن على بعد ميلين. معظمهم يأتي بعد الخامسة مساءً أو في عطلة نهاية الأسبوع.",
    ),
    "decision": (
        "Where the centre will be, and when it is open.",
        "Ble fydd y ganolfan, a phryd y bydd ar agor.",
        "أين سيكون المركز ومتى يفتح.",
    ),
    "decision_how": (
        "The integrated care board decides in public, with your answers, travel times and costs in front of it.",
        "Y bwrdd gofal integredig sy'n penderfynu'n gyhoeddus, gyda'ch atebion, amseroedd teithio a chostau o'i flaen.",
        "يقرر مجلس الرعاية المتكاملة علنًا وأمامه إجاباتكم وأوقات التنقل والتكاليف.",
    ),
    "decision_when": (
        "At the public board meeting in the spring.",
        "Yng nghyfarfod cyhoeddus y bwrdd yn y gwanwyn.",
        "في الاجتماع العام للمجلس في الربيع.",
    ),
    "options": (
        "Stay where it is with a new lease, move beside the hospital, or share a building with a GP surgery.",
        "Aros lle y mae gyda phrydles newydd, symud wrth ymyl yr ysbyty, neu rannu adeilad â meddygfa.",
        "البقاء في المكان بعقد جديد، أو الانتقال إلى جوار المستشفى، أو مشاركة مبنى مع عيادة.",
    ),
    "reasons": (
        "Staying costs most. Beside the hospital X-ray is near, but parking is hard. A shared building is near a bus stop but smaller.",
        "Aros sy'n costio fwyaf. Wrth yr ysbyty mae pelydr-X gerllaw, ond mae parcio'n anodd. Mae adeilad a rennir ger safle bws ond yn llai.",
        "البقاء هو الأعلى كلفة. بجوار المستشفى الأشعة قريبة لكن الموقف صعب. المبنى المشترك قريب من الحافلة لكنه أصغر.",
    ),
    "use_of_answers": (
        "We report to the board what people said in each area. We tell everyone who answers what was decided and why.",
        "Rydym yn adrodd i'r bwrdd beth a ddywedodd pobl ym mhob ardal. Rydym yn dweud wrth bawb sy'n ateb beth a benderfynwyd a pham.",
        "نرفع إلى المجلس ما قاله الناس في كل منطقة، ونخبر كل من يجيب بما تقرر ولماذا.",
    ),
}

TOPIC = Topic(
    words=_WORDS,
    subjects=("urgent_care", "buildings"),
    contact_name="Priya Shah",
    survey_name="Walk-in centre",
    title=_WORDS["title"],
    thanks=(
        "Thank you. We tell everyone who answered what is decided.",
        "Diolch. Rydym yn dweud wrth bawb a atebodd beth a benderfynir.",
        "شكرًا لك. نخبر كل من أجاب بالقرار.",
    ),
    parts=(
        Part(
            ("You and the walk-in centre", "Chi a'r ganolfan galw i mewn", "أنت والمركز"),
            (
                "A few questions about how you use it.",
                "Ychydig o gwestiynau am sut rydych yn ei defnyddio.",
                "بعض الأسئلة عن كيفية استخدامك له.",
            ),
            (
                Asked(
                    "visits",
                    "number",
                    (
                        "How many times did you go there in the last 12 months?",
                        "Sawl gwaith aethoch chi yno yn ystod y 12 mis diwethaf?",
                        "كم مرة ذهبت إليه خلال آخر 12 شهرًا؟",
                    ),
                    settings={"min": 0, "max": 100},
                    dont_know=True,
                ),
                Asked(
                    "travel",
                    "single",
                    ("How do you get there?", "Sut ydych chi'n cyrraedd yno?", "كيف تصل إلى هناك؟"),
                    options=(
                        ("By car", "Mewn car", "بالسيارة"),
                        ("By bus or train", "Ar fws neu drên", "بالحافلة أو القطار"),
                        ("On foot or by bicycle", "Ar droed neu ar feic", "مشيًا أو بالدراجة"),
                        (
                            "By taxi or somebody takes me",
                            "Mewn tacsi neu mae rhywun yn mynd â mi",
                            "بسيارة أجرة أو يوصلني شخص",
                        ),
                    ),
                    required=True,
                    prefer_not=True,
                ),
                Asked(
                    "important",
                    "multiple",
                    ("What matters most to you?", "Beth sydd bwysicaf i chi?", "ما الأهم بالنسبة لك؟"),
                    ("Choose all that fit.", "Dewiswch bob un sy'n addas.", "اختر كل ما ينطبق."),
                    options=(
                        ("Near a bus stop", "Ger safle bws", "قريب من موقف حافلات"),
                        ("Free parking", "Parcio am ddim", "موقف مجاني"),
                        ("Open late", "Ar agor yn hwyr", "مفتوح حتى وقت متأخر"),
                        ("X-ray in the same place", "Pelydr-X yn yr un lle", "أشعة في المكان نفسه"),
                        (
                            "Easy to get in with a wheelchair",
                            "Hawdd mynd i mewn gyda chadair olwyn",
                            "سهل الدخول بكرسي متحرك",
                        ),
                        ("None of these", "Dim un o'r rhain", "لا شيء مما سبق"),
                    ),
                    last_is_exclusive=True,
                ),
            ),
        ),
        Part(
            ("The options", "Yr opsiynau", "الخيارات"),
            (
                "The board has not decided yet.",
                "Nid yw'r bwrdd wedi penderfynu eto.",
                "لم يقرر المجلس بعد.",
            ),
            (
                Asked(
                    "option",
                    "single",
                    ("Which option would you choose?", "Pa opsiwn fyddech chi'n ei ddewis?", "أي خيار تختار؟"),
                    options=(
                        ("Stay where it is", "Aros lle y mae", "البقاء في مكانه"),
                        ("Move beside the hospital", "Symud wrth ymyl yr ysbyty", "الانتقال إلى جوار المستشفى"),
                        ("Share a building with a GP surgery", "Rhannu adeilad â meddygfa", "مشاركة مبنى مع عيادة"),
                    ),
                    required=True,
                    dont_know=True,
                ),
                Asked(
                    "worry",
                    "scale",
                    (
                        "How worried are you about a move?",
                        "Pa mor bryderus ydych chi am symud?",
                        "ما مدى قلقك من الانتقال؟",
                    ),
                    ends=(("Not at all", "Dim o gwbl", "لست قلقًا"), ("Very worried", "Pryderus iawn", "قلق جدًا")),
                    settings={"low": 1, "high": 5},
                    dont_know=True,
                ),
                Asked(
                    "word",
                    "short_text",
                    (
                        "What would you call the new centre?",
                        "Beth fyddech chi'n galw'r ganolfan newydd?",
                        "ماذا تسمي المركز الجديد؟",
                    ),
                ),
                Asked(
                    "more",
                    "long_text",
                    (
                        "What else should the board know?",
                        "Beth arall ddylai'r bwrdd ei wybod?",
                        "ماذا ينبغي أن يعرف المجلس أيضًا؟",
                    ),
                    (
                        "Please leave out names of people.",
                        "Gadewch enwau pobl allan, os gwelwch yn dda.",
                        "من فضلك لا تذكر أسماء أشخاص.",
                    ),
                    settings={"limit": 1000},
                ),
            ),
        ),
    ),
)
