"""The real worker, killed with -9 in the middle of cataloguing and of scanning, then started again."""

from pathlib import Path

from tests.journeys.killing import Home, assert_same, write_exhibit


def test_killed_twice_the_result_is_that_of_an_undisturbed_run(tmp_path: Path, shared: Path) -> None:
    write_exhibit(tmp_path / "home", shared / "pdq/bridge-mods", texts=2400, pictures=200)
    home = Home(tmp_path / "home")
    home.step("set-up")
    undisturbed = home.copy(tmp_path / "undisturbed").look("reference")
    home.killed_while("kind = 'exhibits.catalogue' AND state = 'running' AND done >= 2000")
    home.start_worker()
    home.wait_for("kind = 'exhibits.catalogue' AND state = 'done'")
    home.step("scan")
    home.wait_for("kind = 'matches.scan' AND state = 'running' AND done > 0 AND done < total")
    home.kill()
    assert 0 < home.ask("SELECT done FROM common_job WHERE kind = 'matches.scan'")[0][0] < 2600
    home.finish()
    killed = home.look()
    assert len(undisturbed["matches"]) > 100
    assert len(undisturbed["sightings"]) >= 2400
    assert killed["attempts"]["exhibits.catalogue"] > 1
    assert killed["attempts"]["matches.scan"] > 1
    assert_same(killed, undisturbed)
