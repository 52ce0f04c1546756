"""The import rules of docs/architecture.md: arrows point inwards, clouds stay in their adapters, no circles."""

import ast
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
    "bench": {"face_engine", "demo", "attendance"},  # and nothing imports the bench
}
OUTSIDE = {"flask", "boto3", "botocore", "cv2", "sqlalchemy", "alembic", "huey", "face_engine"}
AWS = {"boto3", "botocore"}
AWS_ADAPTERS = ("aws", "dynamodb", "s3", "rekognition", "sqs", "ses")


def sources() -> list[Path]:
    return [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


OURS = {module_of(path) for path in sources()}


def imports_of(path: Path, *, at_start_only: bool = False) -> set[str]:
    tree = ast.parse(path.read_text())
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


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_arrows_point_inwards(path: Path):
    own = path.relative_to(ROOT).parts[0]
    others = rooms_imported(path) & ({*ROOMS, "run", "tests"} - {own})
    assert others <= MAY_IMPORT[own]


@pytest.mark.parametrize(
    "path", sorted((ROOT / "lambda_face_search").rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT))
)
def test_of_the_functions_in_lambda_only_that_behind_the_api_knows_the_website(path: Path):
    assert ("website" in rooms_imported(path)) == (path.name == "api.py")


@pytest.mark.parametrize(
    "path",
    [path for path in sources() if path.is_relative_to(ROOT / "attendance") and "adapters" not in path.parts],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_the_inside_knows_no_technology(path: Path):
    assert not rooms_imported(path) & OUTSIDE
    assert not {name for name in imports_of(path) if name.startswith("attendance.adapters")}


@pytest.mark.parametrize(
    "path", sorted((ROOT / "attendance/adapters").rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT))
)
def test_an_adapter_knows_only_words_ports_and_its_own_technology(path: Path):
    ours = {name for name in imports_of(path) if name.startswith("attendance.")}
    assert not {name for name in ours if name.startswith(("attendance.use_cases", "attendance.bootstrap"))}
    if "face_engine" in rooms_imported(path):
        assert "adapters/local" in path.as_posix()


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_aws_stays_in_rooms_named_after_it(path: Path):
    if not rooms_imported(path) & AWS:
        return
    parts = path.relative_to(ROOT).parts
    within = parts[parts.index("adapters") + 1 :] if "adapters" in parts else ()
    named = any(word in part for word in AWS_ADAPTERS for part in within)
    assert named or parts[0] in ("lambda_face_search", "rekognition_local")


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_engine_loads_the_runtime_that_it_keeps_from_reporting(path: Path):
    own = path.relative_to(ROOT).parts[0]
    assert own == "face_engine" or "onnxruntime" not in rooms_imported(path)


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
