//! What people and bots say.

/// What customers come for.
#[derive(Debug)]
pub(crate) struct Matter {
    pub(crate) intent: &'static str,
    pub(crate) openings: &'static [&'static str],
    /// Kinds and values of the things that customers name.
    pub(crate) entities: &'static [(&'static str, &'static str)],
    pub(crate) response: &'static str,
    /// What is counted when it went well: name and category.
    pub(crate) business: (&'static str, &'static str),
}

pub(crate) const MATTERS: &[Matter] = &[
    Matter {
        intent: "invoice.question",
        openings: &[
            "Why is my invoice higher than last month?",
            "I was charged twice for November.",
            "My invoice says \"late fee\", but I paid on time.",
        ],
        entities: &[("invoice", "R-2026-11-4711"), ("month", "November"), ("amount", "49.90 €")],
        response: "I see your last invoice. Shall I get you someone from billing?",
        business: ("credit.granted", "billing"),
    },
    Matter {
        intent: "delivery.status",
        openings: &[
            "Where is my parcel?",
            "The tracking page has not changed since Monday.",
            "Mein Paket ist noch nicht da. Können Sie nachsehen?",
        ],
        entities: &[("order", "A-10023"), ("city", "Köln"), ("carrier", "north post")],
        response: "Your parcel left our warehouse; it usually takes two more days.",
        business: ("reshipment.ordered", "logistics"),
    },
    Matter {
        intent: "password.reset",
        openings: &[
            "I cannot log in any more.",
            "The reset mail never arrives.",
            "It says my account is locked",
        ],
        entities: &[("account", "erika.mustermann"), ("device", "phone")],
        response: "I have sent you a link to choose a new password. It is valid for 30 minutes.",
        business: ("account.recovered", "account"),
    },
    Matter {
        intent: "contract.cancel",
        openings: &[
            "I want to cancel my contract.",
            "How do I end my subscription?",
            "I am moving abroad next month and no longer need the line.",
        ],
        entities: &[("contract", "C-778"), ("date", "2026-12-31")],
        response: "I am sorry to hear that. May I ask what made you decide so?",
        business: ("churn.prevented", "retention"),
    },
    Matter {
        intent: "product.advice",
        openings: &[
            "Which router fits a house with three floors?",
            "Do you have the blue one in stock?",
            "Is the new model worth it?\nI have last year's.",
        ],
        entities: &[("product", "Router X3"), ("colour", "blue"), ("quantity", "1")],
        response: "The X3 covers three floors. Would you like to see it in the shop?",
        business: ("sale.closed", "sales"),
    },
    Matter {
        intent: "outage.report",
        openings: &[
            "Our line has been dead since this morning.",
            "The internet is down again 😡",
            "Everything is slow since 9 o'clock.",
        ],
        entities: &[("area", "50667"), ("since", "09:00"), ("line", "DSL")],
        response: "There is a known outage in your area. Technicians are on site.",
        business: ("outage.confirmed", "network"),
    },
];

pub(crate) const AGENT_SAYS: &[&str] = &[
    "Good morning, how can I help you?",
    "Let me look at that for you, one moment please.",
    "I have found it. Could you confirm your postal code?",
    "Thank you. I have corrected it, you will get a mail within the hour.",
    "That should not have happened, I am sorry.",
    "Is there anything else I can do for you?",
    "I have added a note to your account: \"call back on Friday\".",
    "Das habe ich für Sie geändert.",
];

pub(crate) const CUSTOMER_SAYS: &[&str] = &[
    "Yes, that is right.",
    "It still does not work.",
    "50667",
    "Thank you so much! 🙏",
    "When will that be?",
    "No, that was all.",
    "I have written that already, please read above.",
    "Ja, genau. Vielen Dank für die schnelle Hilfe!",
];

/// Three in five chat.
pub(crate) const CHANNELS: &[&str] = &["chat", "chat", "chat", "voice", "mail"];
pub(crate) const LANGUAGES: &[&str] = &["de", "en", "en", "fr"];
pub(crate) const PAGES: &[&str] = &["/", "/shop", "/account/invoices", "/help/router", "/contact"];
pub(crate) const DEVICES: &[&str] = &["desktop", "phone", "phone", "tablet"];
pub(crate) const QUEUES: &[&str] = &["billing", "support", "sales"];
pub(crate) const PRIORITIES: &[Option<&str>] = &[None, None, Some("normal"), Some("high"), Some("urgent")];
