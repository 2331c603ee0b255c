"""Hinge Mirror: a Raspberry Pi behind a two-way mirror that coaches the hip hinge."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("hinge-mirror")
except PackageNotFoundError:  # run from a source tree that was never installed
    __version__ = "0+source"
