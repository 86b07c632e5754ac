"""What was one session for each request becomes the steps of conversations, and back.

A step has the key of the row that it was made of, so that jobs, versions and proposals that
name that row ("session" in their parameters and provenance) still lead to it.
"""

from django.db import migrations

DECIDED = {"open": "offered", "accepted": "chosen", "partly_accepted": "chosen"}
MOVED = (
    "operation",
    "prompt",
    "parameters",
    "seed",
    "engine_version",
    "spec",
    "confidence_score",
    "result_content_hash",
    "job",
)


def state_of(row, proposal):
    if proposal is not None:
        return DECIDED.get(proposal.state, "dropped")
    if row.result_content_hash:
        return "chosen"
    if row.job is not None and row.job.state in ("queued", "running"):
        return "running"
    return "failed"


def into_steps(apps, schema_editor):
    AISession = apps.get_model("compositions", "AISession")
    AISessionStep = apps.get_model("compositions", "AISessionStep")
    Proposal = apps.get_model("compositions", "Proposal")
    Version = apps.get_model("compositions", "Version")
    conversations = {}
    rows = AISession.objects.select_related("job", "composition").order_by("id")
    for row in rows.iterator(chunk_size=200):
        known = conversations.get((row.composition_id, row.created_by_id))
        session, number, parent = known or (row, 0, None)
        proposal = version = base = None
        if row.operation == "vary":
            proposal = (
                Proposal.objects.filter(
                    composition=row.composition_id, provenance__session=str(row.pk)
                )
                .select_related("version", "base")
                .first()
            )
            if proposal is not None:
                version, base = proposal.version, proposal.base
        elif row.result_content_hash:
            version = (
                Version.objects.filter(
                    composition=row.composition_id,
                    source="composer",
                    provenance__session=str(row.pk),
                )
                .select_related("parent")
                .order_by("-number")
                .first()
            )
            base = version.parent if version is not None else None
        job = row.job
        parameters = dict(row.parameters)
        if row.operation == "compose":
            parameters.setdefault("lyrics", row.composition.lyrics)
        times_known = job is not None and job.started_at and job.finished_at
        in_order = times_known and job.started_at <= job.finished_at
        step = AISessionStep.objects.create(
            id=row.pk,
            session=session,
            number=number + 1,
            parent=parent,
            operation=row.operation,
            prompt=row.prompt,
            parameters=parameters,
            spec=row.spec,
            seed=row.seed,
            engine_version=row.engine_version,
            state=state_of(row, proposal),
            base_version=base,
            result_version=version,
            proposal=proposal,
            result_content_hash=row.result_content_hash,
            confidence_score=row.confidence_score,
            explanation=explanation_of(row),
            error=job.error_message if job is not None else "",
            job=job,
            started_at=job.started_at if in_order else None,
            finished_at=job.finished_at if in_order else None,
            created_by_id=row.created_by_id,
            updated_by_id=row.updated_by_id,
            deleted_at=row.deleted_at,
        )
        AISessionStep.objects.filter(pk=step.pk).update(
            created_at=row.created_at, updated_at=row.updated_at
        )
        if step.state == "chosen":
            parent = step
        conversations[row.composition_id, row.created_by_id] = (session, number + 1, parent)
        if session is row:
            row.title = " ".join(row.prompt.split())[:200]
            row.branch_id = row.composition.branch_id
            row.save(update_fields=["title", "branch"])
        else:
            row.delete()


def explanation_of(row):
    if row.operation == "vary":
        result = row.job.result if row.job is not None else {}
        return [*list(result.get("changes", ()))[:50], *result.get("remarks", ())]
    if row.result_content_hash == row.composition.content_hash:
        return list(row.composition.explanation)
    return []


def into_sessions(apps, schema_editor):
    AISession = apps.get_model("compositions", "AISession")
    AISessionStep = apps.get_model("compositions", "AISessionStep")
    steps = AISessionStep.objects.exclude(operation="replay").select_related("session")
    for step in list(steps.order_by("id")):
        values = {name: getattr(step, name) for name in MOVED}
        AISession.objects.update_or_create(
            id=step.pk,
            defaults={
                **values,
                "composition_id": step.session.composition_id,
                "created_by_id": step.created_by_id,
                "updated_by_id": step.updated_by_id,
                "deleted_at": step.deleted_at,
            },
        )
        AISession.objects.filter(pk=step.pk).update(
            created_at=step.created_at, updated_at=step.updated_at
        )
    kept = set(AISessionStep.objects.exclude(operation="replay").values_list("id", flat=True))
    AISessionStep.objects.all().delete()
    AISession.objects.exclude(pk__in=kept).delete()


class Migration(migrations.Migration):
    dependencies = [("compositions", "0011_ai_session_steps")]

    operations = [migrations.RunPython(into_steps, into_sessions)]
