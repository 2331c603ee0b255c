"""The commands. Errors become one sentence and an exit code."""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import ExitStack

import msgspec

from mirror.cli.arguments import parser
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
    """Run one command; return the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if not words or (words[0].startswith("-") and words[0] not in ("-h", "--help", "--version")):
        words.insert(0, "run")
    options = parser().parse_args(words)
    try:
        return COMMANDS[options.command](options)
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
        sentence = error.filename or "standard output"
        print(f"hinge-mirror: {sentence}: {error.strerror or error}.", file=sys.stderr)
        return 1
    except Exception as error:
        if options.debug:
            raise
        print(
            f"hinge-mirror: something unforeseen went wrong ({error!r}); --debug shows more.",
            file=sys.stderr,
        )
        return 1


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
    from mirror.app import loop as app
    from mirror.app.edges import Options
    from mirror.coach import language
    from mirror.coach.session import start

    warnings: list[str] = []

    def warn(sentence: str) -> None:
        print(sentence, file=sys.stderr, flush=True)
        warnings.append(sentence)

    try:
        settings = _settings(options)
    except ConfigError as error:
        if not options.kiosk:
            raise
        warn(f"{error} The mirror runs on its defaults.")
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
        warn(f"{error} The mirror starts with the basic hinge.")
        coach = msgspec.structs.replace(settings.coach, variation=CoachSettings().variation)
        settings = msgspec.structs.replace(settings, coach=coach)
        options.drill = None
    try:
        language.load_language(settings.coach.language)
    except ConfigError as error:
        if not options.kiosk:
            raise
        warn(f"{error} The mirror speaks English.")
        settings = msgspec.structs.replace(
            settings, coach=msgspec.structs.replace(settings.coach, language="en")
        )
    settings = _acting(settings, options.drill or settings.coach.variation)
    return app.run(
        settings,
        Options(
            kiosk=options.kiosk,
            windowed=options.windowed,
            drill=options.drill,
            seconds=options.seconds,
            shots=options.shots,
            record=options.record,
            warning=" ".join(warnings) or None,
        ),
    )


def _calibrate(options: argparse.Namespace) -> int:
    from mirror.app import loop as app
    from mirror.app.edges import Options

    return app.run(
        _settings(options),
        Options(
            windowed=options.windowed,
            seconds=options.seconds,
            shots=options.shots,
            calibrate=True,
            simulated=options.simulate,
        ),
    )


def _analyze(options: argparse.Namespace) -> int:
    from mirror.camera import open_camera
    from mirror.camera.optics import lens
    from mirror.cli import analyze
    from mirror.coach.session import start
    from mirror.pose.model import bundle
    from mirror.pose.tracker import SubjectTracker

    settings = load(options.config or default_file())
    settings = _acting(settings, options.drill or options.variation)
    height_m = settings.coach.body_height_m
    session = start(options.variation, options.drill, height_m and 100 * height_m)
    if options.source == "figure" and options.seconds is None:
        raise UsageError("The figure never ends: give the seconds with --for.")
    changes = {"source": options.source, "flip": settings.camera.flip != options.flip}
    if options.seed is not None:
        changes["seed"] = options.seed
    with ExitStack() as stack:
        camera = open_camera(msgspec.structs.replace(settings.camera, **changes), live=False)
        stack.callback(camera.close)
        estimator = SubjectTracker(bundle(settings.model), settings.camera)
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
    from mirror.cli import check

    path = options.config or default_file()
    is_ok = True
    try:
        settings = _settings(options)
        print(f"config   OK     {path}")
    except ConfigError as error:
        print(f"config   FAULT  {error}")
        is_ok, settings = False, _with_camera(Settings(), options)
    for finding in check.findings(settings, at_boot=options.boot):
        state = "OK   " if finding.is_ok else "FAULT" if finding.needed else "none "
        print(f"{finding.part:8} {state}  {finding.report}", flush=True)
        is_ok = is_ok and (finding.is_ok or not finding.needed)
    if options.settings:
        print(f"\n# The settings in effect: {path}\n{to_toml(settings)}", end="")
    return 0 if is_ok or options.boot else 1


def _history(options: argparse.Namespace) -> int:
    from mirror.cli import history as command

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
    from mirror.history import backup

    places = backup.Places(options.config or default_file(), state_folder())
    return backup.export(places, options.target, history=options.history)


def _import(options: argparse.Namespace) -> int:
    from mirror.history import backup

    places = backup.Places(options.config or SYSTEM_CONFIG, state_folder())
    return backup.restore(places, options.source)


def _bench(options: argparse.Namespace) -> int:
    raise UsageError("the benches are not part of the mirror: run `scripts/bench` in a checkout.")


def _model(options: argparse.Namespace) -> int:
    from mirror.pose.model import bundle, obtain

    try:
        settings = load(options.config or default_file())
    except ConfigError as error:
        # A mirror with a broken file runs on its defaults, and wants their model.
        print(f"hinge-mirror: {error}", file=sys.stderr)
        settings = Settings()
    if options.size is None:
        print(bundle(settings.model))
        return 0
    print(obtain(size=options.size, half=settings.model.half_precision))
    if settings.model.path or settings.model.size != options.size:
        # Settings are the owner's: they are never written.
        file = options.config or default_file()
        print(f'To use it, let this stand under [model] in {file}:\n  size = "{options.size}"')
        if settings.model.path:
            print("and take out the line that begins with `path`, which goes before it.")
    return 0


def _voice(options: argparse.Namespace) -> int:
    from mirror.coach import language
    from mirror.display.voice import MOST, Voice

    try:
        settings = load(options.config or default_file())
    except ConfigError as error:
        # A mirror with a broken file runs on its defaults, and speaks their language.
        print(f"hinge-mirror: {error}", file=sys.stderr)
        settings = Settings()
    name = options.language or settings.coach.language
    voice = Voice(language.load_language(name))
    if options.list:
        for phrase in voice.phrases.values():
            print(f"{phrase.name}.wav\t{phrase.text}")
        return 0
    made = voice.render()
    print(
        f"{voice.folder} has {len(voice.phrases) - MOST} cues and {MOST} numbers ({name}); "
        f"{made} were made now."
    )
    return 0


COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "run": _run,
    "calibrate": _calibrate,
    "analyze": _analyze,
    "check": _check,
    "history": _history,
    "export": _export,
    "import": _import,
    "bench": _bench,
    "model": _model,
    "voice": _voice,
}

if __name__ == "__main__":
    sys.exit(main())
