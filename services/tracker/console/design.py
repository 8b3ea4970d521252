"""What the design system is made of, by name, for the page that shows it. `static/tokens.css` says what each is."""

SIZES = ("xxl", "xl", "l", "m", "s")
SPACES = ("1", "2", "3", "4", "5", "6")  # Steps of four pixels: 4, 8, 12, 16, 20, 24.
# Colours by what they are for, as pairs of ink and ground that can be read upon each other.
COLOURS = {
    "surfaces": ("ground", "paper", "sunk", "line", "line-strong"),
    "inks": ("ink", "soft", "brand", "brand-tint", "focus", "mark"),
    "urgencies": ("critical", "high", "medium", "low"),
    "states": ("new", "open", "waiting", "answered", "solved", "closed"),
    "outcomes": ("good", "warn", "bad"),
    "series": ("chart-1", "chart-2", "chart-3", "chart-4", "chart-5", "chart-6"),
}
ICONS = (
    "inbox",
    "review",
    "problems",
    "actions",
    "overview",
    "imports",
    "mails",
    "settings",
    "search",
    "person",
    "clock",
    "tag",
    "check",
    "clip",
    "cross",
    "warn",
    "info",
    "reply",
    "lock",
    "plus",
    "arrow",
    "down",
    "key",
    "echo",
    "leave",
)
