/**
 * The texts of the demo's project, shaped like vLLM at the time of the incident: a compiled module, a kernel where
 * there is nvcc, and a folder that git ignores because the build copies its Python file in.
 */

/** Files of one state of the project, by path; null: not there. */
export type ProjectFiles = Readonly<Record<string, string | null>>;

/** Path of the file that git ignores and the build copies in. */
export const COPIED = "tinyflash/attn/__init__.py";

/** The first commit: the build copies the interface in. */
export function projectFiles(hasNvcc: boolean): ProjectFiles {
  return {
    ...copiedIn(hasNvcc),
    "README.md": "# tinyflash\n\nAttention, but tiny.\n",
    "csrc/ops.cpp": OPS,
    "csrc/interface/attn.py": INTERFACE,
    "csrc/scale.cu": hasNvcc ? KERNEL : null,
    "tinyflash/__init__.py": "from tinyflash.attn._C import scale\n",
  };
}

/** What upstream did for two days: the interface is tracked, and the build does not copy it. */
export function trackedInterface(hasNvcc: boolean): ProjectFiles {
  return {
    ".gitignore": `${IGNORED}!/${COPIED}\n`,
    "build.py": buildScript(hasNvcc, false),
    "rebuild-if-needed.toml": config(hasNvcc, ["tinyflash/attn/*.so"]),
    [COPIED]: INTERFACE,
  };
}

/** And back: the build copies it again, git does not track it. */
export function copiedIn(hasNvcc: boolean): ProjectFiles {
  return {
    ".gitignore": IGNORED,
    "build.py": buildScript(hasNvcc, true),
    "rebuild-if-needed.toml": config(hasNvcc, ["tinyflash/attn/*.so", COPIED]),
    [COPIED]: null,
  };
}

/** A new native function and its caller. */
export const ADDED_FUNCTION: ProjectFiles = {
  "csrc/ops.cpp": operations(["scale", "x * factor"], ["shift", "x + factor"]),
  "tinyflash/__init__.py": "from tinyflash.attn._C import scale, shift\n",
};

/** A merge gone wrong: a conflict mark was committed. */
export const BROKEN: ProjectFiles = {
  "csrc/ops.cpp": `${operations(["scale", "x * factor"], ["shift", "x + factor"])}>>>>>>> faster\n`,
};

export const REPAIRED: ProjectFiles = {
  "csrc/ops.cpp": operations(["scale", "x * factor"], ["shift", "x + factor"], ["ratio", "x / factor"]),
  "tinyflash/__init__.py": "from tinyflash.attn._C import ratio, scale, shift\n",
};

/** A change of Python alone. */
export function pythonOnly(revision: number): ProjectFiles {
  return { "tinyflash/sampling.py": `TEMPERATURE = ${revision / 10}\n` };
}

const IGNORED = "__pycache__/\n*.so\n/.venv/\n/tinyflash/attn/*\n";

const INTERFACE = `from tinyflash.attn._C import scale


def flash_attn_varlen_func(q, softmax_scale=1.0):
    return scale(q, softmax_scale)
`;

const OPS = operations(["scale", "x * factor"]);

/** A C++ module whose functions take two numbers; each is a name and an expression of \`x\` and \`factor\`. */
function operations(...functions: readonly (readonly [name: string, expression: string])[]): string {
  const bodies = functions.map(
    ([name, expression]) => `
static PyObject *${name}(PyObject *, PyObject *args) {
    double x, factor;
    if (!PyArg_ParseTuple(args, "dd", &x, &factor)) return nullptr;
    return PyFloat_FromDouble(${expression});
}
`,
  );
  const rows = functions.map(([name]) => `    {"${name}", ${name}, METH_VARARGS, nullptr},\n`);
  return `#include <Python.h>
${bodies.join("")}
static PyMethodDef methods[] = {
${rows.join("")}    {nullptr, nullptr, 0, nullptr},
};

static PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_C", nullptr, -1, methods};

PyMODINIT_FUNC PyInit__C() { return PyModule_Create(&definition); }
`;
}

const KERNEL = `#include <Python.h>

__global__ void scale_kernel(float *x, float factor) { x[threadIdx.x] *= factor; }

static PyObject *scale_on_gpu(PyObject *, PyObject *args) {
    float x, factor, *device = nullptr;
    if (!PyArg_ParseTuple(args, "ff", &x, &factor)) return nullptr;
    cudaError_t error = cudaMalloc(&device, sizeof x);
    if (error == cudaSuccess) {
        cudaMemcpy(device, &x, sizeof x, cudaMemcpyHostToDevice);
        scale_kernel<<<1, 1>>>(device, factor);
        error = cudaMemcpy(&x, device, sizeof x, cudaMemcpyDeviceToHost);
        cudaFree(device);
    }
    if (error != cudaSuccess) return PyErr_Format(PyExc_RuntimeError, "%s", cudaGetErrorString(error));
    return PyFloat_FromDouble(x);
}

static PyMethodDef methods[] = {
    {"scale_on_gpu", scale_on_gpu, METH_VARARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

static PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_cuda", nullptr, -1, methods};

PyMODINIT_FUNC PyInit__cuda() { return PyModule_Create(&definition); }
`;

function config(hasNvcc: boolean, outputs: readonly string[]): string {
  const required = ["tinyflash.attn._C:scale", "tinyflash.attn:flash_attn_varlen_func"];
  if (hasNvcc) required.push("tinyflash.attn._cuda:scale_on_gpu");
  return `mode = "foreground"
interpreter = ".venv/bin/python"

[[extension]]
name = "tinyflash"
inputs = ["csrc/**", "build.py"]
outputs = ${JSON.stringify(outputs)}
recipe = [["python", "build.py"]]
require = ${JSON.stringify(required)}
`;
}

function buildScript(hasNvcc: boolean, copies: boolean): string {
  const nvcc = `run("nvcc", "-shared", "-Xcompiler", "-fPIC", *include, "csrc/scale.cu", "-o", "tinyflash/attn/_cuda" + suffix)`;
  const copy = `shutil.copy("csrc/interface/attn.py", "${COPIED}")`;
  return `import os, shlex, shutil, subprocess, sys, sysconfig


def run(*command):
    print("+", shlex.join(command), flush=True)
    code = subprocess.call(command)
    if code:
        sys.exit(code)


suffix = sysconfig.get_config_var("EXT_SUFFIX")
include = ["-I", sysconfig.get_path("include")]
os.makedirs("tinyflash/attn", exist_ok=True)
mac = ["-undefined", "dynamic_lookup"] if sys.platform == "darwin" else []
run("g++", "-std=c++17", "-O2", "-shared", "-fPIC", *mac, *include, "csrc/ops.cpp", "-o", "tinyflash/attn/_C" + suffix)
${hasNvcc ? `${nvcc}\n` : ""}${copies ? `${copy}\n` : ""}`;
}
