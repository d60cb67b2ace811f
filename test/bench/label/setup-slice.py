"""The part of a setup.py that reaches the extensions, as JSON: {"slice": text, "strings": [...]}.

Starts at what `setup()` is given as ext_modules and cmdclass and follows names to the top-level statements that bind
them. Branches for other devices are cut. A file that cannot be parsed is its own slice.
"""
import ast
import json
import sys

OFF = set(sys.argv[1:])  # names and calls that are certainly false, e.g. IS_ROCM or _is_hip()


def value(test):
    """True, False, or None for a condition."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = value(test.operand)
        return None if inner is None else not inner
    if isinstance(test, ast.BoolOp):
        values = [value(one) for one in test.values]
        if isinstance(test.op, ast.And):
            return False if False in values else (None if None in values else True)
        return True if True in values else (None if None in values else False)
    return False if ast.unparse(test) in OFF else None


class Cut(ast.NodeTransformer):
    def visit_If(self, node):
        self.generic_visit(node)
        known = value(node.test)
        if known is None:
            return node
        return (node.body if known else node.orelse) or ast.Pass()

    def visit_IfExp(self, node):
        self.generic_visit(node)
        known = value(node.test)
        return node if known is None else (node.body if known else node.orelse)

    def visit_Expr(self, node):
        # Docstrings and what is only printed.
        if isinstance(node.value, ast.Constant):
            return ast.Pass()
        text = ast.unparse(node.value)
        if text.startswith(("print(", "logger.", "logging.", "warnings.warn(")):
            return ast.Pass()
        return self.generic_visit(node)

    def visit_Dict(self, node):
        # Of `cmdclass` only what builds extensions.
        pairs = [
            (key, item)
            for key, item in zip(node.keys, node.values)
            if not (isinstance(key, ast.Constant) and key.value in ("bdist_wheel", "sdist", "egg_info"))
        ]
        node.keys, node.values = [key for key, _ in pairs], [item for _, item in pairs]
        return self.generic_visit(node)


def names(node):
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}


def bound(node):
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return {node.name}
    found = set()
    for one in ast.walk(node):
        if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store):
            found.add(one.id)
        if isinstance(one, (ast.FunctionDef, ast.ClassDef)):
            found.add(one.name)
        if isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute):
            if one.func.attr in ("append", "extend", "insert", "update") and isinstance(one.func.value, ast.Name):
                found.add(one.func.value.id)
    return found


def main():
    text = sys.stdin.read()
    try:
        tree = Cut().visit(ast.parse(text))
    except SyntaxError:
        return {"slice": text, "strings": []}
    roots = []
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and getattr(call.func, "id", getattr(call.func, "attr", "")) == "setup":
            roots += [one.value for one in call.keywords if one.arg in ("ext_modules", "cmdclass", None)]
    wanted = set().union(*[names(root) for root in roots]) if roots else set()
    chosen = {}
    changed = True
    while changed:
        changed = False
        for at, node in enumerate(tree.body):
            if at in chosen or isinstance(node, (ast.Import, ast.ImportFrom)) or not bound(node) & wanted:
                continue
            chosen[at] = node
            wanted |= names(node)
            changed = True
    nodes = [chosen[at] for at in sorted(chosen)] + roots
    strings = [one.value for node in nodes for one in ast.walk(node)
               if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    return {"slice": "\n".join(ast.unparse(node) for node in nodes), "strings": strings}


json.dump(main(), sys.stdout)
