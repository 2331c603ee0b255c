"""`scripts/bench`: each measurement by its name. Errors become one sentence and an exit code."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benches import (
    accuracy,
    back,
    back_fit,
    counts,
    effort,
    films,
    footage,
    gallery,
    history,
    loop,
    reflection,
    repertoire,
    slumping,
    soak,
    verdict_fit,
)
from benches.tracks import WAYS
from mirror.cli.arguments import count, positive
from mirror.config import default_file, load
from mirror.errors import MirrorError
from mirror.pose.model import bundle


def parser() -> argparse.ArgumentParser:
    """Return the parser of every measurement, each with the options that it reads."""
    whole = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    whole.add_argument("--config", type=Path, metavar="FILE", help="mirror.toml to use")
    whole.add_argument("--debug", action="store_true", help="show errors with their traceback")
    names = whole.add_subparsers(dest="what", required=True, metavar="NAME")

    def add(name: str, text: str) -> argparse.ArgumentParser:
        return names.add_parser(name, help=text, description=text)

    one = add("accuracy", "angles and rounding against the joints of the figure")
    one.add_argument("--cases", type=count, default=32, metavar="N", help="sets of reps (32)")
    for name, text in (
        ("stop-depth", "the stop depth against the figure"),
        ("drills", "the stick drill and the string drill on the figure"),
        ("slump", "the range test on the figure"),
    ):
        one = add(name, text)
        one.add_argument("--sets", type=count, default=16, metavar="N", help="sets (16)")
    one = add("back", "the line of the back on rendered people with known spines")
    one.add_argument("folder", type=Path, metavar="FOLDER", help="NAME.mp4 with NAME.json.gz")
    one.add_argument("--tracks", type=Path, metavar="DIR", help="where tracks are kept (cache)")
    one.add_argument("--shipped", action="store_true", help="with the weights as they are")
    one.add_argument("--fit", action="store_true", help="fit the weights and write them")
    one.add_argument("--real", action="store_true", help="FOLDER holds real clips and LABELS.json")
    one.add_argument("--plot", metavar="CLIP", help="draw this clip to out/CLIP.png")
    one.add_argument("--way", choices=WAYS, default="as-filmed", help="as it is tracked")
    one = add("variations", "every variation of the figure, right and with each fault")
    one.add_argument("--only", metavar="NAME", help="this variation alone")
    one.add_argument("--seeds", type=count, default=3, metavar="N", help="figures 1..N (3)")
    one = add("counts", "reps of the figure, and of labelled clips")
    one.add_argument("--clips", type=Path, metavar="DIR", help="videos with a LABELS.json")
    one.add_argument("--seeds", type=count, default=3, metavar="N", help="figures 1..N (3)")
    one.add_argument("--for", dest="seconds", type=positive, default=30.0, metavar="S",
                     help="seconds of each figure (30)")  # fmt: skip
    for name, text in (
        ("clips", "counts in labelled clips, beside plain rules"),
        ("people", "counts in rendered people with their truth, beside plain rules"),
    ):
        one = add(name, text)
        one.add_argument("folder", type=Path, metavar="DIR", help="the videos with their labels")
        one.add_argument("--plot", metavar="CLIP", help="draw this clip into CLIP.png")
        one.add_argument("--way", choices=WAYS, default="as-filmed", help="as it is tracked")
    one = add("verdict", "fit the verdict of hinge or squat, each source left out once")
    one.add_argument("folders", type=Path, nargs="+", metavar="DIR", help="of clips, of people")
    one = add("reflection", "the line on the reflection in simulated rooms")
    one.add_argument("--cases", type=count, default=32, metavar="N", help="rooms (32)")
    one = add("gallery", "every screen as a PNG, searched for flaws")
    one.add_argument("--out", type=Path, default=Path("out"), metavar="DIR", help="folder (out)")
    one = add("film", "a set as a contact sheet of the glass, and how long each text was there")
    one.add_argument("names", nargs="*", metavar="SET", help=f"{', '.join(films.SETS)}, or a "
                     "video of rendered people (all sets)")  # fmt: skip
    one.add_argument("--out", type=Path, default=Path("out"), metavar="DIR", help="folder (out)")
    one = add("loop", "the whole mirror beside MediaPipe alone and a plain loop")
    one.add_argument("--clip", type=Path, metavar="FILE", help="a video in place of the figure")
    one.add_argument("--turns", type=count, default=5, metavar="N", help="of each kind (5)")
    one.add_argument("--for", dest="seconds", type=positive, default=6.0, metavar="S",
                     help="seconds of each turn (6)")  # fmt: skip
    one.add_argument("--json", type=Path, metavar="FILE", help="every measurement, too")
    one = add("soak", "many visits as fast as they go: exact counts, flat memory")
    one.add_argument("--reps", type=count, default=2000, metavar="N", help="reps (2000)")
    one.add_argument("--seed", type=count, default=1, metavar="N", help="of the visits (1)")
    add("drawing", "the cost of drawing, and of an empty room")
    one = add("history", "a made-up year of sets")
    one.add_argument("--kept", type=count, default=5000, metavar="N", help="sets (5000)")
    one.add_argument("--out", type=Path, default=Path("out"), metavar="DIR", help="folder (out)")
    one = add("power-cuts", "kill the mirror while it saves")
    one.add_argument("--cuts", type=count, default=200, metavar="N", help="kills (200)")
    return whole


def measure(options: argparse.Namespace) -> int:
    """Run the measurement that the command line names, and print it. Return the exit code."""
    if options.what == "history":
        return history.looked_at(options.kept, options.out)
    if options.what == "power-cuts":
        return history.power_cuts(options.cuts)
    if options.what == "soak":
        return soak.soak(options.reps, options.seed)
    settings = load(options.config or default_file())
    if options.what == "loop":
        return loop.loop(settings, options.clip, options.turns, options.seconds, options.json)
    if options.what == "back":
        return _back(options, bundle(settings.model))
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
    if options.what == "verdict":
        return verdict_fit.fit(options.folders, bundle(settings.model))
    if options.what in ("clips", "people"):
        found = (footage.clips if options.what == "clips" else footage.people)(options.folder)
        return footage.table(found, bundle(settings.model), options.plot, options.way)
    if options.what == "reflection":
        return reflection.bench(options.cases)
    if options.what == "gallery":
        return gallery.gallery(settings, options.out)
    if options.what == "film":
        return films.films(settings, options.names, options.out)
    if options.what == "drawing":
        return max(effort.drawing(settings), effort.presence(settings))
    return counts.counts(settings, options.clips, seeds=options.seeds, seconds=options.seconds)


def _back(options: argparse.Namespace, model: Path) -> int:
    if options.fit:
        return back_fit.fit(options.folder, model, options.tracks)
    where = (options.folder, model, options.tracks, options.way)
    if options.real:
        return back.real(*where)
    if options.plot:
        return back.draw(*where, options.plot)
    return back.back(*where, shipped=options.shipped)


def main() -> int:
    """Run one measurement. Return the exit code."""
    options = parser().parse_args()
    try:
        return measure(options)
    except MirrorError as error:
        if options.debug:
            raise
        print(f"bench: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
