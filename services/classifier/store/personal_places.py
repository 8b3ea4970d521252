"""Where the classifier holds anything of a person, and why its other texts are nobody's. A test walks all columns.

A verdict is labels and numbers. Words are kept where a person has labelled them, and go with the label. What it tells
on carries them, and is blanked by the ground. The model files are trained on the starter corpus, which is of our own
writing.
"""

from shared.privacy.places import PersonalPlace, PersonalRegister

REGISTER = PersonalRegister(
    places=(PersonalPlace("label", "customer_id = ANY ($2) OR id = ANY ($2)", ("text",)),),
    feedback_of="SELECT id FROM verdict WHERE tenant_id = $1 AND customer_id = ANY ($2)",
    impersonal={
        "model.version": "the hash of a file",
        "model.corpus": "the hash of a corpus",
        "label.language": "one of two",
        "label.category": "one of a taxonomy",
        "label.urgency": "one of four",
        "verdict.category": "one of a taxonomy",
        "verdict.urgency": "one of four",
        "verdict.language": "one of two",
        "verdict.model_version": "the hash of a file",
    },
)
