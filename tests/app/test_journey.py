"""The whole way through the mirror by its buttons: a person, pins, and what the glass shows.

The mirror is the real one: its loop, buttons (on mock pins), sessions, calibration and history.
Only the camera and the estimator are stood in for, by a person whose joints are known; and time
passes only while the mirror sleeps, so that a slow machine changes nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from queue import SimpleQueue
from threading import Event

import pytest
from people import hinge, person, reps, rounded

from mirror.app.edges import Options, Parts
from mirror.app.loop import run
from mirror.buttons import controls
from mirror.buttons.gpio import GpioButtons
from mirror.calibration.calibration import kept_at
from mirror.coach.exercise import Exercise, exercises
from mirror.coach.language import load_language
from mirror.config import ButtonSettings, PresenceSettings, ScreenSettings, Settings
from mirror.display.scene import Dot, Scene, Text
from mirror.display.screen import Screen, open_screen
from mirror.errors import ScreenError
from mirror.hinge.measure.pose import Pose
from mirror.history.store import Store
from mirror.pose.pipeline import Observation
from mirror.pose.watchdog import Watchdog
from mirror.screens.router import compose
from mirror.simulator.people import CAMERA, Errors, case
from mirror.simulator.volunteer import Volunteer

pytestmark = pytest.mark.slow

ENGLISH = load_language("en")
say = ENGLISH.say
FPS = 15
PATIENCE = 180 * FPS
"""Turns of the loop that are waited for something to be shown."""
PINS = {"next": 17, "previous": 27, "select": 22, "drill": 5}
BACK = -0.06
"""How a straight back bows."""

Script = Iterator[None]


@cache
def body(trunk: float, thigh: float, shank: float, bow: float) -> Pose:
    """A person in this posture; most of the time it is the same one."""
    return rounded(person(0.0, trunk, thigh, shank), bow)


class Clock:
    """Time for the mirror; while it sleeps, the person lives on."""

    def __init__(self) -> None:
        self.t = 1000.0
        self.life: Script = iter(())

    def monotonic(self) -> float:
        """Now, seconds."""
        return self.t

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.t += seconds
        next(self.life)


class Visitor:
    """A person before the mirror, in place of `VisionPipeline`, with a finger for each button.

    body: what is seen at a time. scene: what the glass shows. calibrating: what is calibrated.
    """

    fault = None
    pause_s = spare_s = 0.0
    has_stick = False

    def __init__(self, clock: Clock, pins: object) -> None:
        self.observations: SimpleQueue[Observation] = SimpleQueue()
        self.ended, self.watchdog = Event(), Watchdog()
        self.scene, self.calibrating = Scene(), None
        self.body: Callable[[float], Pose | None] = lambda t: None
        self._clock, self._pins = clock, pins

    def close(self) -> bool:
        """Nothing to free."""
        return True

    @property
    def texts(self) -> list[str]:
        """The texts on the glass."""
        return [shape.text for shape in self.scene.shapes if isinstance(shape, Text)]

    @property
    def dot(self) -> tuple[float, float]:
        """The one dot on the glass, mm."""
        (dot,) = (shape for shape in self.scene.shapes if isinstance(shape, Dot))
        return dot.centre

    def shows(self, *words: str) -> bool:
        """Whether each of these is a text on the glass, or a part of its small print."""
        parts = [part for text in self.texts for part in (text, *text.split("   "))]
        return all(word in parts for word in words)

    def wait(self, seconds: float) -> Script:
        """Live on for so long."""
        for _ in range(round(seconds * FPS)):
            t = self._clock.t
            seen = self.body(t)
            self.observations.put(
                Observation(None if seen is None else replace(seen, taken_at=t), t)
            )
            yield

    def until(self, is_so: Callable[[], bool], wanted: object) -> Script:
        """Live on until something is so."""
        for _ in range(PATIENCE):
            if is_so():
                return
            yield from self.wait(1 / FPS)
        raise AssertionError(f"{wanted} was not shown, but {self.texts}")

    def sees(self, *words: str) -> Script:
        """Live on until these texts are on the glass."""
        return self.until(lambda: self.shows(*words), words)

    def tap(self, name: str) -> Script:
        """Press a button shortly."""
        self._pins.pin(PINS[name]).drive_low()
        yield from self.wait(0.2)
        self._pins.pin(PINS[name]).drive_high()
        yield from self.wait(0.2)

    def hold(self, name: str, what: str) -> Script:
        """Press a button for long; while it is held, the glass says what for."""
        self._pins.pin(PINS[name]).drive_low()
        yield from self.sees(what, say("hold.keep"))
        yield from self.wait(1.6)
        self._pins.pin(PINS[name]).drive_high()
        yield from self.wait(0.2)

    def does(self, motion: Callable[[float], tuple[float, float, float]]) -> None:
        """Begin a movement, the back straight."""
        begun = self._clock.t
        self.body = lambda t: body(*motion(t - begun), BACK)

    def stands(self) -> None:
        """Stand tall and still."""
        self.does(lambda t: hinge(0.0))

    def slumps(self) -> None:
        """Lean halfway, let the back round, and stand up."""
        begun = self._clock.t

        def slump(t: float) -> Pose:
            share = min(max(0.0, min(t - begun, 5.0 - (t - begun))), 1.0)
            return body(45.0 * share, 0.0, 0.0, BACK + 0.14 * share)

        self.body = slump

    def follows(self, volunteer: Volunteer) -> None:
        """Bring the reflection to the dots."""

        def step(t: float) -> Pose | None:
            volunteer.follow(self.calibrating, 1 / FPS)
            while volunteer.observations.qsize() > 1:
                volunteer.observations.get()
            return volunteer.observations.get().pose

        self.body = step


def arrives(me: Visitor) -> Script:
    """Come, and stand until the mirror knows how."""
    me.stands()
    yield from me.sees(say("state.welcome"), say("state.how-to-stand"))
    yield from me.sees("Hip hinge", "Bow from the hips. Keep your spine straight.")


def words(choice: Exercise) -> tuple[str, str]:
    """The texts of the glass: title and instruction."""
    return ENGLISH.title(choice), ENGLISH.instruction(choice)


def chooses(me: Visitor, *, has_drill: bool) -> Script:
    """Go through everything there is to practise, there and back, and stay with the first."""
    cycle = exercises()
    for choice in (*cycle[1:], cycle[0]):
        yield from me.tap("next")
        yield from me.sees(*words(choice), say("button.next"))
    for choice in (cycle[-1], cycle[-2]):
        yield from me.tap("previous")
        yield from me.sees(*words(choice))
    for choice in (cycle[-1], cycle[0]):
        yield from me.tap("next")
        yield from me.sees(*words(choice))
    assert me.shows(say("button.drill")) == has_drill
    for drill in (*cycle[1 : 1 + len(cycle[0].variation.drills)], cycle[0]) if has_drill else ():
        yield from me.tap("drill")
        yield from me.sees(*words(drill))


def calibrates(me: Visitor, volunteer: Volunteer) -> Script:
    """Four dots, the first one moved by buttons; the result is kept by one, too."""
    assert not kept_at().exists()
    me.follows(volunteer)
    yield from me.hold("previous", say("hold.calibrate"))
    yield from me.sees(say("calibrate.step", number=1, of=4), say("calibrate.eye"))
    x, y = me.dot
    yield from me.tap("next")
    assert me.dot == (x, y + 20)
    yield from me.tap("previous")
    assert me.dot == (x, y)
    yield from me.sees(say("calibrate.step", number=4, of=4))
    yield from me.sees(say("calibrate.done"), say("calibrate.keep"))
    assert any(text.startswith("Off by") for text in me.texts)
    yield from me.tap("select")
    assert kept_at().exists()
    assert not me.shows(say("calibrate.done"))


def trains(me: Visitor, count: int, number: int) -> Script:
    """A set of reps, each counted on the glass, and the rest after it, until it is saved."""
    yield from me.tap("select")
    assert not me.shows(say("rest.tempo"))
    me.does(reps(count, stand=1.0))
    for rep in range(1, count + 1):
        yield from me.sees("Hip hinge", str(rep))
        assert not me.shows(str(rep + 1))
    yield from me.sees(str(count), say("rest.depth"), say("rest.rounding"), "87°")
    yield from me.sees(say("rest.saved", number=number))


def remembers(me: Visitor) -> Script:
    """The range of the back is taken, shown with the next set, and remembered when asked."""
    assert me.shows(say("rest.can-measure"))
    yield from me.hold("next", say("hold.remember"))
    yield from me.sees(say("guidance.slump"))
    me.slumps()
    yield from me.sees(say("guidance.range-taken"))
    me.stands()
    yield from me.sees("Bow from the hips. Keep your spine straight.")
    yield from trains(me, 3, 2)
    assert me.shows(say("rest.can-keep"))
    yield from me.hold("next", say("hold.remember"))
    yield from me.sees(say("rest.can-forget"))


def resets(me: Visitor) -> Script:
    """In the middle of a set the count restarts."""
    me.does(reps(2, stand=1.0))
    yield from me.sees("2")
    yield from me.wait(2)
    yield from me.tap("select")
    assert not me.shows("2")
    yield from me.sees("Hip hinge", "Bow from the hips. Keep your spine straight.")
    me.does(reps(1, stand=1.0))
    yield from me.sees("1")
    yield from me.wait(2)


def lives(me: Visitor, volunteer: Volunteer, *, has_drill: bool) -> Script:
    """All of it, one after the other, and then the mirror is switched off."""
    assert me.shows(say("state.getting-ready"))
    yield from me.until(lambda: me.scene == Scene(), "a pure mirror")
    yield from arrives(me)
    yield from chooses(me, has_drill=has_drill)
    yield from calibrates(me, volunteer)
    me.stands()
    yield from me.wait(4)
    yield from trains(me, 4, 1)
    yield from remembers(me)
    yield from resets(me)
    yield from me.hold("select", say("hold.shutdown"))
    raise AssertionError("the mirror goes on")


@pytest.mark.parametrize("drill", [None, PINS["drill"]], ids=["three buttons", "four buttons"])
def test_every_function_is_reached_with_the_buttons_and_seen_on_the_glass(
    drill, pins, state, monkeypatch, capsys
):
    """Choose, calibrate, do sets, remember, reset, switch off: all of it shown, and kept."""
    settings = Settings(
        camera=CAMERA,
        screen=ScreenSettings(fps=FPS),
        buttons=ButtonSettings(drill=drill),
        presence=PresenceSettings(screen_off_s=0),
    )
    clock = Clock()
    me = Visitor(clock, pins)
    opened, commands = [], []
    draw = Screen.draw

    def opens(how, *, mode="auto", size=None):
        if opened:
            raise ScreenError("No display can be opened (none here).")
        opened.append(open_screen(how, mode="offscreen", size=(270, 480)))
        return opened[-1]

    def drawn(screen, scene):
        me.scene = scene
        return draw(screen, scene)

    def composed(situation, glass, language):
        me.calibrating = situation.calibrating or me.calibrating
        return compose(situation, glass, language)

    monkeypatch.setattr(Screen, "draw", drawn)
    monkeypatch.setattr(
        controls, "open_buttons", lambda name, how: GpioButtons(how, clock=clock.monotonic)
    )
    parts = Parts(
        clock=clock,
        pipeline=lambda settings, *, keep_trying: me,
        open_screen=opens,
        compose=composed,
        power_off=lambda: commands.append("power-off"),
    )
    glass = open_screen(settings.screen, mode="offscreen", size=(270, 480)).glass
    room = case(1, Errors(), settings.camera, settings.screen, glass)
    volunteer = Volunteer(room, settings.coach.eye)
    clock.life = lives(me, volunteer, has_drill=drill is not None)

    assert run(settings, Options(kiosk=True), parts) == 0

    assert me.shows(say("state.good-bye"), say("state.shutting-down"))
    assert commands == ["power-off"]
    reported = capsys.readouterr()
    assert "Calibrated: dots and reflections are" in reported.err
    assert "10 reps counted." in reported.out
    store = Store(state / "history.db")
    entries, _ = store.sets()
    assert [entry.reps for entry in entries] == [4, 3]
    assert "range_deg" in store.remembered("kept")
    store.close()
