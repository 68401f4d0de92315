"""World: one synthetic case on disk, and the answers that were planted in it."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from amparo.academy.errors import FolderNotEmpty
from amparo.academy.worlds.chain import Chain, Ransom, make_chain
from amparo.academy.worlds.dice import Dice
from amparo.academy.worlds.exhibits import Photo, Story, make_photos, texts, write_folder, write_zip
from amparo.academy.worlds.lists import hash_list, tag_pack
from amparo.academy.worlds.names import Person, false_page, make_people
from amparo.academy.worlds.reports import CitizenReport, Facts, make_reports


@dataclass(frozen=True, slots=True)
class Answers:
    """What a perfect learner finds. Paths are inside the exhibits; amounts are satoshi.

    `exact` and `near` are photos of the hash list, `unlisted` are the ordinary ones; `exculpatory` is the file that
    speaks for the suspect and must be disclosed.
    """

    urgent: tuple[int, ...]  # reports, by number
    linked: tuple[int, ...]  # reports that name the same wallet
    exact: tuple[str, ...]
    near: tuple[str, ...]
    unlisted: tuple[str, ...]
    wallet: str
    ransom: Ransom
    exculpatory: str

    def as_dict(self) -> dict[str, Any]:
        ransom = self.ransom._asdict()
        ransom["hops"] = [hop._asdict() for hop in self.ransom.hops]
        return {**{name: value for name, value in asdict(self).items() if name != "ransom"}, "ransom": ransom}


@dataclass(frozen=True, slots=True)
class World:
    """A world on disk. All paths lie below `folder`; `manifest` is path -> SHA-256 of each file in it."""

    seed: int
    folder: Path
    reports: tuple[CitizenReport, ...]
    people: tuple[Person, ...]
    exhibit_folder: Path
    exhibit_zip: Path
    hash_list: Path
    chain: Path
    tag_pack: Path
    answers: Answers
    manifest: dict[str, str]


def build_world(seed: int, folder: Path) -> World:
    """Write the world of `seed` into `folder`, which must be empty or new. Raises FolderNotEmpty.

    Takes about a second and 2 MB. `answers.json` is for graders: keep it from learners.
    """
    if folder.exists() and any(folder.iterdir()):
        raise FolderNotEmpty(folder=folder)
    dice = Dice(seed)
    people = make_people(dice.stream("people"))
    chain, photos = make_chain(seed), make_photos(dice.stream("photos"))
    page = false_page(dice.stream("page"))
    story = Story(people, chain.ransom.address, chain.ransom.exchange, page)
    reports = make_reports(dice.stream("reports"), Facts(chain.ransom.address, page, people[2], people[0]))
    in_zip = set(dice.stream("zip").take([each.name for each in photos if each.here is not None], 9))
    answers = _answers(reports, photos, in_zip, chain.ransom)
    files = _files(photos, in_zip, story)
    _write(folder, files, chain, photos)
    _write_json(folder / "reports.json", [report.as_dict() for report in reports])
    _write_json(folder / "people.json", [person._asdict() for person in people])
    _write_json(folder / "answers.json", answers.as_dict())
    manifest = _manifest(folder)
    _write_json(folder / "manifest.json", manifest)
    return World(
        seed, folder, reports, people, folder / "exhibits" / "laptop", folder / "exhibits" / "phone.zip",
        folder / "hash-list.csv", folder / "chain.dat", folder / "tags.yaml", answers, manifest,
    )  # fmt: skip


def _files(photos: tuple[Photo, ...], in_zip: set[str], story: Story) -> dict[str, dict[str, bytes]]:
    """The files of the two exhibits: the laptop's folder has the notes, the phone's zip the chats."""
    laptop: dict[str, bytes] = {}
    phone: dict[str, bytes] = {}
    for photo in photos:
        if photo.here is not None:
            (phone if photo.name in in_zip else laptop)[_place(photo.name, in_zip)] = photo.here
    for name, text in texts(story).items():
        (phone if name.startswith("chats/") else laptop)[name] = text.encode()
    return {"laptop": laptop, "phone": phone}


def _place(name: str, in_zip: set[str]) -> str:
    return f"DCIM/{name}" if name in in_zip else f"pictures/{name}"


def _answers(
    reports: tuple[CitizenReport, ...], photos: tuple[Photo, ...], in_zip: set[str], ransom: Ransom
) -> Answers:
    def named(state: str) -> tuple[str, ...]:
        return tuple(sorted(_place(each.name, in_zip) for each in photos if each.state == state))

    return Answers(
        urgent=tuple(number for number, report in enumerate(reports) if report.urgent),
        linked=tuple(number for number, report in enumerate(reports) if "btc-testnet" in report.holds),
        exact=named("known"),
        near=named("near"),
        unlisted=named("ordinary"),
        wallet=ransom.address,
        ransom=ransom,
        exculpatory="chats/neighbour.txt",
    )


def _write(folder: Path, files: dict[str, dict[str, bytes]], chain: Chain, photos: tuple[Photo, ...]) -> None:
    write_folder(folder / "exhibits" / "laptop", files["laptop"])
    write_zip(folder / "exhibits" / "phone.zip", files["phone"])
    (folder / "hash-list.csv").write_text(hash_list(photos), encoding="utf-8")
    (folder / "chain.dat").write_bytes(chain.file())
    (folder / "tags.yaml").write_text(tag_pack(chain.ransom), encoding="utf-8")


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")


def _manifest(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
