/** Headers that compilers, Python, torch and CUDA bring: that a tree lacks them says nothing about its submodules. */
export function isKnownHeader(name: string): boolean {
  return STANDARD.test(name) || FOLDERS.test(name) || VENDORS.test(name);
}

/** `<vector>`, and C's own. */
const STANDARD =
  /^(?:[a-z_0-9]+|(?:assert|complex|ctype|errno|fenv|float|inttypes|iso646|limits|locale|malloc|math|memory|setjmp|signal|stdalign|stdarg|stdatomic|stdbool|stddef|stdint|stdio|stdlib|stdnoreturn|string|strings|tgmath|threads|time|uchar|wchar|wctype|alloca|dirent|dlfcn|endian|execinfo|fcntl|fnmatch|getopt|glob|grp|iconv|ifaddrs|io|langinfo|libgen|link|netdb|poll|pthread|pwd|regex|sched|semaphore|spawn|syslog|termios|ucontext|unistd|utime|values|cxxabi|intrin|cpuid|omp|mpi|numa|windows|winsock2?|ws2tcpip|direct|process|conio|crtdbg|tchar|windef|winnt|ntstatus|shlobj|psapi|byteswap|features|version)\.h)$/i;

const FOLDERS =
  /^(?:sys|linux|asm|net|netinet|arpa|bits|experimental|ext|tr1|mach|mach-o|machine|libkern|CoreFoundation|Accelerate|Metal|Foundation|cpython|pybind11|nanobind|numpy|torch|ATen|c10|caffe2|THC?|cuda|cub|thrust|cooperative_groups|nv|nvtx3|hip|hipcub|rocprim|rocthrust|rocblas|hipblas|hipsparse|hipblaslt|rccl|libc|libcpp|omp|oneapi|sycl|tbb|aclnn|acl)\//;

const VENDORS =
  /^(?:Python|structmember|frameobject|pyconfig|object|pythread|cu\w*|nvrtc|nvml|nccl|nvToolsExt\w*|nvfunctional|mma|sm_\w+|vector_types|device_\w+|driver_types|math_constants|texture_\w+|surface_\w+|channel_descriptor|host_defines|builtin_types|driver_functions|library_types|crt\/\w+|hip\w*|roc\w*|\w*intrin|arm_\w+|altivec|wasm_simd128|mkl\w*|cblas|lapacke?|bfloat16|pybind11)\.(?:h|hpp|cuh)$/;
