"""Where the classifier holds anything of a person, and why its other texts are nobody's. A test walks all columns.

It keeps no words: a verdict is labels and numbers. What it tells on carries them, and is blanked by the ground. The
model files are trained on the starter corpus, which is of our own writing.
"""

from shared.privacy.places import PersonalRegister

REGISTER = PersonalRegister(
    places=(),
    feedback_of="SELECT id FROM verdict WHERE tenant_id = $1 AND customer_id = ANY ($2)",
    impersonal={
        "model.version": "the hash of a file",
        "model.corpus": "the hash of a corpus",
        "verdict.category": "one of a taxonomy",
        "verdict.urgency": "one of four",
        "verdict.language": "one of two",
        "verdict.model_version": "the hash of a file",
    },
)
