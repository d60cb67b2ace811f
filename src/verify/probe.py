"""Runs inside a fresh interpreter of the user's environment: loads, imports and looks, and tells on descriptor 3.

Request: one JSON object on stdin. Answers: one JSON object a line, each as soon as it is known, so that a crash
or a hang loses nothing. Needs Python 3.6 and nothing else; writes no file.
"""

import ctypes
import fcntl
import importlib
import importlib.machinery
import importlib.util
import inspect
import json
import os
import re
import sys
import warnings


def main():
    request = json.load(sys.stdin)
    prepare(request["roots"])
    for path in request["sources"]:
        answer("source", path, check_source, path)
    for library in request["libraries"]:
        answer("library", library["path"], load_library, library)
    for module in request["modules"]:
        answer("module", module["module"], import_required, module)
    for operator in request["operators"]:
        answer("operator", operator, find_operator, (operator, request["keys"]))
    for library in request["lookups"]["libraries"]:
        answer("lookup", "names of " + library["path"], look_into, library)
    for operator in request["lookups"]["operators"]:
        answer("lookup", operator, look_up, operator)
    tell({"kind": "end"})


def prepare(roots):
    """Neutral start: not the folder of this script, no core dumps, packages of the tree found as users find them."""
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if entry and os.path.abspath(entry) != here]
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    except (ImportError, ValueError, OSError):
        pass
    for entry in roots:
        if entry["root"] in sys.path:
            continue
        if entry["first"]:
            sys.path.insert(0, entry["root"])
        elif not provides(entry["package"]):
            sys.path.append(entry["root"])
    importlib.invalidate_caches()


def provides(package):
    """Whether the environment has the package without our help. A folder without __init__.py is no package."""
    try:
        spec = importlib.util.find_spec(package)
    except (ImportError, ValueError, AttributeError):
        return False
    return spec is not None and spec.origin is not None


def check_source(path):
    with open(path, "rb") as file:
        content = file.read()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        compile(content, path, "exec", dont_inherit=True)
    return {"winner": winner(path)}


def load_library(library):
    if library["torch"]:
        importlib.import_module("torch")
    try:
        file = load_one(library)
    except (ImportError, OSError) as error:
        if "torch" in sys.modules or not mentions_torch(error):
            raise
        importlib.import_module("torch")
        file = load_one(library)
    return {"file": file, "winner": winner(library["path"])}


def load_one(library):
    path, name = library["path"], library["module"]
    if library["byName"] and is_module_file(path):
        return importlib.import_module(name).__file__
    loader = importlib.machinery.ExtensionFileLoader(name, path)
    spec = importlib.util.spec_from_file_location(name, path, loader=loader)
    try:
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        loader.exec_module(module)
        return module.__file__
    except ImportError as error:
        sys.modules.pop(name, None)
        if "does not define module export function" not in str(error):
            raise
    except BaseException:
        sys.modules.pop(name, None)
        raise
    # no PyInit: a library of operators, or one that others link to
    if "torch" in sys.modules:
        sys.modules["torch"].ops.load_library(path)
    else:
        ctypes.CDLL(path)
    return path


def import_required(required):
    module = importlib.import_module(required["module"])
    names = [name for name in required["names"] if not has_name(module, name)]
    file = getattr(module, "__file__", None)
    return {"file": file, "folders": [] if file else list(getattr(module, "__path__", [])), "missing": names}


def has_name(module, dotted):
    """True when `from module import name` would work; a dotted name goes on from there by attributes."""
    value = module
    for depth, name in enumerate(dotted.split(".")):
        try:
            value = getattr(value, name)
        except AttributeError:
            if depth > 0 or not hasattr(module, "__path__"):
                return False
            try:
                value = importlib.import_module(module.__name__ + "." + name)
            except ModuleNotFoundError as error:
                if error.name == module.__name__ + "." + name:
                    return False
                raise
    return True


# Where an operator's computations can lie (c10/core/DispatchKey.h); a build without a GPU registers for CUDA too.
KEYS = ("CPU", "CUDA", "HIP", "XPU", "HPU", "MPS", "MTIA", "XLA", "PrivateUse1")


def find_operator(question):
    operator, keys = question
    torch = importlib.import_module("torch")
    name, _, overload = operator.partition(".")
    schemas = torch._C._jit_get_schemas_for_operator(name)
    if overload:
        schemas = [schema for schema in schemas if schema.overload_name == overload]
    return {"schemas": [str(schema) for schema in schemas], "kernels": kernels_of(torch, schemas, keys)}


def kernels_of(torch, schemas, keys):
    """Dispatch keys for which one of the overloads has a kernel, of its own or composite; None where torch is too old to tell."""
    has_kernel = getattr(torch._C, "_dispatch_has_computed_kernel_for_dispatch_key", None)
    if has_kernel is None:
        return None
    names = [s.name + ("." + s.overload_name if s.overload_name else "") for s in schemas]
    return [key for key in dict.fromkeys(KEYS + tuple(keys)) if any(holds(has_kernel, name, key) for name in names)]


def holds(has_kernel, name, key):
    try:
        return has_kernel(name, key)
    except RuntimeError:  # no such key
        return False


def look_into(library):
    """Which names a module that is loaded already lacks, and how the others are called, where that can be known."""
    module = sys.modules[library["module"]]
    names = [name for name in library["names"] if hasattr(module, name)]
    signatures = {name: signatures_of(name, module) for name in names}
    return {
        "missing": [name for name in library["names"] if name not in signatures],
        "signatures": {name: found for name, found in signatures.items() if found},
    }


def signatures_of(name, module):
    """None where it is no function, does not tell, or is a strange object."""
    try:
        return [str(signature) for signature in told_signatures(name, getattr(module, name))]
    except Exception:
        return []


def told_signatures(name, value):
    """As nanobind keeps them, as pybind11 writes them into its documentation, or as the interpreter knows them."""
    kept = getattr(value, "__nb_signature__", None)
    if kept is not None:
        return [re.sub(r"^def ", "", entry[0]) for entry in kept]
    if type(value).__name__ == "cython_function_or_method":
        return [name + str(inspect.signature(value, follow_wrapped=False))]
    if re.search("PyCapsule|function_record", type(getattr(value, "__self__", None)).__name__):
        head = re.escape(name) + r"\("
        lines = value.__doc__.split("\n")
        if lines[1:2] == ["Overloaded function."]:
            numbered = [line.partition(". ")[2] for line in lines if re.match(r"\d+\. " + head, line)]
            return numbered if all(is_whole(line) for line in numbered) else []
        return [line for line in lines[:1] if re.match(head, line) and is_whole(line)]
    text = getattr(value, "__text_signature__", None)
    if isinstance(text, str) and text.startswith("("):
        return [name + re.sub(r"^\(\$\w+(?:, )?(?:/(?:, )?)?", "(", text)]
    return []


def is_whole(line):
    """False where a default value goes on in the next line."""
    return re.search(r"\)(?: -> .*)?$", line) is not None


def look_up(operator):
    """Schemas of an operator, which only a library that is loaded already can have registered."""
    sys.modules["torch"]
    return find_operator((operator, ()))


def winner(path):
    """The file that the importer takes from this folder for the module that `path` is a file of."""
    folder, base = os.path.split(path)
    stem = base.partition(".")[0]
    if stem == "__init__" or not (is_module_file(path) or base == stem + ".py"):
        return None
    machinery = importlib.machinery
    finder = machinery.FileFinder(
        folder,
        (machinery.ExtensionFileLoader, machinery.EXTENSION_SUFFIXES),
        (machinery.SourceFileLoader, machinery.SOURCE_SUFFIXES),
        (machinery.SourcelessFileLoader, machinery.BYTECODE_SUFFIXES),
    )
    spec = finder.find_spec(stem)
    return None if spec is None else spec.origin


def is_module_file(path):
    base = os.path.basename(path)
    stem = base.partition(".")[0]
    return any(base == stem + suffix for suffix in importlib.machinery.EXTENSION_SUFFIXES)


def mentions_torch(error):
    return "libtorch" in str(error) or "libc10" in str(error)


def answer(kind, subject, work, argument):
    tell({"kind": "begin", "subject": subject})
    try:
        found = work(argument)
        tell(dict(found, kind=kind, subject=subject, error=None))
    except BaseException as error:  # a module may raise anything, SystemExit too
        tell({"kind": kind, "subject": subject, "error": "%s: %s" % (type(error).__name__, error)})


def tell(value):
    data = (json.dumps(value) + "\n").encode("ascii")
    while data:
        data = data[os.write(CHANNEL, data) :]


# Away from the low numbers and not inherited: what the modules print, close or start does not reach it.
CHANNEL = fcntl.fcntl(3, fcntl.F_DUPFD_CLOEXEC, 200)
os.close(3)
main()
sys.stdout.flush()
os._exit(0)  # the answers are complete: what happens at exit is not asked
