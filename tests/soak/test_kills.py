"""Dozens of kills (-9), each at another moment of cataloguing, of looking for observables and of scanning."""

import random
import time
from pathlib import Path

import pytest
from tests.journeys.killing import Home, assert_same, write_exhibit

pytestmark = [pytest.mark.soak, pytest.mark.timeout(0)]
KILLS = 15  # of each kind of job; a job that died MAX_ATTEMPTS times without an end is given up
#: Seconds a worker may be at a job before it is killed: a part of what the job takes, or it would end undisturbed.
LONGEST = {"exhibits.catalogue": 0.5, "sightings.extract": 2.5, "matches.scan": 2.5}


def killed_often(home: Home, kind: str, dice: random.Random) -> int:
    """Kill one worker after the other while it is at a job of `kind`; return how many died at it."""
    deaths = 0
    for _ in range(KILLS):
        home.start_worker()
        home.wait_for(f"kind = '{kind}' AND (state = 'done' OR (state = 'running' AND lease_until > '{now()}'))", 300)
        time.sleep(dice.uniform(0, LONGEST[kind]))
        home.kill()
        if home.ask(f"SELECT 1 FROM common_job WHERE kind = '{kind}' AND state = 'done'"):
            break
        deaths += 1
    return deaths


def now() -> str:
    """As the database writes it: a lease that is later belongs to the worker just started."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(time.time() + 1))


@pytest.mark.parametrize("seed", [1, 2])
def test_killed_dozens_of_times_the_result_is_that_of_an_undisturbed_run(
    tmp_path: Path, shared: Path, seed: int
) -> None:
    write_exhibit(tmp_path / "home", shared / "pdq/bridge-mods", texts=9000, pictures=1500)
    home = Home(tmp_path / "home")
    home.step("set-up")
    undisturbed = home.copy(tmp_path / "undisturbed").look("reference")
    dice = random.Random(seed)
    deaths = {kind: killed_often(home, kind, dice) for kind in ("exhibits.catalogue", "sightings.extract")}
    home.finish(600)
    home.step("scan")
    deaths["matches.scan"] = killed_often(home, "matches.scan", dice)
    home.finish(600)
    assert all(count >= 2 for count in deaths.values()), deaths
    assert_same(home.look(), undisturbed)
