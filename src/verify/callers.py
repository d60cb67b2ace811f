"""Reads Python text with the interpreter's own grammar and tells which native names it uses. Imports nothing of it.

Request on stdin: {"modules": [last parts of native modules' names], "texts": [text, ...]}. Answer on stdout: one
list of uses for each text. Run with -I -S; needs Python 3.6 and nothing else.
"""

import ast
import json
import os
import sys
import warnings

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))  # -I leaves it out
from caller_names import ASKS, arguments, bind, caught, concerns, constant, counted, dotted  # noqa: E402
from caller_names import joined, joined_parts, marked_lines, source_text  # noqa: E402

# Which exceptions a missing name raises: an operator or attribute, or an import.
LOOKUP_ERRORS = {"AttributeError", "RuntimeError", "Exception", "BaseException"}
IMPORT_ERRORS = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}
LEAVES = (ast.Return, ast.Raise, ast.Continue, ast.Break)


def main():
    request = json.loads(sys.stdin.buffer.read().decode("utf-8", "surrogatepass"))
    modules = frozenset(request["modules"])
    answers = [uses_in(text, modules) for text in request["texts"]]
    sys.stdout.write(json.dumps(answers))


def uses_in(text, modules):
    """What is found until the text cannot be read any further, which no file of a package should bring about."""
    reader = Reader(text, modules)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
        reader.body(tree.body)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        pass
    return reader.uses


class Reader:
    def __init__(self, text, modules):
        self.lines = text.split("\n")
        self.modules = modules
        self.uses = []
        self.guards = []  # (text, guards lookups, guards imports)
        self.scopes = [{}]
        self.marks = marked_lines(self.lines, modules)

    # Statements

    def body(self, statements):
        bind(statements, self.scopes[-1], self)
        self.block(statements)

    def statement(self, node):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            self.function(node)
        elif isinstance(node, ast.ClassDef):
            for child in node.bases + [keyword.value for keyword in node.keywords] + node.decorator_list:
                self.expression(child)
            self.block(node.body)
        elif isinstance(node, ast.If):
            self.expression(node.test)
            self.guarded(node.test, "if %s", node.body)
            self.guarded(node.test, "else of if %s", node.orelse)
        elif isinstance(node, ast.Try) or type(node).__name__ == "TryStar":
            self.attempt(node)
        elif isinstance(node, (ast.With, ast.AsyncWith)):
            depth = len(self.guards)
            for call in [item.context_expr for item in node.items]:
                self.expression(call)
                if isinstance(call, ast.Call) and dotted(call.func)[-1:] == ["suppress"]:
                    self.catching([name for one in call.args for name in caught(one)], "suppress(%s)")
            self.block(node.body)
            del self.guards[depth:]
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            self.imported(node)
        elif isinstance(node, ast.AnnAssign):
            self.children(node, ["value"])  # what it is annotated with, a type checker alone may need
        else:
            self.children(node)

    def children(self, node, fields=None):
        for field in fields or node._fields:
            value = getattr(node, field, None)
            if isinstance(value, list) and value and isinstance(value[0], ast.stmt):
                self.block(value)
                continue
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.expr):
                    self.expression(child)
                elif isinstance(child, ast.AST):  # a case, a comprehension, a keyword
                    self.children(child)

    def block(self, statements):
        depth = len(self.guards)
        for statement in statements:
            if concerns(self.marks, statement):
                self.statement(statement)
            if isinstance(statement, ast.If) and statement.body and isinstance(statement.body[-1], LEAVES):
                self.guard_by(statement.test, "after if %s")
        del self.guards[depth:]

    def function(self, node):
        for child in node.decorator_list + node.args.defaults + [one for one in node.args.kw_defaults if one]:
            self.expression(child)
        scope = {}
        for argument in arguments(node.args):
            scope[argument] = None
        self.scopes.append(scope)
        self.body(node.body)
        self.scopes.pop()

    def guarded(self, test, form, inside):
        depth = len(self.guards)
        self.guard_by(test, form)
        self.block(inside) if isinstance(inside, list) else self.expression(inside)
        del self.guards[depth:]

    def guard_by(self, test, form):
        text = source_text(self.lines, test)
        if ASKS.search(text):
            self.guards.append((form.replace("%s", text), True, True))

    def attempt(self, node):
        names = [name for handler in node.handlers for name in caught(handler.type)]
        depth = len(self.guards)
        self.catching(names, "try, except %s")
        self.block(node.body)
        del self.guards[depth:]
        for handler in node.handlers:
            self.block(handler.body)
        self.block(node.orelse)
        self.block(node.finalbody)

    def catching(self, names, form):
        lookups, imports = not LOOKUP_ERRORS.isdisjoint(names), not IMPORT_ERRORS.isdisjoint(names)
        if lookups or imports:
            self.guards.append((form % ", ".join(names), lookups, imports))

    # Names

    def imported(self, node):
        for alias in node.names:
            if isinstance(node, ast.Import):
                if alias.name.split(".")[-1] in self.modules:
                    self.use("module", alias.name, "", node)
                continue
            module = "." * node.level + (node.module or "")
            if module.split(".")[0] == "torch":
                continue
            if alias.name in self.modules and module:
                self.use("module", joined(module, alias.name), "", node)
            elif module.split(".")[-1] in self.modules:
                self.use("name", module, alias.name, node)

    def expression(self, node):
        if isinstance(node, ast.Call):
            self.call(node)
            return
        if isinstance(node, ast.Attribute):
            if self.chain(node, None):
                return
        elif isinstance(node, ast.IfExp):
            self.expression(node.test)
            self.guarded(node.test, "if %s", node.body)
            self.guarded(node.test, "else of if %s", node.orelse)
            return
        elif isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And):
            depth = len(self.guards)
            for child in node.values:
                self.expression(child)
                self.guard_by(child, "%s and")
            del self.guards[depth:]
            return
        elif isinstance(node, ast.Lambda):
            self.scopes.append({name: None for name in arguments(node.args)})
            self.expression(node.body)
            self.scopes.pop()
            return
        self.children(node)

    def call(self, node):
        if isinstance(node.func, ast.Name) and node.func.id in ("hasattr", "getattr") and len(node.args) > 1:
            space, name = self.resolve(node.args[0]), constant(node.args[1])
            if space is not None and name is not None:
                is_optional = node.func.id == "hasattr" or len(node.args) > 2
                self.member(space + [name], node, None, node.func.id if is_optional else None)
                return
        elif dotted(node.func)[-1:] == ["import_module"] and node.args:
            name = constant(node.args[0])
            if name is not None and name.split(".")[-1] in self.modules:
                self.use("module", name, "", node)
        if not self.chain(node.func, node):
            self.expression(node.func)
        for child in node.args + [keyword.value for keyword in node.keywords]:
            self.expression(child)

    def chain(self, node, call):
        parts = self.resolve(node)
        return parts is not None and self.member(parts, node, call, None)

    def member(self, parts, node, call, guard):
        """A use when `parts` goes down to a member of an operator namespace or of a native module."""
        if parts[0] == "torch":
            if parts[1:2] != ["ops"] or len(parts) < 4:
                return False
            overload = parts[4] if len(parts) > 4 else ""
            call = call if len(parts) < 6 else None  # what is behind the overload is called
            self.use("operator", parts[2], parts[3], node, call, guard, overload)
            return True
        for end in range(len(parts) - 1, 0, -1):
            if parts[end - 1] in self.modules:
                call = call if end == len(parts) - 1 else None  # a member of it is called
                self.use("name", joined_parts(parts[:end]), parts[end], node, call, guard)
                return True
        return False

    def resolve(self, node):
        """Full path of a chain of attributes, aliases replaced; None: it starts from something else."""
        parts = dotted(node)
        if not parts:
            return None
        for scope in reversed(self.scopes):
            if parts[0] in scope:
                target = scope[parts[0]]
                return None if target is None else target + parts[1:]
        return parts if parts[0] == "torch" else None

    def use(self, kind, space, name, node, call=None, guard=None, overload=""):
        is_import = kind == "module" or isinstance(node, ast.ImportFrom)
        if guard is None:
            for text, lookups, imports in self.guards:
                if imports if is_import else lookups:
                    guard = text
        found = {"kind": kind, "space": space, "name": name, "line": node.lineno}
        if guard is not None:
            found["guard"] = guard
        if overload:
            found["overload"] = overload
        arguments_ = None if call is None else counted(call)
        if arguments_ is not None:
            found["call"] = arguments_
        self.uses.append(found)


main()
