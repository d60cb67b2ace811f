"""Part of callers.py: what names stand for in a scope, and small questions about nodes."""

import ast
import bisect
import re

# A condition that asks what this machine or this build has.
ASKS = re.compile(
    r"\b(hasattr|getattr|find_spec)\(|platform|\bis_(rocm|cuda|cpu|xpu|tpu|hip|hpu|npu|gpu|musa|mps)|version\.(hip|cuda)"
    r"|(?i:available|support|installed)|has_module|\b_?HAS_|TYPE_CHECKING"
)
# What a line gives a name to, by assignment or import.
BOUND = re.compile(r"^\s*(\w+)\s*(?::[^=]*)?=(?!=)|\bas\s+(\w+)")


def marked_lines(lines, modules):
    """Numbers of the lines that name a native module, `ops`, or what such a line binds."""
    words = {"ops"} | set(modules) | names_from(lines, modules)
    found = set()
    while True:
        mark = re.compile(r"\b(?:%s)\b" % "|".join(map(re.escape, words)))
        found = [number for number, line in enumerate(lines, 1) if mark.search(line)]
        bound = {name for number in found for pair in BOUND.findall(lines[number - 1]) for name in pair if name} - words
        if not bound:
            return found
        words |= bound


def names_from(lines, modules):
    """Names that are imported from native modules, over several lines too."""
    if not modules:
        return set()
    statement = r"\bfrom\s+[\w.]*\b(?:%s)\s+import\s+(\([^)]*\)|.*)" % "|".join(map(re.escape, modules))
    return {name for names in re.findall(statement, "\n".join(lines)) for name in re.findall(r"\w+", names)}


def concerns(marks, node):
    """False when none of its lines is marked: then it has no use. Python before 3.8 does not know the lines."""
    end = getattr(node, "end_lineno", None)
    start = min([node.lineno] + [one.lineno for one in getattr(node, "decorator_list", ())])
    at = bisect.bisect_left(marks, start)
    return end is None or (at < len(marks) and marks[at] <= end)


def bind(statements, scope, reader):
    """What the names of a scope stand for: a path of modules and attributes, or None where that is not certain."""
    for node in inner(statements):
        for name, target in bindings(node, reader):
            scope[name] = chosen(scope[name], target, reader.modules) if name in scope else target


def chosen(one, other, modules):
    """`try: import pkg._C as c`, `except ImportError: c = None`: of two that differ, the only native one."""
    native = [path for path in (one, other) if path and (path[:2] == ["torch", "ops"] or path[-1] in modules)]
    return one if one == other else native[0] if len(native) == 1 else None


def inner(statements):
    """All statements of one scope: not those inside of functions and classes."""
    for node in statements:
        yield node
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        for field in ("body", "orelse", "finalbody", "handlers", "cases"):
            for child in inner(getattr(node, field, ())):
                yield child


def bindings(node, reader):
    if isinstance(node, ast.Import):
        for alias in node.names:
            root = alias.name.split(".")[0]
            yield (alias.asname, alias.name.split(".")) if alias.asname else (root, [root])
    elif isinstance(node, ast.ImportFrom):
        module = "." * node.level + (node.module or "")
        for alias in node.names:
            yield alias.asname or alias.name, ([module] if node.level else module.split(".")) + [alias.name]
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.ExceptHandler)):
        yield node.name, None
    elif isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
        yield node.targets[0].id, reader.resolve(node.value)
    elif isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.For, ast.AsyncFor, ast.With, ast.AsyncWith)):
        targets = getattr(node, "targets", [getattr(node, "target", None)])
        targets = targets + [item.optional_vars for item in getattr(node, "items", ())]
        for child in (child for target in targets if target is not None for child in ast.walk(target)):
            if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store):
                yield child.id, None


def arguments(node):
    every = node.args + node.kwonlyargs + getattr(node, "posonlyargs", []) + [node.vararg, node.kwarg]
    return [argument.arg for argument in every if argument is not None]


def dotted(node):
    parts = []
    while isinstance(node, ast.Attribute):
        parts.insert(0, node.attr)
        node = node.value
    return [node.id] + parts if isinstance(node, ast.Name) else []


def caught(node):
    if node is None:
        return ["BaseException"]
    every = node.elts if isinstance(node, ast.Tuple) else [node]
    return [dotted(one)[-1] for one in every if dotted(one)]


def constant(node):
    value = getattr(node, "value", getattr(node, "s", None))
    return value if isinstance(value, str) else None


def counted(call):
    """Positional count and keyword names; None where * or ** hides them."""
    if any(isinstance(one, ast.Starred) for one in call.args) or any(one.arg is None for one in call.keywords):
        return None
    return {"positional": len(call.args), "keywords": [one.arg for one in call.keywords]}


def joined(module, name):
    return module + name if module.endswith(".") else module + "." + name


def joined_parts(parts):
    """`[".sub", "_C"]` is `.sub._C`, and `[".", "_C"]` is `._C`."""
    text = parts[0]
    for part in parts[1:]:
        text = joined(text, part)
    return text


def source_text(all_lines, node):
    """The text of a condition, on one line and not too long."""
    end = getattr(node, "end_lineno", None) or node.lineno
    lines = [line.encode("utf-8", "surrogatepass") for line in all_lines[node.lineno - 1 : end]]
    stop = getattr(node, "end_col_offset", None)
    if stop is not None:
        lines[-1] = lines[-1][:stop]
    lines[0] = lines[0][node.col_offset :]
    text = " ".join(b" ".join(lines).decode("utf-8", "replace").split())
    return text if len(text) <= 80 else text[:77] + "..."
