"""The decoder process: limits hold, a crash costs one picture, and it ends with us."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image
from tests.media.helpers import encoded, rings

from amparo.base import Skipped
from amparo.media import Decoder, Limits, PdqHash
from amparo.media.decoder import client, frames

BIG = encoded(Image.new("RGB", (9000, 9000), (9, 99, 200)))


def test_one_process_serves_many_pictures() -> None:
    with Decoder() as decoder:
        first = decoder.pdq(encoded(rings()))
        process = decoder._process
        second = decoder.pdq(encoded(rings()))
        assert decoder._process is process
    assert isinstance(first, PdqHash)
    assert first == second
    assert process is not None
    assert process.wait(timeout=5) == 0


def test_a_killed_process_is_followed_by_another() -> None:
    with Decoder() as decoder:
        decoder.pdq(encoded(rings()))
        assert decoder._process is not None
        decoder._process.kill()
        decoder._process.wait()
        assert isinstance(decoder.pdq(encoded(rings())), PdqHash)


def test_a_process_that_cannot_live_costs_one_picture_each(monkeypatch: pytest.MonkeyPatch) -> None:
    with Decoder() as decoder:
        with monkeypatch.context() as broken:
            broken.setattr(sys, "executable", "/bin/false")
            answer = decoder.pdq(encoded(rings()))
        assert isinstance(answer, Skipped)
        assert answer.reason == "decoder-crashed"
        assert isinstance(decoder.pdq(encoded(rings())), PdqHash)


def test_too_slow_is_ended_and_the_next_is_served() -> None:
    with Decoder(Limits(wall_seconds=0.02)) as decoder:
        late = decoder.pdq(BIG)
        assert isinstance(late, Skipped)
        assert late.reason == "decoder-timeout"
        decoder.limits = Limits()
        assert isinstance(decoder.pdq(encoded(rings())), PdqHash)


def test_processor_time_is_limited() -> None:
    # A budget that is spent before it begins; the least the system counts is one second, hence several pictures.
    with Decoder(Limits(cpu_seconds=-1)) as decoder:
        answers = [decoder.pdq(BIG) for _ in range(4)]
    assert "decoder-crashed" in {answer.reason for answer in answers if isinstance(answer, Skipped)}


def test_memory_is_limited_and_the_process_lives_on() -> None:
    with Decoder(Limits(memory_bytes=450 << 20)) as decoder:
        answer = decoder.pdq(BIG)
        assert isinstance(answer, Skipped)
        assert answer.reason == "picture-too-large"
        assert isinstance(decoder.pdq(encoded(rings())), PdqHash)


def test_memory_that_pillow_lacks_is_not_told_as_a_broken_file() -> None:
    with Decoder(Limits(memory_bytes=16 << 20)) as decoder:
        answer = decoder.pdq(encoded(rings()))
    assert isinstance(answer, Skipped)
    assert answer.reason == "picture-too-large"


def test_a_fresh_process_follows_after_many_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "SERVES", 2)
    with Decoder() as decoder:
        pids = []
        for _ in range(3):
            decoder.pdq(encoded(rings()))
            assert decoder._process is not None
            pids.append(decoder._process.pid)
    assert pids[0] == pids[1] != pids[2]


def test_threads_share_one_decoder() -> None:
    pictures = [encoded(rings(shift=shift)) for shift in range(12)]
    with Decoder() as decoder, ThreadPoolExecutor(4) as pool:
        assert list(pool.map(decoder.pdq, pictures)) == [decoder.pdq(each) for each in pictures]


def test_our_secrets_do_not_reach_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMPARO_DATABASE_URL", "secret")
    with Decoder() as decoder:
        decoder.pdq(encoded(rings()))
        assert decoder._process is not None
        environment = Path(f"/proc/{decoder._process.pid}/environ").read_bytes()
    assert b"secret" not in environment


def test_the_process_ends_when_we_are_killed() -> None:
    code = (
        "import os, sys\n"
        "from amparo.media.decoder import shared_decoder\n"
        "decoder = shared_decoder()\n"
        "decoder.pdq(b'P5 9 9 255\\n' + bytes(81))\n"
        "print(decoder._process.pid, flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode == -signal.SIGKILL, run.stderr
    assert gone(int(run.stdout), within=5)


def gone(pid: int, within: float) -> bool:
    until = time.monotonic() + within
    while time.monotonic() < until:
        try:
            os.kill(pid, 0)
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize(
    "wrong", [b"\0", b"\0\0\0\x02{", b"\xff\xff\xff\xff", b"\0\0\0\x02[]", b"\0\0\0\x0c" + b'{"size":-1}x']
)
def test_a_broken_frame_is_refused(tmp_path: Path, wrong: bytes) -> None:
    file = tmp_path / "frame"
    file.write_bytes(wrong)
    with file.open("rb") as stream, pytest.raises(frames.BrokenPipe):
        frames.receive(stream, 100)


def test_pictures_behind_one_that_ends_the_process_are_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process dies on every seventh picture, while others wait in its pipe: those and no more are lost."""
    killed: list[int] = []
    send = client._Talk.send

    def send_and_kill(self: client._Talk, header: dict[str, object], data: bytes) -> int:
        ticket = send(self, header, data)
        if ticket == 6:
            killed.append(self.process.pid)
            self.process.kill()
        return ticket

    monkeypatch.setattr(client._Talk, "send", send_and_kill)
    picture = encoded(rings(shift=3))
    with Decoder() as decoder, ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(decoder.pdq, [picture] * 60))
    lost = [answer for answer in answers if isinstance(answer, Skipped)]
    assert len(killed) >= 5
    assert len(lost) <= len(killed)
    assert {answer.reason for answer in lost} <= {"decoder-crashed"}
    assert len({answer.hex for answer in answers if isinstance(answer, PdqHash)}) == 1


def test_after_a_crash_nothing_is_written_where_the_pipe_was(tmp_path: Path) -> None:
    """Whoever opens a file next may get the pipe's number; pictures must not land in it."""
    with Decoder() as decoder:
        decoder.pdq(encoded(rings()))
        talk = decoder._talk
        assert talk is not None
        talk.process.kill()
        talk.end()
        with (tmp_path / "next").open("wb") as first, (tmp_path / "other").open("wb") as second:
            for _ in range(3):
                talk.send({"op": "see"}, encoded(rings()))
            assert first.tell() == second.tell() == 0
        assert [(tmp_path / name).stat().st_size for name in ("next", "other")] == [0, 0]


def test_closing_while_others_wait_lets_them_finish() -> None:
    decoder = Decoder()
    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(decoder.pdq, encoded(rings(400, shift))) for shift in range(12)]
        decoder.close()
        answers = [each.result() for each in waiting]
    decoder.close()
    assert all(isinstance(answer, PdqHash) for answer in answers)
