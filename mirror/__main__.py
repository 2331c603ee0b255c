"""The commands, and their options. Errors become one sentence and an exit code."""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import msgspec

from mirror import __version__
from mirror.config import (
    SYSTEM_CONFIG,
    CoachSettings,
    Settings,
    default_file,
    load,
    state_folder,
    to_toml,
)
from mirror.errors import ConfigError, MirrorError, UsageError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; gives the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if not words or (words[0].startswith("-") and words[0] not in ("-h", "--help", "--version")):
        words.insert(0, "run")
    options = _parser().parse_args(words)
    try:
        return int(options.command(options))
    except MirrorError as error:
        if options.debug:
            traceback.print_exc()
        print(f"hinge-mirror: {error}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        # The reader of our output has gone; keep Python from complaining at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        # Of writing to standard output: all else has become a sentence by now.
        if options.debug:
            traceback.print_exc()
        told = error.filename or "standard output"
        print(f"hinge-mirror: {told}: {error.strerror or error}.", file=sys.stderr)
        return 1
    except Exception as error:
        if options.debug:
            raise
        print(
            f"hinge-mirror: something unforeseen went wrong ({error!r}); --debug tells more.",
            file=sys.stderr,
        )
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="hinge-mirror", description="A mirror that coaches the hip hinge."
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--config", type=Path, metavar="FILE", help="mirror.toml to use")
    common.add_argument("--debug", action="store_true", help="tell errors with their traceback")

    run = commands.add_parser("run", parents=[common], help="be the mirror (the default)")
    run.add_argument("--camera", metavar="C", help="picamera, figure, auto, an index, or a video")
    run.add_argument("--variation", metavar="V", help="variation to start with")
    run.add_argument("--drill", metavar="NAME", help="drill to start with: stick, string")
    run.add_argument("--windowed", action="store_true", help="a window on a desktop")
    run.add_argument("--kiosk", action="store_true", help="stay up whatever happens")
    run.add_argument("--for", dest="seconds", type=_positive, metavar="S", help="stop after S s")
    run.add_argument("--shots", type=Path, default=Path("out"), metavar="DIR",
                     help="where pictures of an off-screen glass go")  # fmt: skip
    run.add_argument("--record", type=Path, metavar="OUT.mp4", help="video of the glass")
    run.set_defaults(command=_run)

    calibrate = commands.add_parser(
        "calibrate", parents=[common], help="fit the line of the back to your reflection"
    )
    calibrate.add_argument("--camera", metavar="C", help="picamera, an index, ...")
    calibrate.add_argument("--windowed", action="store_true", help="a window on a desktop")
    calibrate.add_argument("--simulate", action="store_true",
                           help="done by somebody in a simulated room; not kept")  # fmt: skip
    calibrate.add_argument("--for", dest="seconds", type=_positive, metavar="S",
                           help="give up after S s")  # fmt: skip
    calibrate.add_argument("--shots", type=Path, default=Path("out"), metavar="DIR",
                           help="where pictures of an off-screen glass go")  # fmt: skip
    calibrate.set_defaults(command=_calibrate)

    analyze = commands.add_parser("analyze", parents=[common], help="the same core on a file")
    analyze.add_argument("source", help="a video, `figure`, `picamera`, or a webcam index")
    analyze.add_argument("--variation", default="basic", metavar="NAME")
    analyze.add_argument("--drill", metavar="NAME")
    analyze.add_argument("--for", dest="seconds", type=_positive, metavar="S")
    analyze.add_argument("--fps", type=_positive, metavar="N", help="frames a second to process")
    analyze.add_argument("--flip", action="store_true", help="mirror the picture left-right")
    analyze.add_argument("--seed", type=_natural, metavar="N", help="seed of the figure")
    analyze.add_argument("--json", metavar="OUT", help="JSON Lines; - is standard output")
    analyze.add_argument("--plot", type=Path, metavar="OUT.png")
    analyze.add_argument("--overlay", type=Path, metavar="OUT.mp4")
    analyze.set_defaults(command=_analyze)

    check = commands.add_parser("check", parents=[common], help="could the mirror do its work?")
    check.add_argument("--camera", metavar="C")
    check.add_argument("--boot", action="store_true", help="print, and always exit 0")
    check.set_defaults(command=_check)

    history = commands.add_parser("history", parents=[common], help="the sets that are kept")
    history.add_argument("action", nargs="?", choices=("show", "delete"), default="show",
                         help="show (the default), or delete what is asked for")  # fmt: skip
    history.add_argument("--day", metavar="DAY", help="of this day: today, 2026-11-25, ...")
    history.add_argument("--since", metavar="DAY", help="from this day on")
    history.add_argument("--variation", metavar="NAME", help="of this variation or drill")
    history.add_argument("--set", dest="number", type=_count, metavar="N", help="one set, whole")
    history.add_argument("--all", action="store_true", help="every set")
    history.add_argument("--plot", type=Path, metavar="OUT.png")
    history.add_argument("--csv", metavar="OUT", help="- is standard output")
    history.add_argument("--json", metavar="OUT", help="JSON Lines; - is standard output")
    history.set_defaults(command=_history)

    out = commands.add_parser("export", parents=[common],
                              help="settings and calibration in one file")  # fmt: skip
    out.add_argument("target", type=Path, metavar="OUT.zip")
    out.add_argument("--history", action="store_true", help="with the sets that are kept")
    out.set_defaults(command=_export)

    back = commands.add_parser("import", parents=[common], help="put an export in its places")
    back.add_argument("source", type=Path, metavar="IN.zip")
    back.set_defaults(command=_import)

    bench = commands.add_parser("bench", parents=[common], help="measure the core")
    bench.add_argument("what", choices=("counts", "variations", "accuracy", "stop-depth", "drills",
                                        "slump", "reflection", "gallery", "drawing", "history",
                                        "power-cuts"),
                       help="counts, errors against truth, screens, the history")  # fmt: skip
    bench.add_argument("--cases", type=_count, default=32, metavar="N",
                       help="accuracy: sets of reps; reflection: rooms (32)")  # fmt: skip
    bench.add_argument("--sets", type=_count, default=16, metavar="N",
                       help="stop-depth, drills, slump: sets of each kind (16)")  # fmt: skip
    bench.add_argument("--clips", type=Path, metavar="DIR",
                       help="folder of videos with a LABELS.json")  # fmt: skip
    bench.add_argument("--only", metavar="NAME", help="variations: this one alone")
    bench.add_argument("--seeds", type=_count, default=3, metavar="N", help="figures 1..N (3)")
    bench.add_argument("--for", dest="seconds", type=_positive, default=30.0, metavar="S",
                       help="seconds of each figure (30)")  # fmt: skip
    bench.add_argument("--out", type=Path, default=Path("out"), metavar="DIR",
                       help="gallery: where the pictures of every screen go (out)")  # fmt: skip
    bench.add_argument("--kept", type=_count, default=5000, metavar="N",
                       help="history: made-up sets to look at (5000)")  # fmt: skip
    bench.add_argument("--cuts", type=_count, default=200, metavar="N",
                       help="power-cuts: how many (200)")  # fmt: skip
    bench.set_defaults(command=_bench)

    model = commands.add_parser("model", parents=[common], help="obtain the pose model")
    model.set_defaults(command=_model)
    return parser


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return value


def _natural(text: str) -> int:
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError(f"{text!r} is below 0")
    return value


def _count(text: str) -> int:
    if _natural(text) == 0:
        raise argparse.ArgumentTypeError("at least 1 is needed")
    return int(text)


def _settings(options: argparse.Namespace) -> Settings:
    settings = load(options.config or default_file())
    return _with_camera(settings, options)


def _with_camera(settings: Settings, options: argparse.Namespace) -> Settings:
    """The camera asked for: by option, else by a named config, else by the environment."""
    source = options.camera
    if source is None and options.config is None:
        source = os.environ.get("HINGE_MIRROR_CAMERA")
    if not source:
        return settings
    return msgspec.structs.replace(
        settings, camera=msgspec.structs.replace(settings.camera, source=source)
    )


def _acting(settings: Settings, act: str) -> Settings:
    """The shipped figure, where it stands in for a person, does what is practised."""
    if settings.camera.act:
        return settings
    return msgspec.structs.replace(
        settings, camera=msgspec.structs.replace(settings.camera, act=act)
    )


def _run(options: argparse.Namespace) -> int:
    from mirror import app, language
    from mirror.session import start

    warning = None
    try:
        settings = _settings(options)
    except ConfigError as error:
        if not options.kiosk:
            raise
        warning = f"{error} The mirror runs on its defaults."
        print(warning, file=sys.stderr, flush=True)
        settings = _with_camera(Settings(), options)
    if options.variation is not None:
        settings = msgspec.structs.replace(
            settings, coach=msgspec.structs.replace(settings.coach, variation=options.variation)
        )
    try:
        start(settings.coach.variation, options.drill)
    except UsageError as error:
        if not options.kiosk:
            raise
        warning = f"{error} The mirror starts with the basic hinge."
        print(warning, file=sys.stderr, flush=True)
        coach = CoachSettings(language=settings.coach.language)
        settings = msgspec.structs.replace(settings, coach=coach)
        options.drill = None
    try:
        language.load(settings.coach.language)
    except ConfigError as error:
        if not options.kiosk:
            raise
        warning = f"{error} The mirror speaks English."
        print(warning, file=sys.stderr, flush=True)
        settings = msgspec.structs.replace(
            settings, coach=msgspec.structs.replace(settings.coach, language="en")
        )
    settings = _acting(settings, options.drill or settings.coach.variation)
    return app.run(
        settings,
        app.Options(
            kiosk=options.kiosk,
            windowed=options.windowed,
            drill=options.drill,
            seconds=options.seconds,
            shots=options.shots,
            record=options.record,
            warning=warning,
        ),
    )


def _calibrate(options: argparse.Namespace) -> int:
    from mirror import app

    return app.run(
        _settings(options),
        app.Options(
            windowed=options.windowed,
            seconds=options.seconds,
            shots=options.shots,
            calibrate=True,
            simulated=options.simulate,
        ),
    )


def _analyze(options: argparse.Namespace) -> int:
    from mirror import analyze
    from mirror.attention import Attention
    from mirror.camera import open_camera
    from mirror.model import bundle
    from mirror.optics import lens
    from mirror.session import start

    settings = load(options.config or default_file())
    settings = _acting(settings, options.drill or options.variation)
    height_m = settings.coach.body_height_m
    session = start(options.variation, options.drill, height_m and 100 * height_m)
    if options.source == "figure" and options.seconds is None:
        raise UsageError("The figure hinges for ever: say how long with --for.")
    changes = {"source": options.source, "flip": settings.camera.flip != options.flip}
    if options.seed is not None:
        changes["seed"] = options.seed
    with ExitStack() as stack:
        camera = open_camera(msgspec.structs.replace(settings.camera, **changes), live=False)
        stack.callback(camera.close)
        estimator = Attention(bundle(settings.model), settings.camera)
        stack.callback(estimator.close)
        return analyze.analyze(
            camera,
            estimator,
            session,
            lens=lens(settings.camera, camera.size),
            source=options.source,
            seconds=options.seconds,
            fps=options.fps,
            json_target=options.json,
            plot_path=options.plot,
            overlay_path=options.overlay,
        )


def _check(options: argparse.Namespace) -> int:
    from mirror import check

    path = options.config or default_file()
    is_ok = True
    try:
        settings = _settings(options)
        print(f"config   OK     {path}" if options.boot else f"# {path}\n{to_toml(settings)}")
    except ConfigError as error:
        print(f"config   FAULT  {error}")
        is_ok, settings = False, _with_camera(Settings(), options)
    for finding in check.findings(settings, at_boot=options.boot):
        state = "OK   " if finding.is_ok else "FAULT" if finding.needed else "none "
        print(f"{finding.part:8} {state}  {finding.told}", flush=True)
        is_ok = is_ok and (finding.is_ok or not finding.needed)
    return 0 if is_ok or options.boot else 1


def _history(options: argparse.Namespace) -> int:
    from mirror.history import command

    wish = command.Wish(
        day=options.day,
        since=options.since,
        variation=options.variation,
        number=options.number,
        everything=options.all,
        plot=options.plot,
        csv=options.csv,
        json=options.json,
    )
    return command.delete(wish) if options.action == "delete" else command.show(wish)


def _export(options: argparse.Namespace) -> int:
    from mirror import transfer

    places = transfer.Places(options.config or default_file(), state_folder())
    return transfer.export(places, options.target, history=options.history)


def _import(options: argparse.Namespace) -> int:
    from mirror import transfer

    places = transfer.Places(options.config or SYSTEM_CONFIG, state_folder())
    return transfer.restore(places, options.source)


def _bench(options: argparse.Namespace) -> int:
    from mirror import accuracy, bench, gallery, reflections, repertoire, slumping
    from mirror.history import trials
    from mirror.model import bundle

    if options.what == "history":
        return trials.looked_at(options.kept, options.out)
    if options.what == "power-cuts":
        return trials.power_cuts(options.cuts)
    settings = load(options.config or default_file())
    if options.what == "accuracy":
        return accuracy.accuracy(bundle(settings.model), options.cases)
    if options.what == "drills":
        return accuracy.drills(bundle(settings.model), options.sets)
    if options.what == "slump":
        return slumping.slump(bundle(settings.model), options.sets)
    if options.what == "stop-depth":
        return accuracy.stop_depth(bundle(settings.model), options.sets)
    if options.what == "variations":
        return repertoire.repertoire(bundle(settings.model), options.seeds, options.only)
    if options.what == "reflection":
        return reflections.bench(options.cases)
    if options.what == "gallery":
        return gallery.gallery(settings, options.out)
    if options.what == "drawing":
        return gallery.drawing(settings)
    return bench.counts(settings, options.clips, seeds=options.seeds, seconds=options.seconds)


def _model(options: argparse.Namespace) -> int:
    from mirror.model import bundle

    print(bundle(load(options.config or default_file()).model))
    return 0


if __name__ == "__main__":
    sys.exit(main())
