"""Documents are read in a process of their own; what breaks it breaks nothing else."""

from __future__ import annotations

import asyncio

import pytest

from knowledge.loaders.document import UnreadableError
from knowledge.loaders.sandbox import Sandbox, open_sandbox

PROSE = b"Bread\n\nBread needs flour, water, salt and time, and most of all it needs time to rise."


async def test_a_document_comes_back_whole() -> None:
    async with open_sandbox() as sandbox:
        document = await sandbox.read(PROSE, name="bread.txt")

    assert document.provenance.title == "Bread"
    assert document.blocks[0].text.startswith("Bread needs flour")


async def test_a_refusal_comes_back_as_it_is() -> None:
    async with open_sandbox() as sandbox:
        with pytest.raises(UnreadableError, match="not what its name says"):
            await sandbox.read(b"hello", name="hello.pdf")


async def test_a_worker_that_is_lost_is_begun_again() -> None:
    async with open_sandbox() as sandbox:
        await sandbox.read(PROSE, name="bread.txt")
        assert sandbox._process
        sandbox._process.kill()
        with pytest.raises(UnreadableError, match="breaks off"):
            await sandbox.read(PROSE, name="bread.txt")

        assert (await sandbox.read(PROSE, name="bread.txt")).blocks


async def test_a_document_that_takes_too_long_is_given_up() -> None:
    sandbox = Sandbox(most_seconds=0)
    with pytest.raises(UnreadableError, match="too long"):
        await sandbox.read(PROSE, name="bread.txt")
    assert sandbox._process is None


async def test_several_documents_at_once_do_not_mix() -> None:
    async with open_sandbox() as sandbox:
        texts = [
            f"Title {n}\n\nThe answer to riddle number {n} is told here for all to read.".encode()
            for n in range(8)
        ]
        documents = await asyncio.gather(*(sandbox.read(text, name="it.txt") for text in texts))

    assert [document.provenance.title for document in documents] == [f"Title {n}" for n in range(8)]
