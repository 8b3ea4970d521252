"""What the classifier can say of itself."""

from services.classifier.use_cases.have_a_model import StarterModel
from shared.web.self_checks import Health, Looked


async def look_at_model(model: StarterModel) -> Looked:
    """Whether the registered model's file is the one that was trained, by its hash."""
    fault = await model.fault_of_file()
    return Looked(Health.FINE) if fault is None else Looked(Health.BROKEN, fault)
