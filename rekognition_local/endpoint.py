"""Puts the endpoint together: a folder, an engine, the operations, the threads and the server."""

from __future__ import annotations

import shutil
import threading
from dataclasses import dataclass
from pathlib import Path

from face_engine.engine import Engine
from face_engine.models import Models
from rekognition_local.api import Api, Operation
from rekognition_local.collection_operations import CollectionOperations
from rekognition_local.collections_folder import CollectionsFolder
from rekognition_local.disk import own_folder
from rekognition_local.errors import StartRefused
from rekognition_local.face_details import LEAST_FACE_PX
from rekognition_local.face_operations import FaceOperations
from rekognition_local.http_server import EndpointServer
from rekognition_local.job_operations import JobOperations
from rekognition_local.job_threads import JobThreads
from rekognition_local.jobs_folder import JobsFolder
from rekognition_local.pictures import Pictures
from rekognition_local.s3_objects import S3Objects
from rekognition_local.search_operations import SearchOperations
from rekognition_local.tokens import Tokens
from rekognition_local.user_operations import UserOperations
from rekognition_local.user_search_operations import UserSearchOperations
from rekognition_local.videos import Videos


@dataclass(frozen=True)
class EndpointOptions:
    """What the command line sets; see its help."""

    data: Path
    host: str = "127.0.0.1"
    port: int = 5005
    workers: int = 1
    most_jobs: int = 20
    every_s: float | None = None
    tokens_last_s: float = 3600.0
    networks: Path | None = None


class Endpoint:
    """A server that is ready to be started; as a context it is started and stopped.

    Raises
    ------
    StartRefused
        With one plain sentence.
    FaceEngineError
        Where the engine cannot be loaded.
    """

    def __init__(self, options: EndpointOptions) -> None:
        self._lock = own_folder(options.data)
        downloads = options.data / "downloads"
        # What a killed server had downloaded.
        shutil.rmtree(downloads, ignore_errors=True)
        downloads.mkdir()
        models = Models(cache=options.networks)
        self.engine = models.name
        tokens, objects = Tokens(options.tokens_last_s), S3Objects()
        collections = CollectionsFolder(options.data / "collections", models.name)
        jobs = JobsFolder(options.data / "jobs", options.most_jobs)
        pictures = Pictures(Engine(models, smallest_face_px=LEAST_FACE_PX), objects, options.workers)
        videos = Videos(models, options.every_s)
        self._threads = JobThreads(jobs, collections, videos, objects, downloads, options.workers)
        named = [
            *_named(CollectionOperations(collections, tokens)),
            *_named(FaceOperations(collections, pictures, tokens)),
            *_named(SearchOperations(collections, pictures)),
            *_named(UserOperations(collections, tokens)),
            *_named(UserSearchOperations(collections, pictures)),
            *_named(JobOperations(jobs, collections, objects, tokens, self._threads.add)),
        ]
        self.operations = {name for name, _ in named}
        try:
            self._server = EndpointServer(options.host, options.port, Api(dict(named)))
        except OSError as error:
            self._lock.close()
            raise StartRefused(
                f"Port {options.port} of {options.host} cannot be used: {error.strerror or error}."
            ) from error
        self._listener = threading.Thread(target=self._server.serve_forever, name="http")

    def __enter__(self) -> Endpoint:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """What clients take as endpoint."""
        host = self._server.server_name
        return f"http://{f'[{host}]' if ':' in host else host}:{self._server.server_port}"

    def start(self) -> None:
        """Answer requests, and begin what the last server left."""
        self._threads.start()
        self._listener.start()

    def stop(self) -> None:
        """End in order: the requests that are being answered, then the jobs after their picture."""
        self._server.end()
        self._listener.join()
        self._threads.stop()
        self._lock.close()


def _named(operations: object) -> list[tuple[str, Operation]]:
    """The public methods by the service's names: `index_faces` is IndexFaces."""
    methods = [name for name in dir(operations) if not name.startswith("_")]
    return [("".join(word.title() for word in name.split("_")), getattr(operations, name)) for name in methods]
