"""The house: a module imports only from those built before it, and each library has one home."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "mirror"

ORDER = (
    "mirror",
    "mirror.errors",
    "mirror.arguments",
    "mirror.config",
    "mirror.hinge",
    "mirror.hinge.geometry",
    "mirror.hinge.pose",
    "mirror.hinge.joints",
    "mirror.hinge.filters",
    "mirror.hinge.view",
    "mirror.hinge.contour",
    "mirror.hinge.lens",
    "mirror.hinge.rounding",
    "mirror.hinge.balance",
    "mirror.hinge.limbs",
    "mirror.hinge.doubts",
    "mirror.hinge.posture",
    "mirror.hinge.standing",
    "mirror.hinge.slump",
    "mirror.hinge.reps",
    "mirror.hinge.moves",
    "mirror.hinge.phases",
    "mirror.hinge.rowing",
    "mirror.hinge.swinging",
    "mirror.hinge.counting",
    "mirror.hinge.depth",
    "mirror.hinge.straight",
    "mirror.hinge.hands",
    "mirror.hinge.stick",
    "mirror.hinge.slack",
    "mirror.hinge.drills",
    "mirror.hinge.presence",
    "mirror.hinge.readings",
    "mirror.hinge.rows",
    "mirror.hinge.form",
    "mirror.hinge.faults",
    "mirror.hinge.trail",
    "mirror.hinge.coaching",
    "mirror.hinge.variations",
    "mirror.figure",
    "mirror.figure.body",
    "mirror.figure.render",
    "mirror.figure.arms",
    "mirror.figure.schedule",
    "mirror.figure.gait",
    "mirror.figure.bystander",
    "mirror.figure.hinges",
    "mirror.figure.kettlebell",
    "mirror.figure.acts",
    "mirror.figure.motion",
    "mirror.kept",
    "mirror.finished",
    "mirror.press",
    "mirror.choice",
    "mirror.session",
    "mirror.judging",
    "mirror.sets",
    "mirror.advancing",
    "mirror.language",
    "mirror.optics",
    "mirror.quiet",
    "mirror.glass",
    "mirror.reflection",
    "mirror.reflection.projection",
    "mirror.reflection.fitting",
    "mirror.output",
    "mirror.reflection.calibration",
    "mirror.reflection.calibrating",
    "mirror.screens",
    "mirror.screens.layout",
    "mirror.scene",
    "mirror.screens.drawing",
    "mirror.reflection.line",
    "mirror.screens.panels",
    "mirror.screens.demonstration",
    "mirror.screens.states",
    "mirror.screens.labels",
    "mirror.screens.parts",
    "mirror.screens.arriving",
    "mirror.screens.practising",
    "mirror.screens.resting",
    "mirror.screens.apart",
    "mirror.screens.calibrating",
    "mirror.compose",
    "mirror.camera",
    "mirror.camera.picamera",
    "mirror.camera.video",
    "mirror.camera.figure",
    "mirror.camera.auto",
    "mirror.model",
    "mirror.estimator",
    "mirror.attention",
    "mirror.buttons",
    "mirror.buttons.gpio",
    "mirror.buttons.keyboard",
    "mirror.history",
    "mirror.history.clock",
    "mirror.history.record",
    "mirror.history.schema",
    "mirror.history.database",
    "mirror.history.store",
    "mirror.history.broker",
    "mirror.history.mqtt",
    "mirror.history.keeper",
    "mirror.history.table",
    "mirror.history.chart",
    "mirror.history.command",
    "mirror.transfer",
    "mirror.hands",
    "mirror.ink",
    "mirror.screen",
    "mirror.tones",
    "mirror.connectors",
    "mirror.display",
    "mirror.shots",
    "mirror.vigil",
    "mirror.health",
    "mirror.eyes",
    "mirror.service",
    "mirror.recording",
    "mirror.plot",
    "mirror.analyze",
    "mirror.reflection.room",
    "mirror.reflection.people",
    "mirror.reflection.volunteer",
    "mirror.care",
    "mirror.check",
    "mirror.reflection.aligning",
    "mirror.app",
    "mirror.bench",
    "mirror.bench.truth",
    "mirror.bench.accuracy",
    "mirror.bench.slumping",
    "mirror.bench.repertoire",
    "mirror.bench.reflection",
    "mirror.bench.gallery",
    "mirror.bench.effort",
    "mirror.bench.madeup",
    "mirror.bench.history",
    "mirror.bench.counts",
    "mirror.bench.command",
    "mirror.__main__",
)

HOMES = {
    "picamera2": {"mirror.camera.picamera"},
    "libcamera": {"mirror.camera.picamera"},
    "mediapipe": {"mirror.estimator", "mirror.model"},
    "flatbuffers": {"mirror.model"},
    "gpiozero": {"mirror.buttons.gpio"},
    "cv2": {"mirror.camera.video", "mirror.recording"},  # reading videos; writing them
    "pygame": {"mirror.screen", "mirror.ink", "mirror.tones"},
    "matplotlib": {"mirror.plot", "mirror.history.chart"},
    "tqdm": {"mirror.analyze"},
    "sqlite3": {"mirror.history.database"},
    "paho": {"mirror.history.broker"},
}


def modules():
    """Name -> syntax tree of every module of the package."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = ast.parse(path.read_text(encoding="utf-8"))
    return found


def imports(tree):
    """Full names of everything a module imports, wherever it does so."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            for alias in node.names:
                yield f"{node.module}.{alias.name}"


def own(name):
    """The module of this package that an imported name belongs to."""
    while name not in ORDER and "." in name:
        name = name.rpartition(".")[0]
    return name


def test_every_module_has_its_place():
    """A new module is put into ORDER, where a reader can see what it may know of."""
    assert set(modules()) == set(ORDER)


@pytest.mark.parametrize("name", ORDER)
def test_a_module_imports_only_what_comes_before_it(name):
    """Nothing looks back."""
    later = set(ORDER[ORDER.index(name) :])
    for imported in imports(modules()[name]):
        if imported.split(".")[0] == "mirror":
            assert own(imported) not in later, f"{name} imports {imported}"


def test_each_library_has_one_home():
    """Hardware and heavy libraries are known to one module each."""
    for name, tree in modules().items():
        for imported in imports(tree):
            home = HOMES.get(imported.split(".")[0])
            assert home is None or name in home, f"{name} imports {imported}"


def test_heavy_libraries_are_imported_where_they_are_used():
    """Importing any module of the package needs none of them."""
    for name, tree in modules().items():
        for node in tree.body:
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                top = {i.split(".")[0] for i in imports(ast.Module([node], []))}
                assert not top & set(HOMES), f"{name} imports {top} at its top"


def test_the_core_knows_only_numpy():
    """`mirror.hinge` has no I/O, no clock, no settings."""
    for name, tree in modules().items():
        if not name.startswith("mirror.hinge"):
            continue
        allowed = {
            "__future__",
            "collections",
            "dataclasses",
            "enum",
            "functools",
            "itertools",
            "math",
            "statistics",
        }
        for imported in imports(tree):
            top = imported.split(".")[0]
            assert top in allowed | {"numpy", "typing"} or imported.startswith("mirror.hinge")
