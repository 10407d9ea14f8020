"""The routes for whole datasets."""

from starlette.routing import Route

from api.bulk.document import DocumentIntake
from api.bulk.export import Exports
from api.bulk.file import Files
from api.bulk.guard import guarded
from api.bulk.proof import Proof, Proofs
from api.bulk.screen import Screens, Skim
from api.bulk.upload import BulkLoad, Intake
from api.traffic.gate import Gate
from engine.engine import Engine


def bulk_routes(
    engine: Engine, gate: Gate, load: BulkLoad | None, proof: Proof | None, skim: Skim | None
) -> list[Route]:
    """The routes; without ``load`` nothing can be uploaded, without ``proof`` no page is drawn.

    Without ``skim`` no file is read on the spot.
    """
    files = Files(engine)
    routes = [
        Route(path, guarded(engine, gate, handler), methods=["GET"])
        for path, handler in (
            ("/datasets/{name}/entities.ftm.json", Exports(engine).export),
            ("/documents/{id}/file", files.file),
            ("/documents/{id}/text", files.text),
            ("/documents/{id}/tables/{number:int}.csv", files.table),
        )
    ]
    if proof is not None:
        proofs = Proofs(engine, proof)
        page = guarded(engine, gate, proofs.page)
        searchable = guarded(engine, gate, proofs.searchable)
        routes.append(Route("/documents/{id}/pages/{number:int}.png", page, methods=["GET"]))
        routes.append(Route("/documents/{id}/searchable.pdf", searchable, methods=["GET"]))
    if skim is not None:
        screen = guarded(engine, gate, Screens(engine, skim).post)
        routes.append(Route("/screen", screen, methods=["POST"]))
    if load is None:
        return routes
    intake = Intake(engine, load)
    documents = DocumentIntake(engine, intake)
    upload = "/datasets/{name}/uploads/{id}"
    for path, method, handler in (
        ("/datasets/{name}/entities", "POST", intake.post),
        ("/datasets/{name}/documents", "POST", documents.form),
        (f"{upload}/load", "POST", intake.load),
        (f"{upload}/documents", "POST", documents.upload),
        (f"{upload}/{{file}}", "PUT", intake.put),
        (upload, "GET", intake.show),
        (upload, "DELETE", intake.delete),
    ):
        routes.append(Route(path, guarded(engine, gate, handler), methods=[method]))
    return routes
