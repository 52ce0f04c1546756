"""Whom to trust beside the site: its store of files may be a public cloud or the school's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.ssl_ import create_urllib3_context


def stores_session(ca_file: Path | None) -> requests.Session:
    """A session that trusts this file's certificates as well as the usual ones."""
    session = requests.Session()
    if ca_file is not None:
        session.mount("https://", _AlsoTrusting(ca_file))
    return session


class _AlsoTrusting(HTTPAdapter):
    """requests puts the usual certificates into the context that it finds here."""

    def __init__(self, ca_file: Path) -> None:
        self._ca_file = ca_file
        super().__init__()

    def init_poolmanager(self, *sizes: Any, **words: Any) -> None:
        super().init_poolmanager(*sizes, ssl_context=self._context(), **words)

    def proxy_manager_for(self, proxy: str, **words: Any) -> Any:
        return super().proxy_manager_for(proxy, ssl_context=self._context(), **words)

    def _context(self) -> Any:
        context = create_urllib3_context()
        context.load_verify_locations(self._ca_file)
        return context
