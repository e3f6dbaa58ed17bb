"""The demo's first engagement: getting an appointment at a GP surgery. Told and closed."""

from __future__ import annotations

from demo.content.plan import Asked, Came, Part, Topic

_WORDS = {
    "title": (
        "Getting a GP appointment",
        "Cael apwyntiad meddyg teulu",
        "الحصول على موعد مع طبيب الأسرة",
    ),
    "purpose": (
        "We want to know how easy it is to get help from your GP surgery, and what would make it easier.",
        "Rydym am wybod pa mor hawdd yw cael help gan eich meddygfa, a beth fyddai'n ei gwneud yn haws.",
        "نريد أن نعرف مدى سهولة الحصول على المساعدة من عيادة طبيب الأسرة، وما الذي قد يجعلها أسهل.",
    ),
    "what_is_known": (
        "In last year's GP survey 4 in 10 people said that it is hard to get through by phone.",
        "Yn arolwg meddygon teulu y llynedd dywedodd 4 o bob 10 ei bod yn anodd cael drwodd ar y ffôn.",
        "في استبيان العام الماضي قال 4 من كل 10 أشخاص إنه يصعب الوصول إلى العيادة بالهاتف.",
    ),
    "decision": (
        "How surgeries answer phones and online requests from next spring.",
        "Sut mae meddygfeydd yn ateb ffonau a cheisiadau ar-lein o'r gwanwyn nesaf.",
        "كيف ترد العيادات على الهاتف والطلبات عبر الإنترنت ابتداءً من الربيع القادم.",
    ),
    "decision_how": (
        "The primary care board decides. It looks at what you tell us, at the figures of each surgery and at the cost.",
        "Y bwrdd gofal sylfaenol sy'n penderfynu. Mae'n edrych ar yr hyn a ddywedwch, ar ffigurau pob meddygfa ac ar y gost.",
        "يقرر مجلس الرعاية الأولية، وينظر فيما تقولونه وفي أرقام كل عيادة وفي التكلفة.",
    ),
    "decision_when": (
        "At the board meeting two months after the survey closes.",
        "Yng nghyfarfod y bwrdd ddau fis ar ôl i'r arolwg gau.",
        "في اجتماع المجلس بعد شهرين من إغلاق الاستبيان.",
    ),
    "options": (
        "More people answering phones, a call-back service, online requests all day, or no change.",
        "Mwy o bobl yn ateb ffonau, gwasanaeth galw'n ôl, ceisiadau ar-lein drwy'r dydd, neu ddim newid.",
        "مزيد من الموظفين للرد على الهاتف، أو خدمة معاودة الاتصال، أو طلبات عبر الإنترنت طوال اليوم، أو لا تغيير.",
    ),
    "reasons": (
        "Call-backs cost least. More people on the phones helps those who are not online. Each surgery has a fixed budget.",
        "Galw'n ôl sy'n costio leiaf. Mae mwy o bobl ar y ffonau'n helpu'r rhai nad ydynt ar-lein. Cyllideb sefydlog sydd gan bob meddygfa.",
        "معاودة الاتصال هي الأقل كلفة. زيادة الموظفين تساعد من لا يستخدمون الإنترنت. لكل عيادة ميزانية محددة.",
    ),
    "use_of_answers": (
        "Two people in the involvement team read every answer. We publish what we did about it here.",
        "Mae dau aelod o'r tîm cynnwys yn darllen pob ateb. Rydym yn cyhoeddi yma beth a wnaethom yn ei gylch.",
        "يقرأ شخصان من فريق المشاركة كل إجابة، وننشر هنا ما قمنا به.",
    ),
}

_QUESTIONS = (
    Part(
        (
            "The last time you needed your surgery",
            "Y tro diwethaf roedd angen eich meddygfa arnoch",
            "آخر مرة احتجت فيها إلى العيادة",
        ),
        (
            "Think of the last time you tried to get help, for yourself or for somebody you look after.",
            "Meddyliwch am y tro diwethaf i chi geisio cael help, i chi'ch hun neu i rywun rydych yn gofalu amdano.",
            "فكر في آخر مرة حاولت فيها الحصول على المساعدة، لنفسك أو لشخص ترعاه.",
        ),
        (
            Asked(
                "ease",
                "scale",
                ("How easy was it to get help?", "Pa mor hawdd oedd cael help?", "ما مدى سهولة الحصول على المساعدة؟"),
                ends=(("Very hard", "Anodd iawn", "صعب جدًا"), ("Very easy", "Hawdd iawn", "سهل جدًا")),
                settings={"low": 1, "high": 5},
                required=True,
                dont_know=True,
            ),
            Asked(
                "way",
                "single",
                ("How did you try first?", "Sut wnaethoch chi roi cynnig arni gyntaf?", "كيف حاولت أول مرة؟"),
                options=(
                    ("By phone", "Dros y ffôn", "بالهاتف"),
                    ("Online or with an app", "Ar-lein neu gydag ap", "عبر الإنترنت أو بتطبيق"),
                    ("At the desk", "Wrth y ddesg", "في مكتب الاستقبال"),
                    ("Somebody else did it for me", "Gwnaeth rhywun arall hynny i mi", "قام بذلك شخص آخر نيابة عني"),
                ),
                required=True,
                prefer_not=True,
            ),
            Asked(
                "problems",
                "multiple",
                ("What made it hard?", "Beth a'i gwnaeth yn anodd?", "ما الذي جعل الأمر صعبًا؟"),
                ("Choose all that fit.", "Dewiswch bob un sy'n addas.", "اختر كل ما ينطبق."),
                options=(
                    ("The phone was always busy", "Roedd y ffôn bob amser yn brysur", "كان الهاتف مشغولًا دائمًا"),
                    (
                        "I had to ring at 8 in the morning",
                        "Roedd yn rhaid ffonio am 8 y bore",
                        "كان علي الاتصال في الثامنة صباحًا",
                    ),
                    (
                        "The online form was switched off",
                        "Roedd y ffurflen ar-lein wedi'i diffodd",
                        "كان النموذج الإلكتروني مغلقًا",
                    ),
                    ("I could not see the same doctor", "Ni allwn weld yr un meddyg", "لم أستطع رؤية الطبيب نفسه"),
                    (
                        "Nobody spoke my language or could sign",
                        "Nid oedd neb yn siarad fy iaith nac yn gallu arwyddo",
                        "لم يكن أحد يتحدث لغتي أو يعرف لغة الإشارة",
                    ),
                    ("None of these", "Dim un o'r rhain", "لا شيء مما سبق"),
                ),
                last_is_exclusive=True,
            ),
            Asked(
                "days",
                "number",
                ("How many days did you wait?", "Sawl diwrnod y buoch chi'n aros?", "كم يومًا انتظرت؟"),
                ("Put 0 if it was the same day.", "Rhowch 0 os oedd yr un diwrnod.", "اكتب 0 إذا كان في اليوم نفسه."),
                settings={"min": 0, "max": 120},
                dont_know=True,
            ),
        ),
    ),
    Part(
        ("What would help", "Beth fyddai'n helpu", "ما الذي قد يساعد"),
        (
            "Tell us what you would like to change.",
            "Dywedwch wrthym beth hoffech chi ei newid.",
            "أخبرنا بما تود تغييره.",
        ),
        (
            Asked(
                "best",
                "single",
                (
                    "Which change would help you most?",
                    "Pa newid fyddai'n eich helpu fwyaf?",
                    "أي تغيير سيساعدك أكثر؟",
                ),
                options=(
                    (
                        "A call back, so I need not wait on the phone",
                        "Galwad yn ôl, fel nad oes rhaid aros ar y ffôn",
                        "معاودة الاتصال بي كي لا أنتظر على الهاتف",
                    ),
                    ("Online requests all day", "Ceisiadau ar-lein drwy'r dydd", "طلبات عبر الإنترنت طوال اليوم"),
                    (
                        "More people answering the phone",
                        "Mwy o bobl yn ateb y ffôn",
                        "مزيد من الموظفين للرد على الهاتف",
                    ),
                    ("The same doctor each time", "Yr un meddyg bob tro", "الطبيب نفسه في كل مرة"),
                ),
                required=True,
                dont_know=True,
            ),
            Asked(
                "word",
                "short_text",
                (
                    "In one word, how do you feel about your surgery?",
                    "Mewn un gair, sut ydych chi'n teimlo am eich meddygfa?",
                    "بكلمة واحدة، ما شعورك تجاه عيادتك؟",
                ),
                prefer_not=True,
            ),
            Asked(
                "more",
                "long_text",
                (
                    "Is there anything else you want to tell us?",
                    "Oes unrhyw beth arall yr hoffech ei ddweud wrthym?",
                    "هل هناك شيء آخر تود إخبارنا به؟",
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
)

TOPIC = Topic(
    words=_WORDS,
    subjects=("gp", "digital", "fairness"),
    contact_name="Rosa Clarke",
    survey_name="GP appointments",
    title=_WORDS["title"],
    thanks=(
        "Thank you. We tell everyone who answered what came of it.",
        "Diolch. Rydym yn dweud wrth bawb a atebodd beth ddaeth o hyn.",
        "شكرًا لك. نخبر كل من أجاب بما ترتب على ذلك.",
    ),
    parts=_QUESTIONS,
)

OUTCOMES = (
    Came(
        "did",
        (
            "Ringing at 8 in the morning is hard for people who work, care for somebody or take children to school.",
            "Mae ffonio am 8 y bore yn anodd i bobl sy'n gweithio, yn gofalu am rywun neu'n mynd â phlant i'r ysgol.",
            "الاتصال في الثامنة صباحًا صعب على من يعملون أو يرعون أحدًا أو يوصلون الأطفال إلى المدرسة.",
        ),
        (
            "Since March all 127 surgeries take online requests from 8am to 6:30pm. You no longer need to ask at 8.",
            "Ers mis Mawrth mae pob un o'r 127 meddygfa yn derbyn ceisiadau ar-lein rhwng 8am a 6:30pm. Nid oes angen gofyn am 8 mwyach.",
            "منذ مارس تستقبل العيادات الـ127 كلها الطلبات عبر الإنترنت من 8 صباحًا حتى 6:30 مساءً. لم يعد عليك الاتصال في الثامنة.",
        ),
        said="early",
        evidence="Primary care board, paper 7: access figures of all surgeries after the change.",
        subjects=("gp", "digital"),
    ),
    Came(
        "will_do",
        (
            "The phone is often busy, and people who are not online have no other way.",
            "Mae'r ffôn yn aml yn brysur, ac nid oes ffordd arall i bobl nad ydynt ar-lein.",
            "الهاتف مشغول في أغلب الأحيان، ولا وسيلة أخرى لمن لا يستخدمون الإنترنت.",
        ),
        (
            "Every surgery gets a call-back service. You keep your place in the queue and we ring you.",
            "Bydd pob meddygfa yn cael gwasanaeth galw'n ôl. Rydych yn cadw eich lle yn y ciw a byddwn yn eich ffonio.",
            "ستحصل كل عيادة على خدمة معاودة الاتصال. تحتفظ بدورك ونتصل بك.",
        ),
        said="busy",
        evidence="Contract for cloud telephony, lot 2.",
        subjects=("gp", "fairness"),
        do_by=-10,
    ),
    Came(
        "will_not_do",
        (
            "Many of you want to see the same doctor each time.",
            "Mae llawer ohonoch am weld yr un meddyg bob tro.",
            "كثيرون منكم يريدون رؤية الطبيب نفسه في كل مرة.",
        ),
        (
            "We cannot promise the same doctor at every visit. People with long-term conditions can ask for a named doctor.",
            "Ni allwn addo'r un meddyg ar bob ymweliad. Gall pobl â chyflyrau hirdymor ofyn am feddyg penodol.",
            "لا يمكننا أن نعد بالطبيب نفسه في كل زيارة. يمكن لمن لديهم أمراض مزمنة أن يطلبوا طبيبًا محددًا.",
        ),
        (
            "Six in ten doctors work part time. Keeping one doctor for everyone would mean waiting two weeks longer.",
            "Mae chwech o bob deg meddyg yn gweithio'n rhan-amser. Byddai cadw un meddyg i bawb yn golygu aros pythefnos yn hirach.",
            "ستة من كل عشرة أطباء يعملون بدوام جزئي. تخصيص طبيب واحد للجميع يعني الانتظار أسبوعين أكثر.",
        ),
        said="same",
        subjects=("gp",),
    ),
    Came(
        "did",
        (
            "Some people could not get help in their language or in sign language.",
            "Ni allai rhai pobl gael help yn eu hiaith neu mewn iaith arwyddion.",
            "لم يستطع بعض الناس الحصول على المساعدة بلغتهم أو بلغة الإشارة.",
        ),
        (
            "Reception teams can now get an interpreter by phone or video within two minutes, also for sign language.",
            "Gall timau derbynfa bellach gael cyfieithydd dros y ffôn neu fideo o fewn dwy funud, hefyd ar gyfer iaith arwyddion.",
            "يمكن لموظفي الاستقبال الآن توفير مترجم بالهاتف أو الفيديو خلال دقيقتين، بما في ذلك لغة الإشارة.",
        ),
        said="language",
        subjects=("gp", "fairness", "disability"),
    ),
)
