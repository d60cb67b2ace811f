import { join } from "node:path";
import { library, put } from "./native.ts";

const STRING = "NSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE";

/** The parts of torch that verifying asks for, with real mangled names. */
const LIBC10 = `
void error(void) __asm__("_ZN3c105ErrorC2ENS_14SourceLocationE${STRING}"); void error(void) {}
void set_device(void) __asm__("_ZN3c104cuda9SetDeviceEab"); void set_device(void) {}
int registered[8]; int registrations; void enroll(int number) { registered[registrations++] = number; }
`;
const TORCH = `
import ctypes, os
_c10 = ctypes.CDLL(os.path.join(os.path.dirname(__file__), "lib", "libc10.so"))
class ops:
    load_library = staticmethod(ctypes.CDLL)
class _C:
    @staticmethod
    def _jit_get_schemas_for_operator(name):
        count = ctypes.c_int.in_dll(_c10, "registrations").value
        numbers = (ctypes.c_int * 8).in_dll(_c10, "registered")[:count]
        return ["%s(Tensor a) -> Tensor" % name] if name == "mine::add" and 7 in numbers else []
`;

/** Puts a torch 2.9.0 that takes no second to import into a folder that stands for site-packages. @returns the folder. */
export function standInTorch(site: string): string {
  put(join(site, "torch", "__init__.py"), TORCH);
  put(join(site, "torch", "version.py"), "__version__ = '2.9.0+cpu'\n");
  library(join(site, "torch", "lib", "libc10.so"), LIBC10, "-Wl,-soname,libc10.so");
  return site;
}

/** A library of operators as torch extensions are: linked to libc10 without a path to it, and without PyInit. */
export function operatorLibrary(
  path: string,
  site: string,
  source: string,
  ...also: readonly string[]
): string {
  const flags = ["-Wl,--no-as-needed,--unresolved-symbols=ignore-all"];
  return library(path, source, ...flags, `-L${join(site, "torch", "lib")}`, "-lc10", ...also);
}
