"""`hinge-mirror bench`: each measurement by its name."""

from __future__ import annotations

import argparse

from mirror.bench import (
    accuracy,
    counts,
    effort,
    gallery,
    history,
    reflection,
    repertoire,
    slumping,
)
from mirror.config import default_file, load
from mirror.model import bundle


def measure(options: argparse.Namespace) -> int:
    """Do what was asked for on the command line, and print it; the exit code."""
    if options.what == "history":
        return history.looked_at(options.kept, options.out)
    if options.what == "power-cuts":
        return history.power_cuts(options.cuts)
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
        return reflection.bench(options.cases)
    if options.what == "gallery":
        return gallery.gallery(settings, options.out)
    if options.what == "drawing":
        return max(effort.drawing(settings), effort.presence(settings))
    return counts.counts(settings, options.clips, seeds=options.seeds, seconds=options.seconds)
