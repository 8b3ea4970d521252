"""The limit: FastAPI reads and checks the same body, answers with the same receipt, and does nothing else."""

import sys
from uuid import UUID

import uvicorn
from fastapi import FastAPI

from services.collector.api.feedback_schema import FeedbackIn, FeedbackOut

_ID = UUID("0192f0c1-0000-7000-8000-000000000001")
app = FastAPI()


@app.get("/healthz")
async def healthz() -> None:
    """Whether it is there."""


@app.post("/v1/feedback", status_code=201)
async def feedback(item: FeedbackIn) -> FeedbackOut:
    """Checks and answers."""
    return FeedbackOut(id=_ID, receipt_code=f"ABCD-EFGH-{len(item.text):04}")


if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), access_log=False, log_level="warning")
