import threading

import numpy as np

from mirror.camera import Frame
from mirror.pose.dealer import HELPS_S, Dealer

EMPTY = np.zeros((2, 2, 3), np.uint8)


def frame(t):
    """A frame of that time."""
    return Frame(EMPTY, t)


def dealer(workers, *, is_followed=True):
    """A dealer whose time stands still, and the list of what it hands on."""
    out = []
    made = Dealer(workers, out.append, clock=lambda: 0.0)
    made.is_followed = is_followed
    return made, out


def test_the_box_holds_only_the_newest():
    """A frame that is not taken in time is gone; waiting ends with nothing."""
    box = Dealer(1, lambda result: None)
    box.put(frame(1))
    box.put(frame(2))
    assert box.take(0, 0.1).frame.taken_at == 2
    assert box.take(0, 0.01) is None
    threading.Timer(0.05, box.put, [frame(3)]).start()
    assert box.take(0, 5.0).frame.taken_at == 3


def test_results_are_handed_on_in_the_order_of_their_frames():
    """The second frame may be done first, and then waits for the first."""
    box, out = dealer(2)
    box.put(frame(1))
    first = box.take(0, 0)
    box.put(frame(2))
    second = box.take(1, 0)
    box.give(second, "second")
    assert out == []
    box.give(first, "first")
    assert out == ["first", "second"]


def test_a_frame_that_says_nothing_holds_nothing_up():
    """It is left out, and the order goes on."""
    box, out = dealer(2)
    box.put(frame(1))
    first = box.take(0, 0)
    box.put(frame(2))
    second = box.take(1, 0)
    box.give(second, "second")
    box.give(first, None)
    assert out == ["second"]
    assert box.is_empty


def test_a_worker_that_hangs_loses_its_turn_and_memory_stays_bounded():
    """The others go on; its late result is dropped."""
    box, out = dealer(2)
    box.put(frame(0))
    hanging = box.take(0, 0)
    for number in range(1, 20):
        box.put(frame(number))
        box.give(box.take(1, 0), number)
    assert out == list(range(1, 20))
    box.give(hanging, "late")
    assert out == list(range(1, 20))


def test_while_nobody_is_seen_only_the_first_worker_looks():
    """The others could not agree on the person to follow."""
    box, _ = dealer(2, is_followed=False)
    box.put(frame(0))
    assert box.take(1, 0) is None
    assert box.take(0, 0) is not None


def test_the_first_idle_worker_takes_the_frame():
    """A helper that waits leaves it to the first one, and takes it where that one is busy."""
    box = Dealer(2, lambda result: None)
    box.is_followed = True
    taken = []
    helper = threading.Thread(target=lambda: taken.append(box.take(1, 5.0)))
    first = threading.Thread(target=lambda: taken.append(box.take(0, 5.0)))
    helper.start()
    first.start()
    while len(box._idle) < 2:
        pass
    box.put(frame(0))
    first.join()
    assert helper.is_alive()
    box.put(frame(1))
    helper.join()
    assert [dealt.frame.taken_at for dealt in taken] == [0, 1]


def test_a_pause_and_a_spared_computer_space_the_frames():
    """The pause counts from the last result, and only while nobody is seen."""
    now = [0.0]
    box = Dealer(1, lambda result: None, clock=lambda: now[0])
    box.put(frame(0))
    dealt = box.take(0, 0)
    now[0] = 1.0
    box.give(dealt, "nobody")
    box.pause_s, box.spare_s = 0.5, 1.2
    box.put(frame(1))
    assert box.take(0, 0) is None
    now[0] = 1.3
    assert box.take(0, 0) is None
    box.is_followed = True
    assert box.take(0, 0) is not None


def test_nobody_helps_where_a_frame_takes_too_long():
    """Where the person is could only be guessed; the first worker goes on alone."""
    now = [0.0]
    box = Dealer(2, lambda result: None, clock=lambda: now[0])
    box.is_followed = True
    box.put(frame(0))
    slow = box.take(0, 0)
    now[0] = 2 * HELPS_S
    box.give(slow, "slow")
    now[0] = 9.0
    box.put(frame(1))
    assert box.take(1, 0) is None
    assert box.take(0, 0) is not None
