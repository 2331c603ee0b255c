"""The commands of `hinge-mirror` and their options."""

from __future__ import annotations

import argparse
from pathlib import Path

from mirror import __version__


def parser() -> argparse.ArgumentParser:
    """The commands and their options; `command` is the name of the one that was given."""
    whole = argparse.ArgumentParser(
        prog="hinge-mirror", description="A mirror that coaches the hip hinge."
    )
    whole.add_argument("--version", action="version", version=__version__)
    commands = whole.add_subparsers(required=True, metavar="COMMAND")

    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--config", type=Path, metavar="FILE", help="mirror.toml to use")
    common.add_argument("--debug", action="store_true", help="show errors with their traceback")

    run = commands.add_parser("run", parents=[common], help="be the mirror (the default)")
    run.add_argument("--camera", metavar="C", help="picamera, figure, auto, an index, or a video")
    run.add_argument("--variation", metavar="V", help="variation to start with")
    run.add_argument("--drill", metavar="NAME", help="drill to start with: stick, string")
    run.add_argument("--windowed", action="store_true", help="a window on a desktop")
    run.add_argument("--kiosk", action="store_true", help="stay up whatever happens")
    run.add_argument("--for", dest="seconds", type=positive, metavar="S", help="stop after S s")
    run.add_argument("--shots", type=Path, default=Path("out"), metavar="DIR",
                     help="where pictures of an off-screen glass go")  # fmt: skip
    run.add_argument("--record", type=Path, metavar="OUT.mp4", help="video of the glass")
    run.set_defaults(command="run")

    calibrate = commands.add_parser(
        "calibrate", parents=[common], help="fit the line of the back to your reflection"
    )
    calibrate.add_argument("--camera", metavar="C", help="picamera, an index, ...")
    calibrate.add_argument("--windowed", action="store_true", help="a window on a desktop")
    calibrate.add_argument("--simulate", action="store_true",
                           help="done by somebody in a simulated room; not kept")  # fmt: skip
    calibrate.add_argument("--for", dest="seconds", type=positive, metavar="S",
                           help="give up after S s")  # fmt: skip
    calibrate.add_argument("--shots", type=Path, default=Path("out"), metavar="DIR",
                           help="where pictures of an off-screen glass go")  # fmt: skip
    calibrate.set_defaults(command="calibrate")

    analyze = commands.add_parser("analyze", parents=[common], help="the same core on a file")
    analyze.add_argument("source", help="a video, `figure`, `picamera`, or a webcam index")
    analyze.add_argument("--variation", default="basic", metavar="NAME")
    analyze.add_argument("--drill", metavar="NAME")
    analyze.add_argument("--for", dest="seconds", type=positive, metavar="S")
    analyze.add_argument("--fps", type=positive, metavar="N", help="frames a second to process")
    analyze.add_argument("--flip", action="store_true", help="mirror the picture left-right")
    analyze.add_argument("--seed", type=natural, metavar="N", help="seed of the figure")
    analyze.add_argument("--json", metavar="OUT", help="JSON Lines; - is standard output")
    analyze.add_argument("--plot", type=Path, metavar="OUT.png")
    analyze.add_argument("--overlay", type=Path, metavar="OUT.mp4")
    analyze.set_defaults(command="analyze")

    check = commands.add_parser("check", parents=[common], help="could the mirror do its work?")
    check.add_argument("--camera", metavar="C")
    check.add_argument("--boot", action="store_true", help="print, and always exit 0")
    check.set_defaults(command="check")

    history = commands.add_parser("history", parents=[common], help="the sets that are kept")
    history.add_argument("action", nargs="?", choices=("show", "delete"), default="show",
                         help="show (the default), or delete what is asked for")  # fmt: skip
    history.add_argument("--day", metavar="DAY", help="of this day: today, 2026-11-25, ...")
    history.add_argument("--since", metavar="DAY", help="from this day on")
    history.add_argument("--variation", metavar="NAME", help="of this variation or drill")
    history.add_argument("--set", dest="number", type=count, metavar="N", help="one set, whole")
    history.add_argument("--all", action="store_true", help="every set")
    history.add_argument("--plot", type=Path, metavar="OUT.png")
    history.add_argument("--csv", metavar="OUT", help="- is standard output")
    history.add_argument("--json", metavar="OUT", help="JSON Lines; - is standard output")
    history.set_defaults(command="history")

    out = commands.add_parser("export", parents=[common],
                              help="settings and calibration in one file")  # fmt: skip
    out.add_argument("target", type=Path, metavar="OUT.zip")
    out.add_argument("--history", action="store_true", help="with the sets that are kept")
    out.set_defaults(command="export")

    back = commands.add_parser("import", parents=[common], help="put an export in its places")
    back.add_argument("source", type=Path, metavar="IN.zip")
    back.set_defaults(command="import")

    bench = commands.add_parser("bench", help="name the command that measures the mirror")
    bench.add_argument("words", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    bench.set_defaults(command="bench", debug=False)

    model = commands.add_parser("model", parents=[common], help="obtain the pose model")
    model.add_argument("--size", choices=("full", "lite"), help="default: as the settings say")
    model.set_defaults(command="model")

    voice = commands.add_parser("voice", parents=[common], help="record what the voice says")
    voice.add_argument("--language", metavar="NAME", help="default: as the settings say")
    voice.add_argument("--list", action="store_true", help="print names and texts, record nothing")
    voice.set_defaults(command="voice")
    return whole


def positive(text: str) -> float:
    """Parse a finite number above 0."""
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return value


def natural(text: str) -> int:
    """Parse a whole number from 0 up."""
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError(f"{text!r} is below 0")
    return value


def count(text: str) -> int:
    """Parse a whole number from 1 up."""
    if natural(text) == 0:
        raise argparse.ArgumentTypeError("at least 1 is needed")
    return int(text)
