"""The commands of `hinge-mirror` and their options."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from mirror import __version__
from mirror.buttons.keyboard import KEYS_HELP
from mirror.hinge.variations.catalog import VARIATIONS

CAMERA = (
    "where the picture comes from: picamera (a Camera Module), figure (a drawn person), the number "
    "of a webcam (0), a video file, or auto (the first of these that is there); default: "
    "camera.source of mirror.toml"
)
VARIATION = f"one of {', '.join(VARIATIONS)}"
DRILL = f"one of {', '.join(d.name for v in VARIATIONS.values() for d in v.drills)}, of basic"
WINDOWED = f"draw in a window of the desktop; its keys: {KEYS_HELP}"
SHOTS = "folder for pictures of the glass where no display can be opened (default: out)"
DAY = "today, yesterday, or a date such as 2026-11-25"


def parser() -> argparse.ArgumentParser:
    """The commands and their options; `command` is the name of the one that was given."""
    whole = argparse.ArgumentParser(
        prog="hinge-mirror",
        description="A mirror that coaches the hip hinge.",
        epilog="`hinge-mirror COMMAND --help` explains the options of a command.",
    )
    whole.add_argument("--version", action="version", version=__version__)
    commands = whole.add_subparsers(required=True, metavar="COMMAND")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--config", type=Path, metavar="FILE",
                        help="settings to use, not /etc/hinge-mirror/mirror.toml")  # fmt: skip
    common.add_argument("--debug", action="store_true", help="show errors with their traceback")
    for add in (_run, _calibrate, _analyze, _check, _history, _exchange, _bench, _model, _voice):
        add(commands, common)
    return whole


def _run(commands: Any, common: argparse.ArgumentParser) -> None:
    run = commands.add_parser("run", parents=[common], help="be the mirror (the default)")
    run.add_argument("--camera", metavar="SOURCE", help=CAMERA)
    run.add_argument("--variation", metavar="NAME", help=f"start with this variation: {VARIATION}")
    run.add_argument("--drill", metavar="NAME", help=f"start with this drill: {DRILL}")
    run.add_argument("--windowed", action="store_true", help=WINDOWED)
    run.add_argument("--kiosk", action="store_true",
                     help="stay up whatever happens, as the service does")  # fmt: skip
    run.add_argument("--for", dest="seconds", type=positive, metavar="SECONDS",
                     help="stop so long after the first frame")  # fmt: skip
    run.add_argument("--shots", type=Path, default=Path("out"), metavar="FOLDER", help=SHOTS)
    run.add_argument("--record", type=Path, metavar="OUT.mp4", help="write a video of the glass")
    run.set_defaults(command="run")


def _calibrate(commands: Any, common: argparse.ArgumentParser) -> None:
    calibrate = commands.add_parser(
        "calibrate", parents=[common], help="fit the line of the back to your reflection"
    )
    calibrate.add_argument("--camera", metavar="SOURCE", help=CAMERA)
    calibrate.add_argument("--windowed", action="store_true", help=WINDOWED)
    calibrate.add_argument("--simulate", action="store_true",
                           help="let a simulated person do it; not kept")  # fmt: skip
    calibrate.add_argument("--for", dest="seconds", type=positive, metavar="SECONDS",
                           help="give up after so long")  # fmt: skip
    calibrate.add_argument("--shots", type=Path, default=Path("out"), metavar="FOLDER", help=SHOTS)
    calibrate.set_defaults(command="calibrate")


def _analyze(commands: Any, common: argparse.ArgumentParser) -> None:
    analyze = commands.add_parser("analyze", parents=[common], help="the same core on a file")
    analyze.add_argument("source", metavar="SOURCE",
                         help="a video file, figure, picamera, or a webcam's number")  # fmt: skip
    analyze.add_argument("--variation", default="basic", metavar="NAME",
                         help=f"what is done in it: {VARIATION} (default: basic)")  # fmt: skip
    analyze.add_argument("--drill", metavar="NAME", help=f"the drill that is done in it: {DRILL}")
    analyze.add_argument("--for", dest="seconds", type=positive, metavar="SECONDS",
                         help="stop after so much of the source; figure never ends")  # fmt: skip
    analyze.add_argument("--fps", type=positive, metavar="NUMBER",
                         help="process so many frames a second at most (default: all)")  # fmt: skip
    analyze.add_argument("--flip", action="store_true", help="mirror the picture left-right")
    analyze.add_argument("--seed", type=natural, metavar="NUMBER",
                         help="of the figure: the same seed moves the same way")  # fmt: skip
    analyze.add_argument("--json", metavar="OUT",
                         help="write JSON Lines to this file; - is standard output")  # fmt: skip
    analyze.add_argument("--plot", type=Path, metavar="OUT.png",
                         help="draw the angles over time (.png, .pdf or .svg)")  # fmt: skip
    analyze.add_argument("--overlay", type=Path, metavar="OUT.mp4",
                         help="write the video with the measures drawn over it")  # fmt: skip
    analyze.set_defaults(command="analyze")


def _check(commands: Any, common: argparse.ArgumentParser) -> None:
    check = commands.add_parser("check", parents=[common], help="could the mirror do its work?")
    check.add_argument("--camera", metavar="SOURCE", help=CAMERA)
    check.add_argument("--settings", action="store_true", help="print the settings in effect, too")
    check.add_argument("--boot", action="store_true",
                       help="only what takes no time and no device, and always exit 0")  # fmt: skip
    check.set_defaults(command="check")


def _history(commands: Any, common: argparse.ArgumentParser) -> None:
    history = commands.add_parser("history", parents=[common], help="the sets that are kept")
    history.add_argument("action", nargs="?", choices=("show", "delete"), default="show",
                         help="show (the default), or delete what the options name")  # fmt: skip
    history.add_argument("--day", metavar="DAY", help=f"the sets of this day: {DAY}")
    history.add_argument("--since", metavar="DAY", help=f"the sets from this day on: {DAY}")
    history.add_argument("--variation", metavar="NAME",
                         help="the sets of this variation or drill")  # fmt: skip
    history.add_argument("--set", dest="number", type=count, metavar="NUMBER",
                         help="one set, with all that is known of it")  # fmt: skip
    history.add_argument("--all", action="store_true", help="every set, not only the newest")
    history.add_argument("--plot", type=Path, metavar="OUT.png",
                         help="draw reps, depth and rounding over time")  # fmt: skip
    history.add_argument("--csv", metavar="OUT",
                         help="write a table to this file; - is standard output")  # fmt: skip
    history.add_argument("--json", metavar="OUT",
                         help="write JSON Lines to this file; - is standard output")  # fmt: skip
    history.set_defaults(command="history")


def _exchange(commands: Any, common: argparse.ArgumentParser) -> None:
    out = commands.add_parser("export", parents=[common],
                              help="settings and calibration in one file")  # fmt: skip
    out.add_argument("target", type=Path, metavar="OUT.zip", help="the file to write")
    out.add_argument("--history", action="store_true", help="with the sets that are kept")
    out.set_defaults(command="export")

    back = commands.add_parser("import", parents=[common], help="put an export in its places")
    back.add_argument("source", type=Path, metavar="IN.zip", help="a file that export wrote")
    back.set_defaults(command="import")


def _bench(commands: Any, common: argparse.ArgumentParser) -> None:
    del common  # it takes whatever is typed
    bench = commands.add_parser("bench", help="name the command that measures the mirror")
    bench.add_argument("words", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    bench.set_defaults(command="bench", debug=False)


def _model(commands: Any, common: argparse.ArgumentParser) -> None:
    model = commands.add_parser("model", parents=[common], help="obtain the pose model")
    model.add_argument("--size", choices=("full", "lite"),
                       help="full, or lite: quicker, less exact; default: model.size "
                            "of mirror.toml")  # fmt: skip
    model.set_defaults(command="model")


def _voice(commands: Any, common: argparse.ArgumentParser) -> None:
    voice = commands.add_parser("voice", parents=[common], help="record what the voice says")
    voice.add_argument("--language", metavar="NAME",
                       help="en, de, or one of your own; default: coach.language "
                            "of mirror.toml")  # fmt: skip
    voice.add_argument("--list", action="store_true",
                       help="print the file names and their texts, and record nothing")  # fmt: skip
    voice.set_defaults(command="voice")


def positive(text: str) -> float:
    """Parse a finite number above 0."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return value


def natural(text: str) -> int:
    """Parse a whole number from 0 up."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 up")
    return int(text)


def count(text: str) -> int:
    """Parse a whole number from 1 up."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 up")
    return int(text)
