import { REBUILD, type CauseRow } from "./cause.ts";

/** CMake, Ninja and Meson, and what their build directories remember. */
export const CMAKE: readonly CauseRow[] = [
  {
    pattern: /CMake ([\d.]+) or higher is required\.\s+You are running version ([\d.]+)/,
    cause: "the project asks for CMake $1, found was $2",
    fix: "install CMake $1, then from that shell: rebuild-if-needed",
  },
  {
    pattern: /Compatibility with CMake < [\d.]+ has been removed/,
    cause: "this CMake is too new for what the project asks for",
    fix: "CMAKE_ARGS=-DCMAKE_POLICY_VERSION_MINIMUM=3.5 rebuild-if-needed",
  },
  {
    pattern:
      /is not a full path to an existing compiler|is different than the directory \S+ where CMakeCache\.txt was created|does not match the source "[^"]+" used to generate cache|Could not find compiler set in environment variable|build-env-\S+\/(?:overlay|normal)\/\S+: (?:not found|No such file)|No rule to make target '\/\S+(?:cuda|python)\S*'/,
    cause: "CMake is told to use tools or folders that are not there, by its cache or by a variable",
    fix: `${REBUILD} (a clean build makes the cache anew); if that does not help, look at CC, CXX and CUDACXX`,
  },
  {
    pattern: /generator : (.+)\s+Does not match the generator used previously: (.+)/,
    cause: "the build directory was made for $2, and CMake is now asked for $1",
    fix: REBUILD,
  },
  {
    pattern:
      /CMake was unable to find a build program corresponding to "?(Ninja|Unix Makefiles)|error: (ninja) (?:is required|not found)|Ninja is required to load C\+\+ extensions|Could not detect Ninja/i,
    cause: "the build tool that CMake or torch asks for is not there",
    fix: "install ninja (or make), then from that shell: rebuild-if-needed",
  },
  {
    pattern:
      /error: command '([^'\s]*(?:gcc|g\+\+|cc|c\+\+|clang|clang\+\+)[^'\s]*)' failed: No such file or directory|No (CMAKE_C(?:XX)?_COMPILER) could be found|ERROR: Unknown compiler\(s\)/,
    cause: "there is no compiler",
    fix: "Debian and Ubuntu: sudo apt install build-essential; macOS: xcode-select --install",
  },
  {
    // The same words without "Error" tell of a package that is optional.
    pattern:
      /CMake Error at [^\n]*\(find_package\):[^]{0,500}?Could not find a package configuration file provided by\s+"(\w+)"|CMake Error at [^\n]*\(message\):\s+Could NOT find (\w+)/,
    cause: "CMake does not find the package $1",
    fix: "install it in the environment of the build; where it is there, name its folder by CMAKE_PREFIX_PATH",
  },
  {
    pattern: /ERROR: Dependency "([^"]+)" not found/,
    cause: "Meson does not find $1",
    fix: "install its development package, or add its folder to PKG_CONFIG_PATH",
  },
  {
    pattern: /Build directory has been generated with Meson version (\S+), which is incompatible/,
    cause: "the build directory was made by Meson $1, another version than this one",
    fix: REBUILD,
  },
  {
    pattern: /can't copy '([^']+\.so)': doesn't exist or not a regular file/,
    cause: "the build did not make $1, which its install step copies",
    fix: `look further up in the log for the target that failed, then: ${REBUILD}`,
  },
];
