"""Test only, in the virtual machine: patches the product for the lacks of the emulated computer.

Always: `/run/hinge-mirror/show` asks for the frame that the screen has just presented, or for one
with the text that is in that file; it is written beside it as a PNG with its texts, and the screen
stands still until the file is gone. `drawn` is there from just before the first one.
`/run/jam`: no pin gets a pull-up, which in the simulated chip would beat any short circuit.

With VM_RECORDED: the emulated processor needs some seconds for one pose, so the poses of the
shipped figure, recorded on a real one, are played at the estimator's seam, in slow motion. While
`nobody` is in the same folder no person is seen; `hang` holds the estimator up for ever.
"""

import importlib.abc
import importlib.util
import json
import os
import sys
import time
from contextlib import suppress
from pathlib import Path

SHOW = Path("/run/hinge-mirror/show")
JAM = Path("/run/jam")
DRAWN, NOBODY, HANG = (SHOW.with_name(name) for name in ("drawn", "nobody", "hang"))
RECORDED = os.environ.get("VM_RECORDED")
FILM_FPS = 10.0
WALL_FPS = 4.0


def patch_screen(module):
    """Let the screen say what it shows."""
    draw, present = module.Screen.draw, module.Screen.present

    def drawing(self, scene):
        self.texts = [shape.text for shape in scene.shapes if hasattr(shape, "text")]
        return draw(self, scene)

    def presenting(self):
        with suppress(OSError):
            DRAWN.touch()
        present(self)
        try:
            wanted = SHOW.read_text()
        except OSError:
            return
        if wanted and wanted not in self.texts:
            return
        self.save(SHOW.with_name("glass.png"), as_panel=True)
        reported = {"driver": self.driver, "texts": self.texts}
        scratch = SHOW.with_name("glass.new")
        scratch.write_text(json.dumps(reported))
        scratch.rename(SHOW.with_name("glass.json"))
        until = time.monotonic() + 30.0
        while SHOW.exists() and time.monotonic() < until:
            time.sleep(0.1)

    module.Screen.draw, module.Screen.present = drawing, presenting


def patch_tracker(module):
    """Recorded poses, one for each frame, again and again."""
    import numpy as np

    from mirror.hinge.measure.pose import Pose

    film = np.load(RECORDED)
    poses = [film[name] for name in ("points", "visibility", "world", "mask")]

    class Recorded:
        def __init__(self, model, camera, subject, *, chooses):
            self.count = -1

        def estimate(self, frame):
            while HANG.exists():
                time.sleep(1.0)
            if NOBODY.exists():
                return None
            self.count += 1
            i = self.count % len(poses[0])
            points, visibility, world, mask = (each[i] for each in poses)
            size = (mask.shape[1], mask.shape[0])
            mask = mask.astype(np.float32) / 255
            return Pose(points, visibility, world, mask, size, frame.taken_at)

        def close(self):
            pass

    module.Tracker = Recorded


def patch_figure(module):
    """Frames at the times of the film, as fast as the emulated processor can follow."""
    import numpy as np

    def read(self):
        self._index += 1
        time.sleep(1 / WALL_FPS)
        width, height = self.size
        return module.Frame(np.zeros((height, width, 3), np.uint8), self._index / FILM_FPS)

    module.FigureCamera.read = read


def patch_pins(module):
    """A jammed button stays down whatever the chip is set to."""
    set_pull = module.LGPIOPin._set_pull

    def setting(self, value):
        set_pull(self, "floating" if JAM.exists() else value)

    module.LGPIOPin._set_pull = setting


def patch_waking(module):
    """The computer is the one of /opt/vm/cpuinfo."""
    module.waking.__defaults__ = (Path("/opt/vm/model"),)


PATCHES = {
    "mirror.display.screen": patch_screen,
    "mirror.buttons.waking": patch_waking,
    "gpiozero.pins.lgpio": patch_pins,
}
if RECORDED:
    PATCHES |= {"mirror.pose.tracker": patch_tracker, "mirror.simulator.camera": patch_figure}


class Finder(importlib.abc.MetaPathFinder):
    """Finds a module as always, and patches it once it is loaded."""

    def find_spec(self, name, path, target=None):
        """Its spec, with a loader that patches; None for any other module."""
        if name not in PATCHES:
            return None
        sys.meta_path.remove(self)
        try:
            spec = importlib.util.find_spec(name)
        finally:
            sys.meta_path.insert(0, self)
        load = spec.loader.exec_module

        def loading(module):
            load(module)
            PATCHES[name](module)

        spec.loader.exec_module = loading
        return spec


sys.meta_path.insert(0, Finder())
