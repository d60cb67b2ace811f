/** Which names a compiler's answer speaks about. Pure. */
import type { RepoPath } from "../../model.ts";

/**
 * Whether a file is one that C, C++, CUDA or HIP compilers read: sources, headers and what is included like them. Of
 * these a complete answer may say "not read". Cython files, templates, generators and build files are read by other
 * programs, of which no list is complete.
 */
export function isCFamily(path: RepoPath): boolean {
  return C_FAMILY.test(path);
}

const C_FAMILY =
  /\.(c|cc|cpp|cxx|c\+\+|cu|cuh|hip|m|mm|h|hh|hpp|hxx|h\+\+|inl|inc|ipp|tcc|tpp|cppm|ixx|s|S|asm|def)$/;
