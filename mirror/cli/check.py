"""`hinge-mirror check`: could this mirror do its work? Each part OK, or one sentence.

At boot only parts that take no time and no device: the mirror itself is about to open camera,
display and buttons, and to report on them.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from time import perf_counter, sleep

from mirror.app.health import Health, format_illness
from mirror.buttons import open_buttons
from mirror.calibration.calibration import fitting
from mirror.camera import Frame, open_camera
from mirror.camera.optics import whole_from_m
from mirror.cli.hung import TALL_M, hung, light
from mirror.coach.language import load_language
from mirror.coach.session import start
from mirror.config import CameraSettings, ModelSettings, Settings, state_folder
from mirror.display.screen import open_screen
from mirror.display.sound import Speaker
from mirror.display.voice import MISSING, Voice
from mirror.errors import (
    ButtonsError,
    CameraError,
    MirrorError,
    NetworkError,
    OutputError,
    VoiceError,
)
from mirror.hinge.measure.posture import JUDGE
from mirror.hinge.variations.catalog import VARIATIONS
from mirror.hinge.variations.variation import Variation
from mirror.history import broker
from mirror.history.database import is_fleeting
from mirror.history.store import FILE_NAME, Store
from mirror.pose.landmarker import Estimator
from mirror.pose.model import command, locate


@dataclass(frozen=True)
class Finding:
    """State of one part. `needed`: without it the mirror cannot do its work."""

    part: str
    is_ok: bool
    report: str
    needed: bool = True


LOOKS = 5
"""Number of calls of the estimator that are timed."""
LONGEST_S = 5.0
"""Seconds of a recording that are waited for at most."""
LOW_MB = 50
"""Free megabytes below which finished sets may soon be lost."""

BUSY = "is in use by the running mirror; to try it, first: sudo systemctl stop hinge-mirror"
ASOUND = Path("/proc/asound")
UNIT = Path("/etc/systemd/system/hinge-mirror.service")
LET_IN = (
    "sudo install -Dm 644 -t /etc/systemd/system/hinge-mirror.service.d"
    " /opt/hinge-mirror/current/system/network.conf"
)
"""Lets the service use the network."""


def findings(settings: Settings, *, at_boot: bool = False) -> Iterator[Finding]:
    """Try each part as the mirror would use it, and free it again."""
    yield _try("coach", lambda: _coach(settings))
    is_running = not at_boot and _is_running()
    yield _try("model", lambda: _model(settings, load=not at_boot, is_idle=not is_running))
    if is_running:
        yield from (Finding(part, True, BUSY) for part in ("camera", "display", "buttons", "sound"))
        yield replace(_try("voice", lambda: _voice(settings, is_aloud=False)), needed=False)
        yield replace(_try("line", lambda: _line(settings)), needed=False)
    elif not at_boot:
        camera = _try("camera", lambda: _camera(settings))
        yield camera
        if camera.is_ok:
            yield from _seen(settings)
        yield _try("display", lambda: _display(settings))
        yield replace(_try("line", lambda: _line(settings)), needed=False)
        yield replace(_try("buttons", lambda: _buttons(settings)), needed=False)
        yield replace(_try("sound", lambda: _sound(settings)), needed=False)
        yield replace(_try("voice", lambda: _voice(settings)), needed=False)
    yield replace(_try("storage", _storage), needed=False)
    if settings.history.keep:
        yield replace(_try("history", _history), needed=False)
    if settings.network.broker and not (at_boot and _may_use_network()):
        yield replace(_try("network", lambda: _network(settings)), needed=False)
    yield replace(_try("computer", _computer), needed=False)


def _try(part: str, work: Callable[[], str]) -> Finding:
    try:
        return Finding(part, True, work())
    except MirrorError as error:
        return Finding(part, False, str(error))
    except Exception as error:  # a defect of one part must not hide the others
        return Finding(part, False, f"stumbled ({error!r}).")


def _coach(settings: Settings) -> str:
    start(settings.coach.variation)
    language = load_language(settings.coach.language).name
    return (
        f"starts with {settings.coach.variation} and speaks {language}; "
        f"variations: {', '.join(VARIATIONS)}"
    )


def _model(settings: Settings, *, load: bool, is_idle: bool) -> str:
    """is_idle: the computer has nothing else to do, so that the estimator can be timed."""
    path = locate(settings.model)
    if not load:
        return f"{path} is whole"
    estimator = Estimator(path)
    try:
        if not is_idle:
            return f"{path} loads"
        return f"{path} loads{_pace(_looks_per_s(estimator, settings), settings.model)}"
    finally:
        estimator.close()


def _looks_per_s(estimator: Estimator, settings: Settings) -> float:
    """Frames a second that this computer can estimate, at the camera's size."""
    size = settings.camera
    camera = open_camera(
        CameraSettings(source="figure", width=size.width, height=size.height), live=False
    )
    try:
        frame = camera.read()
    finally:
        camera.close()
    assert frame is not None, "the figure's film has no end"
    took = []
    for k in range(1 + LOOKS):
        began = perf_counter()
        estimator.estimate(Frame(frame.rgb, frame.taken_at + k / camera.fps))
        took.append(perf_counter() - began)
    return 1.0 / median(took[1:])  # the first one also finds the person


def _pace(looks_per_s: float, model: ModelSettings) -> str:
    needs = {name: _judged_from_fps(variation) for name, variation in VARIATIONS.items()}
    least, most = min(needs.values()), max(needs.values())
    report = f"; up to {looks_per_s:.0f} looks a second here"
    if looks_per_s >= most:
        return report
    hardest = " and ".join(name for name, need in needs.items() if need == most)
    report += f", where verdicts need {least:.0f}, and those on the {hardest} {most:.0f}: "
    if model.size == "lite" and not model.path:
        return f"{report}this is the quickest model there is; a Raspberry Pi 5 is quicker than a 4"
    return f"{report}for a quicker, less exact model: sudo {command('lite')}"


def _judged_from_fps(variation: Variation) -> float:
    """Pictures a second from which verdicts are given."""
    full, none = variation.requirement.least_fps
    return none + JUDGE * (full - none)


def _camera(settings: Settings) -> str:
    camera = open_camera(settings.camera, live=False)
    body_m = settings.coach.body_height_m or TALL_M
    try:
        frame = camera.read()
        if frame is None:
            raise CameraError(f"{settings.camera.source} gave no picture.")
        height, width = frame.rgb.shape[:2]
        report = f"{settings.camera.source} gives {width}x{height} at {camera.fps:g} frames/s"
        if settings.camera.source == "picamera":
            whole, overhead, one_leg = (
                whole_from_m(settings.camera, (width, height), body_m, variation)
                for variation in ("", "overhead", "single-leg")
            )
            report += f"; as it hangs, it sees {body_m:g} m of you whole from {whole:.1f} m on"
            report += f" (overhead {overhead:.1f}, single leg {one_leg:.1f})"
        return report
    finally:
        camera.close()


def _seen(settings: Settings) -> Iterator[Finding]:
    """How light the picture is, and whether the camera hangs right, from a person who is there."""
    pictures: list[Frame] = []
    yield replace(_try("light", lambda: light(settings.camera, pictures)), needed=False)
    if pictures:
        yield replace(_try("hanging", lambda: hung(settings, pictures)), needed=False)


def _display(settings: Settings) -> str:
    screen = open_screen(settings.screen)
    try:
        glass = screen.glass
        return (
            f"{screen.driver}, {glass.width_px}x{glass.height_px} pixels, "
            f"{glass.width_mm:.0f}x{glass.height_mm:.0f} mm upright"
        )
    finally:
        screen.close()


def _history() -> str:
    path = state_folder() / FILE_NAME
    if not path.exists():  # and none is made: it would belong to another user
        return f"{path}: no sets yet"
    store = Store(path, read_only=True)
    try:
        return f"{path}: {store.count()} sets, {store.count_waiting()} wait for a broker"
    finally:
        store.close()


def _line(settings: Settings) -> str:
    found = fitting(settings)
    wanted = settings.screen.line
    if found is None or wanted == "figure":
        where = "on the reflection, not calibrated" if wanted == "reflection" else "on the figure"
        return f"of the back is drawn {where}; `hinge-mirror calibrate` fits it to the reflection"
    return f"of the back is drawn on the reflection; {found.residual_mm:g} mm when calibrated"


def _buttons(settings: Settings) -> str:
    buttons = open_buttons("gpio", settings.buttons)
    stuck = buttons.stuck()
    buttons.close()
    if stuck:
        raise ButtonsError(f"down without being pressed: {', '.join(stuck)}; check the wiring.")
    pins = settings.buttons
    return f"GPIO next {pins.next}, previous {pins.previous}, select {pins.select}"


def _sound(settings: Settings) -> str:
    speaker = Speaker(settings.sound.volume)
    speaker.update(0.0)
    try:
        if speaker.silent_because is not None:
            raise MirrorError(speaker.silent_because)
        if settings.sound.volume == 0:
            return "switched off"
        return " ".join(["a device opens", *(f"(card {card})" for card in _own_cards())])
    finally:
        speaker.close()


def _voice(settings: Settings, *, is_aloud: bool = True) -> str:
    """The recordings of the voice. is_aloud: play one of them."""
    if settings.sound.volume == 0 or settings.sound.voice == "off":
        return "switched off"
    voice = Voice(load_language(settings.coach.language), counts=settings.sound.voice == "all")
    missing = voice.missing()
    if missing and shutil.which("espeak-ng") is None:
        raise VoiceError(f"{MISSING} && sudo hinge-mirror voice")
    if missing:
        raise VoiceError(f"{len(missing)} recordings are missing: sudo hinge-mirror voice")
    where = f"the recordings are in {voice.folder}"
    if not is_aloud:
        return where
    name = next(name for name in voice.phrases if "." not in name)  # not of one variation only
    speaker = Speaker(settings.sound.volume, voice)
    speaker.update(0.0)
    try:
        took_s = speaker.say((name,))
        sleep(min(took_s, LONGEST_S))
    finally:
        speaker.close()
    if speaker.silent_because is not None:
        return f"{where}; none was played, since there is no sound"
    if not took_s:
        raise VoiceError(f"{where}, but {voice.find(name)} cannot be played.")
    return f"said {voice.phrases[name].text!r} ({took_s:.1f} s); {where}"


def _own_cards() -> Iterator[str]:
    """Names of the sound cards that this process plays on, as the kernel reports."""
    owner = re.compile(rf"^owner_pid\s*: {os.getpid()}$", re.MULTILINE)
    for status in ASOUND.glob("card[0-9]*/pcm*p/sub*/status"):
        if owner.search(status.read_text(encoding="ascii")):
            yield (status.parents[2] / "id").read_text(encoding="ascii").strip()


def _storage() -> str:
    """Where finished sets and the calibration go."""
    folder = state_folder()
    there = next(path for path in (folder, *folder.parents) if path.exists())
    try:
        with tempfile.TemporaryFile(dir=there) as file:
            file.write(b"0")
        free_mb = shutil.disk_usage(there).free // 2**20
    except OSError as error:
        raise OutputError(
            f"{folder} cannot be written ({error.strerror}): nothing is kept."
        ) from error
    if is_fleeting(there):
        raise OutputError(
            f"{folder} is in memory, so what is kept is gone when the mirror is switched off: it "
            "wants a partition of its own, and overlayroot=tmpfs:recurse=0 (systemd/README.md)."
        )
    if free_mb < LOW_MB:
        raise OutputError(f"only {free_mb} MB are free for {folder}: make room.")
    return f"{free_mb} MB are free for {folder}"


def _network(settings: Settings) -> str:
    if not _may_use_network():
        raise NetworkError(
            f"a broker is set, but the service may not use the network: {LET_IN} &&"
            " sudo systemctl daemon-reload && sudo systemctl restart hinge-mirror"
        )
    return broker.probe(settings.network)


def _is_running() -> bool:
    """Whether the installed mirror runs: it has its camera, display and buttons to itself."""
    command = ["systemctl", "is-active", "--quiet", UNIT.name]
    return UNIT.exists() and subprocess.run(command).returncode == 0


def _may_use_network() -> bool:
    """Whether the service may, where it is installed."""
    drop_ins = UNIT.with_name(f"{UNIT.name}.d").glob("*.conf")
    return not UNIT.exists() or any(
        "PrivateNetwork=no" in path.read_text(errors="replace") for path in drop_ins
    )


def _computer() -> str:
    health = Health()
    ill = health.update(0.0)
    if ill is not None:
        raise MirrorError(format_illness(ill, health.vitals))
    heat = health.vitals.temperature_c
    return "voltage is well" + ("" if heat is None else f", {heat:.0f} °C")
