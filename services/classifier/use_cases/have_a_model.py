"""Sees to it that a model serves: loads the one of today's corpus, or has it trained."""

import asyncio

from services.classifier.model.artifact import ArtifactError, load
from services.classifier.model.corpus import corpus_hash
from services.classifier.model.shelf import Shelf
from services.classifier.model.worker import train_in_child
from services.classifier.store.models import KEEPER_ID, model_of_corpus, register
from shared.access import audit
from shared.access.audit import AuditLine
from shared.database import Database, Tx
from shared.ids import new_id
from shared.messaging import jobs
from shared.messaging.jobs import Claim
from shared.messaging.lanes import Kick

TRAIN_STARTER = "train_starter"


class StarterModel:
    """The starter model of this process."""

    def __init__(self, database: Database, shelf: Shelf, kick_jobs: Kick) -> None:
        self._database = database
        self._shelf = shelf
        self._kick_jobs = kick_jobs
        self._corpus = corpus_hash()
        # One order a process: a model file that was lost is made again at the next start.
        self._order = f"{self._corpus}/{new_id().hex}"

    async def is_there(self) -> bool:
        """Whether a model serves. Orders the training when there is none to load."""
        if self._shelf.has_model():
            return True
        async with self._database.transaction(KEEPER_ID) as tx:
            known = await model_of_corpus(tx, self._corpus)
            if known is not None and self._shelf.put(known.version):
                return True
            await self._order_training(tx)
        self._kick_jobs()
        return False

    async def fault_of_file(self) -> str | None:
        """What is wrong with the registered model's file, which is read anew; None when it is as it was trained."""
        async with self._database.transaction(KEEPER_ID) as tx:
            known = await model_of_corpus(tx, self._corpus)
        if known is None:
            return "no model is registered yet"
        try:
            await asyncio.to_thread(load, self._shelf.folder, known.version)
        except ArtifactError as error:
            return str(error)
        return None

    async def _order_training(self, tx: Tx) -> None:
        await jobs.put(tx, KEEPER_ID, TRAIN_STARTER, dedupe_key=self._order, args={})

    async def train(self, claim: Claim) -> None:
        """The job: trains in a child process, then registers the model and ends the job in one transaction."""
        made = await train_in_child(self._shelf.folder)
        async with self._database.transaction(KEEPER_ID) as tx:
            model_id = await register(tx, made.version, made.corpus, made.examples)
            if model_id is not None:
                detail = {"version": made.version, "examples": made.examples}
                line = AuditLine("model.register", "model", model_id, detail, why=claim.kind)
                await audit.write(tx, "classifier", {KEEPER_ID: line})
            await jobs.finish(tx, claim)
        self._shelf.put(made.version)
