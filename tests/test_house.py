"""The house: imports go downward only, and no module is named like a public function."""

import ast
import configparser
import inspect
from pathlib import Path

import minigrad as mg

ROOT = Path(mg.__file__).parent
FLOORS = [
    "engine.values",
    "engine.habits",
    "engine.arrays",
    "engine.nests",
    "engine.context",
    "engine.places",
    "engine.op",
    "engine.marks",
    "engine.methods",
    "engine.notation",
    "engine.variable",
    "engine.ages",
    "engine.tape",
    "engine.sweep",
    "engine.lanes",
    "engine.gradients",
    "engine",
    "inline",
    "ops.row",
    "ops.choices",
    "ops.exponentials",
    "ops.arithmetic",
    "ops.trigonometry",
    "ops.rounding",
    "ops.shapes",
    "ops.arranging",
    "ops.joining",
    "ops.reductions",
    "ops.running",
    "ops.normalised",
    "ops.statistics",
    "ops.contractions",
    "ops.diagonals",
    "ops.products",
    "ops.ordering",
    "ops.linalg",
    "ops.factorizations",
    "ops.special",
    "ops.gamma",
    "ops.tails",
    "ops",
    "numpy_bridge",
    "derivatives",
    "optim",
    "equations",
    "emit",
    "distributions",
    "estimators",
    "extend",
    "formulas",
    "pictures",
    "reports",
    "pages.document",
    "pages",
    "",
    "cli",
    "__main__",
]


def floor_of(module: str) -> int:
    """The last floor that the module belongs to, by its name or by its package's."""
    names = {module, module.split(".")[0]} if module else {""}
    return min(i for i, name in enumerate(FLOORS) if name in names)


def imports_of(path: Path) -> list[str]:
    """The minigrad modules that a file imports, at any depth."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    here = [p for p in parts if p != "__init__"]
    package = here if path.name == "__init__.py" else here[:-1]
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) - node.level + 1]
            for alias in node.names:
                stem = [*base, *(node.module.split(".") if node.module else [])]
                inner = ROOT.joinpath(*stem, alias.name)
                is_module = inner.with_suffix(".py").exists() or (inner / "__init__.py").exists()
                found.append(".".join([*stem, alias.name] if is_module else stem))
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names = [a.name for a in node.names] + [getattr(node, "module", None) or ""]
            assert not any(n.split(".")[0] == "minigrad" for n in names), f"{path}: absolute import"
    return found


def test_imports_go_downward():
    files = sorted(ROOT.rglob("*.py"))
    assert len(files) > 15
    for path in files:
        parts = path.relative_to(ROOT).with_suffix("").parts
        module = ".".join(p for p in parts if p != "__init__")
        for imported in imports_of(path):
            here, there = module.split(".")[0], imported.split(".")[0]
            same_room = here and here == there and here not in ("engine", "ops")
            downward = floor_of(imported) < floor_of(module)
            assert same_room or downward, f"{module} imports {imported}"


def test_no_module_is_named_like_a_public_function():
    public = {name for name in [*dir(mg), *mg.ops.__all__] if callable(getattr(mg, name))}
    assert not public & {path.stem for path in ROOT.rglob("*.py")}
    for path in (ROOT / "ops").glob("[a-z]*.py"):  # whose names are gathered with a star
        assert inspect.ismodule(getattr(mg.ops, path.stem)), path.stem


# Files of more than LONGEST lines, each with the reason.
LONGEST = 250
LONGER = {
    "distributions/base.py": "one class: what a family declares, and what it gets for that",
    "engine/variable.py": "one class: the properties of a Var, nearly all docstrings",
    "ops/arrays.js": "NumPy's functions of arrays for pages, one after the other",
    "pages/lesson/ledger.py": "one table: each kind of record, made and written",
    "pages/play/compile.js": "one pass over the steps of a program",
    "pages/play/parser.js": "one grammar, in the order of grammar.py",
}


def test_files_are_short_enough_to_read_at_once():
    lines = {
        path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for ending in ("py", "js")
        for path in ROOT.rglob(f"*.{ending}")
    }
    longer = {name for name, count in lines.items() if count > LONGEST}
    assert longer <= {*LONGER}, f"split by jobs, or name in LONGER: {longer - {*LONGER}}"
    assert {*LONGER} <= {*lines}, "LONGER names files that are gone"
    assert max(lines.values()) <= 1.5 * LONGEST


def test_functions_fit_on_a_screen():
    """A docstring does not count; most have 25 lines or fewer."""
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                body = node.body[ast.get_docstring(node) is not None :] or node.body
                lines = body[-1].end_lineno - body[0].lineno + 1
                assert lines <= 50, f"{path.relative_to(ROOT)}: {node.name} has {lines} lines"


def test_the_wheel_has_every_room():
    settings = configparser.ConfigParser()
    settings.read(ROOT.parent / "setup.cfg")
    listed = settings["options"]["packages"].split()
    rooms = [path.parent.relative_to(ROOT.parent) for path in ROOT.rglob("__init__.py")]
    assert sorted(listed) == sorted([".".join(room.parts) for room in rooms] + ["minigrad.demos"])
