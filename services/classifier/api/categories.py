"""GET /v1/categories: what a feedback may be about, with names for people."""

from pydantic import BaseModel

from services.classifier.model.corpus import starter_taxonomy
from shared.contracts.vocabulary import Language
from shared.web.doors import WorkReader
from shared.web.routing import Router


class CategoryOut(BaseModel):
    """One category. A slash in its id makes a branch of a branch."""

    id: str
    names: dict[Language, str]


class CategoriesOut(BaseModel):
    """All categories, in the order of the taxonomy."""

    categories: list[CategoryOut]


router = Router(prefix="/v1/categories", tags=["verdicts"])


@router.get("")
async def get_categories(_: WorkReader) -> CategoriesOut:
    """The categories that verdicts name, in both languages."""
    taxonomy = starter_taxonomy()
    names = {one: {Language(language): name for language, name in said.items()} for one, said in taxonomy.items()}
    return CategoriesOut(categories=[CategoryOut(id=one, names=said) for one, said in names.items()])
