"""The job that loads blocks: killed, it begins again, and nothing is stored twice."""

import shutil

from amparo.base import AmparoError
from amparo.web.accounts.models import Person
from amparo.web.common.home import folder
from amparo.web.common.jobs import JobStopped, Run, handler
from amparo.web.common.models import Job
from amparo.web.traces.actions import append_blocks, load_chain, source_of
from amparo.web.traces.models import ChainWindow


@handler("traces.load")
def run_load(run: Run) -> None:
    """Load what was uploaded; killed, it starts over, and a source that is there already is not stored twice.

    The file stays beside its store: merkle proofs are made from it.
    """
    asked = run.job.parameters
    place = folder("ledger") / str(asked["place"])
    if not place.exists():
        return  # done before; its worker died before it could say so
    try:
        chain = load_chain(
            actor=Person.objects.get(pk=run.job.actor_id),
            source=place / str(asked["file"]),
            name=str(asked["name"]),
            window=asked["window"],
            place=f"chain-{run.job.pk.hex}",
            progress=run.progress,
        )
    except JobStopped:
        if Job.objects.filter(pk=run.job.pk, state=Job.State.STOPPED).exists():
            shutil.rmtree(place)
        raise
    except AmparoError:
        shutil.rmtree(place)
        raise
    if source_of(chain).exists():
        shutil.rmtree(place)
    else:
        place.rename(source_of(chain))


@handler("traces.append")
def run_append(run: Run) -> None:
    """Add uploaded blocks to a chain; the file joins those that are kept, for merkle proofs."""
    asked = run.job.parameters
    place = folder("ledger") / str(asked["place"])
    if not place.exists():
        return  # done before; its worker died before it could say so
    chain = ChainWindow.objects.get(pk=asked["chain"])
    source = place / str(asked["file"])
    try:
        append_blocks(actor=Person.objects.get(pk=run.job.actor_id), chain=chain, source=source, progress=run.progress)
    except JobStopped:
        if Job.objects.filter(pk=run.job.pk, state=Job.State.STOPPED).exists():
            shutil.rmtree(place)
        raise
    except AmparoError:
        shutil.rmtree(place)
        raise
    kept = source_of(chain)
    if kept.is_dir() and not (kept / source.name).exists():
        source.rename(kept / source.name)
    shutil.rmtree(place)
