"""The import rules of docs/architecture.md: arrows point inwards, clouds stay in their adapters, no circles."""

import ast
from collections.abc import Callable
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = (
    "attendance",
    "face_engine",
    "website",
    "demo",
    "bench",
    "lambda_face_search",
    "rekognition_local",
    "device_uploader",
)
MAY_IMPORT = {
    "face_engine": set(),
    "device_uploader": set(),
    "attendance": {"face_engine"},  # in adapters/faces_local alone, see below
    "website": {"attendance"},
    "lambda_face_search": {"attendance", "website"},  # the website in api.py alone, see below
    "rekognition_local": {"face_engine"},
    "demo": {"attendance", "face_engine", "website", "run"},
    "bench": {"face_engine", "demo", "attendance", "device_uploader"},  # and nothing imports the bench
}
OUTSIDE = {"flask", "boto3", "botocore", "cv2", "sqlalchemy", "alembic", "huey", "face_engine"}
AWS = {"boto3", "botocore"}
AWS_ADAPTERS = ("aws", "dynamodb", "s3", "rekognition", "sqs", "ses")


def sources(under: str = "") -> list[Path]:
    found = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
    return [path for path in found if path.is_relative_to(ROOT / under)]


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


OURS = {module_of(path) for path in sources()}


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


@cache
def imports_of(path: Path, *, at_start_only: bool = False) -> set[str]:
    tree = tree_of(path)
    nodes = tree.body if at_start_only else list(ast.walk(tree))
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively; say whole names"
            named = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= named if named <= OURS else {node.module or ""} | named  # a module of a package is not its front
    return found


def rooms_imported(path: Path) -> set[str]:
    return {name.partition(".")[0] for name in imports_of(path)}


def breaking(is_kept: Callable[[Path], bool], under: str = "") -> list[str]:
    """The files below a folder that do not keep a rule."""
    return [str(path.relative_to(ROOT)) for path in sources(under) if not is_kept(path)]


def test_arrows_point_inwards():
    def is_kept(path: Path) -> bool:
        own = path.relative_to(ROOT).parts[0]
        return rooms_imported(path) & ({*ROOMS, "run", "tests"} - {own}) <= MAY_IMPORT[own]

    assert breaking(is_kept) == []


def test_of_the_functions_in_lambda_only_that_behind_the_api_knows_the_website():
    assert breaking(lambda path: "website" not in rooms_imported(path), "lambda_face_search") == [
        "lambda_face_search/api.py"
    ]


def test_the_inside_knows_no_technology():
    def is_kept(path: Path) -> bool:
        knows_adapters = any(name.startswith("attendance.adapters") for name in imports_of(path))
        return "adapters" in path.parts or not (knows_adapters or rooms_imported(path) & OUTSIDE)

    assert breaking(is_kept, "attendance") == []


def test_an_adapter_knows_only_words_ports_and_its_own_technology():
    def is_kept(path: Path) -> bool:
        knows_more = any(name.startswith(("attendance.use_cases", "attendance.bootstrap")) for name in imports_of(path))
        return not knows_more and ("face_engine" not in rooms_imported(path) or "adapters/local" in path.as_posix())

    assert breaking(is_kept, "attendance/adapters") == []


def test_aws_stays_in_rooms_named_after_it():
    def is_kept(path: Path) -> bool:
        parts = path.relative_to(ROOT).parts
        within = parts[parts.index("adapters") + 1 :] if "adapters" in parts else ()
        named = any(word in part for word in AWS_ADAPTERS for part in within)
        return named or parts[0] in ("lambda_face_search", "rekognition_local") or not rooms_imported(path) & AWS

    assert breaking(is_kept) == []


def test_only_the_engine_loads_the_runtime_that_it_keeps_from_reporting():
    def is_kept(path: Path) -> bool:
        return path.relative_to(ROOT).parts[0] == "face_engine" or "onnxruntime" not in rooms_imported(path)

    assert breaking(is_kept) == []


def test_no_module_imports_itself_in_a_circle():
    modules = {module_of(path): path for path in sources()}
    graph = {
        name: {other for other in imports_of(path, at_start_only=True) if other in modules and other != name}
        for name, path in modules.items()
    }
    try:
        tuple(TopologicalSorter(graph).static_order())
    except CycleError as circle:
        pytest.fail(f"a circle of imports: {' -> '.join(circle.args[1])}")
