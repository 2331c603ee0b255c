"""Log lines: plain at a terminal, with a priority in the journal."""

import logging
import os

import pytest

from mirror.app.journal import log_to_stderr

LOG = logging.getLogger("mirror.app.loop")


@pytest.fixture(autouse=True)
def restored():
    """The package's logger as it was before."""
    logger = logging.getLogger("mirror")
    before = logger.handlers[:], logger.level
    yield
    logger.handlers[:], logger.level = before


@pytest.mark.parametrize("is_journal", [True, False])
def test_a_line_has_its_priority_in_the_journal_only(tmp_path, monkeypatch, is_journal):
    """Journald reads it from <N>; elsewhere nobody wants to see it."""
    with (tmp_path / "stderr").open("w+") as stream:
        status = os.fstat(stream.fileno())
        there = f"{status.st_dev}:{status.st_ino + (not is_journal)}"
        monkeypatch.setenv("JOURNAL_STREAM", there)
        log_to_stderr(stream)
        LOG.info("Set 4 saved.")
        LOG.warning("The buttons are missing.")
        LOG.error("The camera is gone.\nIt was there.")
        LOG.debug("nothing")
        stream.seek(0)
        lines = stream.read().splitlines()
    texts = ["Set 4 saved.", "The buttons are missing.", "The camera is gone.", "It was there."]
    marks = ["<6>", "<4>", "<3>", "<3>"] if is_journal else [""] * 4
    assert lines == [mark + text for mark, text in zip(marks, texts, strict=True)]
