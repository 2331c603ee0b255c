"""A set as the session sees it: when it is finished, what it holds, and the one after it."""

from dataclasses import replace
from functools import cache
from itertools import pairwise

import pytest
from benches.altered import altered
from benches.gallery import SIZES, flaws
from people import film, hinge, person, reps, rounded, wave, with_mask

from mirror.coach.advance import FORGET_SET_S, REST_S, advance
from mirror.coach.command import Command
from mirror.coach.finished import SAMPLE_S, HistorySnapshot, LastTime, Saved
from mirror.coach.language import load_language
from mirror.coach.lifetimes import StopSearch
from mirror.coach.profile import Profile
from mirror.coach.session import start
from mirror.coach.sets import apply, end, idle_reason, recall
from mirror.config import ScreenSettings
from mirror.display.glass import Glass
from mirror.display.scene import Text
from mirror.display.screen import open_screen
from mirror.hinge.counting.counter import HingeCounter
from mirror.hinge.counting.reps import Partial, Rep
from mirror.hinge.counting.rowing import RowCounter
from mirror.hinge.counting.swinging import SwingCounter
from mirror.hinge.judging.stop_depth import NotFound, StopDepth
from mirror.screens.router import Situation, compose

ENGLISH = load_language("en")
STOP = StopDepth(55.0, 62.0, 5)


def after(poses, session=None):
    """The session after a film, and every set that was finished in it."""
    session = session or start()
    done = []
    for pose in poses:
        session = advance(session, pose, pose.taken_at)
        done += [session.finished] if session.finished else []
    return session, done


@cache
def rested(count=3):
    """A set of so many reps, and the pause after it; the session and what was finished."""
    return after(film(reps(count), 2 + 3 * count + REST_S + 1, fps=15))


def again(session, count, **how):
    """The session goes on with some more reps, at once."""
    begin = session.t + 1 / 15
    motion = reps(count, stand=1.0, **how)
    return after(
        (person(begin + k / 15, *motion(k / 15)) for k in range(15 * (2 + 3 * count))), session
    )


def written(session):
    """The texts on the glass."""
    scene = compose(
        Situation(session), Glass.of((1080, 1920), ScreenSettings()), load_language("en")
    )
    return " ".join(shape.text for shape in scene.shapes if isinstance(shape, Text))


def test_a_pause_finishes_the_set_once():
    """It holds its reps and how it ended; the count stays on the glass."""
    session, done = rested(3)
    assert [(one.ended, len(one.reps), one.variation, one.drill) for one in done] == [
        ("rest", 3, "basic", None)
    ]
    assert session.count == 3
    assert done[0].depth_deg == pytest.approx(90, abs=3)


def test_the_rep_after_the_pause_is_the_first_of_another_set():
    """Numbers begin at 1 again, and the old set is left as it was."""
    session, done = rested(3)
    session, more = again(session, 2)
    assert more == []
    assert [rep.number for rep in session.reps] == [1, 2]
    assert session.count == 2
    session = end(session, "stopped")
    assert [rep.number for rep in session.finished.reps] == [1, 2]
    assert [rep.number for rep in done[0].reps] == [1, 2, 3]


def test_a_shallow_bow_in_the_pause_begins_no_set():
    """A movement that does not count leaves the finished set on the glass."""
    session, _ = rested(3)
    session, more = again(session, 1, depth=0.3)
    assert more == []
    assert session.count == 3
    assert len(session.reps) == 3


def test_while_the_first_rep_is_under_way_the_count_is_nought():
    """The old number would be taken for the new one."""
    session, _ = rested(3)
    begin = session.t
    for k in range(1, 16):
        pose = person(begin + k / 15, *hinge(min(1.0, k / 10)))
        session = advance(session, pose, pose.taken_at)
    assert session.counter.is_open
    assert session.count == 0


@pytest.mark.parametrize("what", [Command.SELECT, Command.NEXT, Command.PREVIOUS, Command.DRILL])
def test_a_press_finishes_the_set(what):
    """Each beginning of a set ends the old one, also with a rep that is not reported yet."""
    session, _ = after(film(reps(2), 8.6))
    assert session.count == 2
    pressed = apply(session, what)
    assert (pressed.finished.ended, len(pressed.finished.reps)) == ("press", 2)
    assert pressed.count == 0
    assert apply(pressed, what).finished is None


def test_walking_off_finishes_the_set():
    """With the depth and the stop depth that were known when the person was there."""
    session, _ = after(film(reps(2), 9))
    session = altered(session, log=replace(session.current_set.log, stop=STOP))
    done = []
    for k in range(1, int(FORGET_SET_S) + 2):
        session = advance(session, None, 9.0 + k)
        done += [session.finished] if session.finished else []
    assert [(one.ended, len(one.reps)) for one in done] == [("left", 2)]
    assert done[0].depth_deg == pytest.approx(90, abs=3)
    assert done[0].stop_deg == 55.0


def test_walking_off_after_a_pause_finishes_nothing_twice():
    """The set was finished by the pause."""
    session, _ = rested(2)
    done = []
    for _ in range(int(FORGET_SET_S) + 2):
        session = advance(session, None, session.t + 1.0)
        done += [session.finished] if session.finished else []
    assert done == []
    assert session.reps == ()


def test_nothing_is_finished_without_a_rep():
    """Standing about, a partial, the very beginning."""
    assert end(start(), "stopped").finished is None
    session, done = after(film(reps(1, depth=0.3), 40, fps=15))
    assert done == []
    assert end(session, "stopped").finished is None


def test_switching_off_just_after_a_set_has_ended_finishes_nothing_twice():
    """A set that was handed over with the last frame is not handed over again."""
    session, done = rested(3)
    session = replace(session, finished=done[0])
    assert apply(session, Command.SHUTDOWN).finished is None


def test_the_end_of_the_mirror_finishes_what_is_under_way_once():
    """A second end has nothing more."""
    session, _ = after(film(reps(2), 9))
    session = end(session, "stopped")
    assert len(session.finished.reps) == 2
    assert end(session, "stopped").finished is None


def test_the_signals_are_ten_a_second_and_only_of_the_set():
    """From a second before the first rep to a second after the last, changes from standing."""
    _, done = rested(3)
    samples = done[0].log.samples
    steps = [b.t - a.t for a, b in pairwise(samples)]
    assert min(steps) >= SAMPLE_S - 1e-6
    first, last = done[0].reps[0], done[0].reps[-1]
    assert first.start_s - 1.0 <= samples[0].t <= first.start_s + 0.8, "a movement shows late"
    assert last.end_s <= samples[-1].t <= last.end_s + 1.0
    assert max(sample.fold_deg for sample in samples) == pytest.approx(90, abs=3)
    assert abs(samples[-1].fold_deg) < 5


def test_the_signals_of_a_set_after_a_pause_begin_with_its_first_rep():
    """They do not hold the pause, either."""
    session, _ = rested(3)
    session, _ = again(session, 3)
    one = end(session, "stopped").finished
    first = one.reps[0]
    assert max(s.fold_deg for s in one.log.samples if s.t <= first.end_s) > 80
    assert first.start_s - 1.0 <= one.log.samples[0].t <= first.start_s + 0.8


def test_what_was_said_and_refused_is_in_the_set():
    """Cues, partials and the reasons of what was no hinge."""
    motion = reps(4, knee=0.75)
    session, _ = after(film(motion, 16))
    session, _ = after(
        (person(16.1 + k / 30, *reps(1, depth=0.3)(k / 30)) for k in range(200)), session
    )
    session, _ = after(
        (person(24 + k / 30, *reps(1, knee=1.2)(k / 30)) for k in range(200)), session
    )
    done = end(session, "stopped").finished
    assert [cue.fault for cue in done.log.cues] == ["knees-bent"]
    assert done.partials == 1
    assert done.rejected == ("squat",)
    assert done.faults["knees-bent"] == 4


@pytest.mark.parametrize(
    ("counter", "pending", "events", "count"),
    [
        (HingeCounter(count=8), True, 0, 1),  # counted at lockout, not reported yet
        (RowCounter(count=7), False, 1, 1),  # reported at once
        (SwingCounter(count=8, is_raised=True), False, 0, 1),
    ],
)
def test_a_new_set_begins_with_what_was_just_counted(counter, pending, events, count):
    """Reps, rows and swings: the newest has number 1."""
    rep = Rep(8, 0.0, 1.0, 2.0, 90.0, 60.0, 20.0, "left")
    partial = Partial(0.0, 0.5, 1.0, 30.0, 20.0)
    if pending:
        counter = replace(counter, pending=(rep, False))
    counter, first = counter.restarted((partial, *[rep] * events))
    assert counter.count == count
    assert first == (partial, *[replace(rep, number=1)] * events)
    if pending:
        assert counter.pending[0].number == 1


def test_a_set_is_compared_with_the_one_before_it():
    """Not with itself, once it is saved; the next set then is compared with it."""
    before, newest = LastTime(7, 80.0, 50.0), LastTime(3, 90.0, None)
    session = recall(start(), HistorySnapshot(lasts={("basic", None): before}))
    session, _ = after(film(reps(3), 12), session)
    session = recall(
        session, HistorySnapshot(lasts={("basic", None): newest}, saved=Saved(4, 12.0))
    )
    assert session.current_set.last == before
    assert "7 reps, 80°" in written(altered(session, t=session.t + 9))
    session = apply(session, Command.SELECT)
    assert session.current_set.last == newest
    assert apply(session, Command.NEXT).current_set.last is None


def test_after_a_pause_the_next_set_is_compared_with_the_one_that_ended():
    """Without any press."""
    session, _ = rested(3)
    newest = LastTime(3, 90.0, None)
    session = recall(session, HistorySnapshot(lasts={("basic", None): newest}))
    assert session.current_set.last is None
    session, _ = again(session, 1)
    assert session.current_set.last == newest


def test_saved_is_said_of_this_set_only():
    """Not before it is, and not of one that came earlier."""
    session, done = rested(3)
    assert "saved" not in written(session)
    earlier = HistorySnapshot(saved=Saved(11, done[0].ended_s - 50))
    assert "saved" not in written(recall(session, earlier))
    assert "Set 12 saved" in written(
        recall(session, HistorySnapshot(saved=Saved(12, done[0].ended_s)))
    )
    assert "Not saved yet" in written(recall(session, HistorySnapshot(is_failing=True)))
    fleeting = HistorySnapshot(saved=Saved(12, done[0].ended_s), is_fleeting=True)
    assert "Set 12 saved until switched off" in written(recall(session, fleeting))


def test_a_stop_depth_is_kept_on_request_and_let_go_of_by_the_same_press():
    """The next person sees it; no profile is kept unasked."""
    session, _ = rested(3)
    assert apply(session, Command.REMEMBER).history.profile is None
    session = altered(session, stop=StopSearch(found=STOP, rep=2))
    assert session.remember_action == "keep"
    assert "Hold next: remember" in written(session)
    session = apply(session, Command.REMEMBER)
    assert session.history.profile == Profile("basic", STOP)
    assert "Hold next: forget" in written(session)
    gone = session
    for k in range(1, 20):
        gone = advance(gone, None, session.t + k)
    assert gone.person.stop.found is None
    assert gone.stop_depth == STOP
    assert apply(gone, Command.NEXT).stop_depth == STOP, "a drill of the same variation"
    assert altered(gone, exercise=start("row").exercise).stop_depth is None
    assert apply(gone, Command.REMEMBER).history.profile is None


def test_a_depth_that_changed_is_kept_in_the_place_of_the_old_one():
    """Forgetting takes a depth that looks the same."""
    deeper = replace(STOP, pelvis_flexion_deg=65.0)
    session = altered(
        start(),
        stop=StopSearch(found=deeper),
        history=HistorySnapshot(profile=Profile("basic", STOP)),
        t=0.0,
    )
    assert apply(session, Command.REMEMBER).history.profile.stop == deeper
    alike = replace(STOP, pelvis_flexion_deg=56.0)
    assert (
        apply(altered(session, stop=StopSearch(found=alike)), Command.REMEMBER).history.profile
        is None
    )


def test_a_kept_depth_is_cued():
    """On the way down the glass says when it is reached."""
    session = recall(start(), HistorySnapshot(profile=Profile("basic", STOP)))
    seen = False
    for pose in film(reps(1), 4):
        session = advance(session, pose, pose.taken_at)
        seen = seen or session.guidance == "stop-here"
    assert seen


def test_a_depth_that_is_reached_is_reported_once_on_each_way_down():
    """A trembling body at that depth does not report it again and again."""
    session = recall(start(), HistorySnapshot(profile=Profile("basic", STOP)))
    depth = (STOP.fold_deg - 5) / 90
    reported = 0
    for k in range(300):
        t = k / 30
        down = wave(t, start=3.0, down=1.5, hold=3.0, up=1.5) * depth
        pose = person(t, *hinge(down + (0.01 * (-1) ** k if 4.5 < t < 7.5 else 0.0)))
        before, session = session, advance(session, pose, t)
        reported += session.movement.is_at_stop and not before.movement.is_at_stop
    assert reported == 1
    assert not session.movement.is_at_stop


def test_the_search_for_the_stop_depth_goes_on_over_a_pause():
    """The same person, another set: the depth is still known, and is not reported again."""
    session, _ = rested(3)
    session = altered(session, stop=StopSearch((((), ()),), NotFound("straight"), 3))
    session, _ = again(session, 1)
    assert session.person.stop.found is not None
    assert session.person.stop.rep == 0
    assert len(session.person.stop.descents) >= 1


def test_the_back_that_is_not_judged_has_no_rounding_in_the_signals():
    """Without a mask: None; with one, numbers."""
    session, _ = after(film(reps(1), 7))
    assert {sample.rounding_deg for sample in session.current_set.log.samples} == {None}
    masked = (with_mask(pose) for pose in film(reps(1), 7, fps=8))
    session, _ = after(masked)
    assert any(sample.rounding_deg is not None for sample in session.current_set.log.samples)


def slumping(session, bow, lean=45.0, seconds=3.0):
    """Stand, lean so far with a back so bowed, and stand again, at 8 frames a second."""
    begin = session.t or 0.0
    for k in range(1, int(8 * (4 + seconds))):
        t = k / 8
        share = min(1.0, max(0.0, min(t - 2, 3 + seconds - t)))
        pose = rounded(person(begin + t, lean * share), -0.06 + bow * share)
        session = advance(session, pose, pose.taken_at)
    return session


def asked():
    """A person who stands there and has asked for a range test."""
    session, _ = after(rounded(person(k / 8), -0.06) for k in range(16))
    session = apply(session, Command.REMEMBER)
    assert session.guidance == "slump"
    return session


def test_the_range_of_the_back_is_taken_by_a_slump_and_no_rep_is_counted():
    """It is shown, and forgotten with the person unless it is kept."""
    session = slumping(asked(), 0.12)
    assert session.guidance == "range-taken"
    assert session.count == 0
    assert 12 < session.person.range_deg < 60
    again = slumping(asked(), 0.16)
    assert again.person.range_deg > session.person.range_deg
    assert session.remember_action == "keep"
    kept = apply(altered(session, range_test=None), Command.REMEMBER)
    assert kept.history.profile.range_deg == session.person.range_deg
    for _ in range(20):
        session = advance(session, None, session.t + 1)
        kept = advance(kept, None, kept.t + 1)
    assert session.known_range_deg is None
    assert kept.person.range_deg is None
    assert kept.known_range_deg == kept.history.profile.range_deg


@pytest.mark.parametrize(("bow", "lean"), [(0.0, 45.0), (0.1, 10.0)])
def test_a_movement_without_a_slump_is_shown_as_missed(bow, lean):
    """A straight back, or hardly a lean: no range, after a while, and reps count again."""
    session = slumping(asked(), bow, lean)
    assert session.guidance == "slump"
    for _ in range(30):
        pose = with_mask(person(session.t + 1), -0.06)
        session = advance(session, pose, pose.taken_at)
    assert session.person.range_deg is None
    assert session.person.range_test is None
    session, _ = again(session, 1)
    assert session.count == 1


def test_the_same_press_breaks_off_the_slump():
    """And so does any that begins a set."""
    session = asked()
    assert apply(session, Command.REMEMBER).person.range_test is None
    assert apply(session, Command.SELECT).person.range_test is None


def test_a_drill_that_hides_the_back_takes_no_range():
    """The press means nothing there."""
    session, _ = after(film(reps(0), 2), start("basic", "stick"))
    assert session.remember_action is None
    assert apply(session, Command.REMEMBER).person.range_test is None


def test_rounding_is_shown_as_a_share_of_the_range():
    """Where it is known."""
    session, _ = rested(3)
    rep = session.reps[-1]
    rounded = altered(session, outcomes=(replace(rep, back_rounding_max_deg=12.0),))
    share = ENGLISH.say("rest.of-range", share=40)
    assert share not in written(rounded)
    assert share in written(altered(rounded, range_deg=30.0))


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("variation", ["basic", "row", "overhead", "single-leg"])
def test_nothing_is_cut_or_overlaps_at_rest(language, size, variation):
    """With all there is to compare and to say: the longest words, two digits."""
    session, _ = rested(12)
    screen = open_screen(ScreenSettings(), mode="offscreen", size=size)
    past = HistorySnapshot(saved=Saved(4120, session.current_set.over_s))
    session = altered(session, exercise=start(variation).exercise, history=past, range_deg=30.0)
    session = altered(session, last=LastTime(12, 101.0, 50.0), stop=StopSearch(found=STOP, rep=2))
    for shown in (
        session,
        altered(session, stop=StopSearch()),
        altered(session, history=HistorySnapshot(is_failing=True)),
        altered(session, history=replace(past, is_fleeting=True)),
    ):
        assert flaws(compose(Situation(shown), screen.glass, load_language(language)), screen) == []


def test_a_command_that_would_do_nothing_has_a_reason():
    """A drill where there is none, something to remember where nothing is known."""
    basic, swing = start("basic"), start("swing")
    assert idle_reason(basic, Command.DRILL) is None
    assert idle_reason(swing, Command.DRILL) == "no-drill"
    assert apply(swing, Command.DRILL) == swing
    assert idle_reason(basic, Command.REMEMBER) is None  # it measures the range
    assert swing.remember_action is not None or (
        idle_reason(swing, Command.REMEMBER) == "nothing-to-remember"
    )
    for what in (Command.NEXT, Command.PREVIOUS, Command.SELECT, Command.SHUTDOWN):
        assert idle_reason(swing, what) is None
