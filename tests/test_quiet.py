"""Chatter of libraries is left out of standard error, whoever else writes there."""

import os
import re
import subprocess
import sys
import threading

from mirror.quiet import quiet

CHATTER = re.compile(rb"chatter ")


def test_chatter_is_left_out_and_all_else_passes():
    """Of what is written by C, too; afterwards standard error is what it was."""
    program = (
        "import os, re\n"
        "from mirror.quiet import quiet\n"
        "with quiet(re.compile(rb'chatter ')):\n"
        "    os.write(2, b'chatter 1\\nnews 1\\n')\n"
        "os.write(2, b'chatter 2\\n')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stderr == b"news 1\nchatter 2\n"


def test_two_threads_may_overlap(capfd):
    """The first one to come leaves first, while the second is still inside."""
    inside, left = threading.Event(), threading.Event()
    before = os.fstat(2)

    def first():
        with quiet(CHATTER):
            inside.wait(20)
        left.set()

    thread = threading.Thread(target=first, daemon=True)
    thread.start()
    with quiet(re.compile(rb"other ")):
        inside.set()
        assert left.wait(20), "it waits for the other one"
        os.write(2, b"other 1\nnews\n")
    thread.join()
    assert os.fstat(2).st_ino == before.st_ino
    assert capfd.readouterr().err == "news\n"
