"""The house: a module imports only from those built before it, and each library has one home."""

import ast
import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "mirror"

HOMES = {
    "picamera2": {"mirror.camera.picamera"},
    "libcamera": {"mirror.camera.picamera"},
    "mediapipe": {"mirror.pose.landmarker", "mirror.pose.networks"},
    "flatbuffers": {"mirror.pose.networks"},
    "gpiozero": {"mirror.buttons.gpio"},
    # Reading videos; writing them; cutting people out.
    "cv2": {"mirror.camera.video", "mirror.display.video", "mirror.pose.crop"},
    "pygame": {"mirror.display.sdl", "mirror.display.screen", "mirror.display.sound"},
    "matplotlib": {"mirror.cli.plot", "mirror.history.chart"},
    "tqdm": {"mirror.cli.analyze"},
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


def test_each_room_imports_only_from_the_rooms_below_it():
    """The contracts of the rooms, in pyproject.toml, hold."""
    # In a process of its own: it disables the loggers of this one.
    program = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert found.returncode == 0, found.stdout


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
