import threading

import pytest
import torch

from attnconn_core.forecasting.threads import together, workers_on


@pytest.fixture(autouse=True)
def _four_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(4)
    yield
    torch.set_num_threads(before)


def in_a_new_thread(ask):
    found = []
    thread = threading.Thread(target=lambda: found.append(ask()))
    thread.start()
    thread.join()
    return found[0]


def test_pieces_share_the_threads_and_leave_them_as_they_were():
    begun = threading.Barrier(2, timeout=10)

    def piece(name):
        begun.wait()  # broken if they ran one after the other
        return name, torch.get_num_threads(), threading.get_ident()

    running = threading.active_count()
    found = together([lambda: piece("a"), lambda: piece("b")])
    assert [each[:2] for each in found] == [("a", 2), ("b", 2)]
    assert threading.get_ident() not in {each[2] for each in found}
    assert torch.get_num_threads() == 4
    assert in_a_new_thread(torch.get_num_threads) == 4
    assert threading.active_count() == running


def test_a_single_piece_is_done_right_here():
    assert together([lambda: (threading.get_ident(), torch.get_num_threads())]) == [
        (threading.get_ident(), 4)
    ]


def test_an_error_is_raised_and_the_threads_are_as_they_were():
    def fails():
        raise ValueError("a piece that fails")

    ended = []
    with pytest.raises(ValueError, match="a piece that fails"):
        together([fails, lambda: ended.append(True)])
    assert ended == [True]
    assert torch.get_num_threads() == 4
    assert in_a_new_thread(torch.get_num_threads) == 4


def test_a_gpu_is_left_to_one_worker():
    assert workers_on(torch.device("cpu")) == 4
    assert workers_on(torch.device("cuda")) == 1
    torch.set_num_threads(1)
    assert workers_on(torch.device("cpu")) == 1
