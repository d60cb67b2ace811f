import assert from "node:assert/strict";
import test from "node:test";
import { readCommands } from "../../src/closure/cmake-tokens.ts";
import { readCMake } from "../../src/closure/cmake.ts";

test("CMake's grammar: comments, brackets, quotes, joins, nested parentheses", () => {
  const text = [
    'set(A a;b "c d\\" e" [=[ raw ]] ${X} ]=] # comment )',
    "  last)",
    "#[[ set(B no)",
    ']] IF((X) AND "y\\',
    'z")',
  ].join("\n");
  assert.deepEqual(
    readCommands(text).map(({ name, args }) => [name, ...args.map((arg) => arg.text)]),
    [
      ["set", "A", "a;b", 'c d\\" e', " raw ]] ${X} ", "last"],
      ["if", "(", "X", ")", "AND", "yz"],
    ],
  );
});

const SOURCES: readonly (readonly [what: string, path: string, text: string, expected: readonly string[]])[] =
  [
    ["plain names", "CMakeLists.txt", "add_library(x SHARED a.cpp src/b.cu)", ["a.cpp", "src/b.cu"]],
    ["names in a subfolder", "lib/CMakeLists.txt", "add_library(x a.cpp ../b.cpp)", ["lib/a.cpp", "b.cpp"]],
    ["own folders", "lib/CMakeLists.txt", "set(S ${CMAKE_CURRENT_SOURCE_DIR}/a.cc)", ["lib/a.cc"]],
    [
      "a variable of the file",
      "CMakeLists.txt",
      "set(D csrc/gpu)\nadd_library(x ${D}/a.cu)",
      ["csrc/gpu/a.cu"],
    ],
    [
      "both sides of an if",
      "CMakeLists.txt",
      "if(A)\nset(D one)\nelse()\nset(D two)\nendif()\nadd_library(x ${D}/a.c)",
      ["one/a.c", "two/a.c"],
    ],
    ["a variable from elsewhere", "CMakeLists.txt", "add_library(x ${D}/a.cu)", ["**/a.cu"]],
    [
      "what a cache may change",
      "CMakeLists.txt",
      'set(D lib CACHE PATH "")\nadd_library(x ${D}/a.c)',
      ["lib/a.c", "**/a.c"],
    ],
    [
      "a loop",
      "CMakeLists.txt",
      "foreach(n a b)\nadd_library(${n} src/${n}_impl.cpp)\nendforeach()",
      ["src/a_impl.cpp", "src/b_impl.cpp"],
    ],
    [
      "a loop over a list",
      "CMakeLists.txt",
      "set(N a b)\nforeach(n IN LISTS N)\nadd_library(${n} ${n}.cc)\nendforeach()",
      ["a.cc", "b.cc"],
    ],
    [
      "prefixes for a list",
      "CMakeLists.txt",
      "set(N a.c b.c)\nlist(TRANSFORM N PREPEND src/)\nadd_library(x ${N})",
      ["src/a.c", "src/b.c"],
    ],
    ["text put together", "CMakeLists.txt", 'string(APPEND N "_impl.cpp")', ["**/*_impl.cpp"]],
    [
      "a function of the file",
      "p/CMakeLists.txt",
      "function(mod n)\nadd_library(${n} ${n}.pyx)\nendfunction()\nmod(one)\nmod(two)",
      ["p/one.pyx", "p/two.pyx"],
    ],
    ["globs", "p/CMakeLists.txt", "file(GLOB S CONFIGURE_DEPENDS *.cpp src/*.cu)", ["p/*.cpp", "p/src/*.cu"]],
    [
      "deep globs",
      "p/CMakeLists.txt",
      "file(GLOB_RECURSE S ${CMAKE_CURRENT_LIST_DIR}/k/*.cu)",
      ["p/k/**/*.cu"],
    ],
    ["all sources of a folder", "CMakeLists.txt", "aux_source_directory(src S)", ["src/*"]],
    [
      "generators and their data",
      "CMakeLists.txt",
      "add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/x.c COMMAND python tools/gen.py tables/t.json)",
      ["tools/gen.py", "tables/t.json"],
    ],
    [
      "a generator behind a variable",
      "CMakeLists.txt",
      "set(G tools/gen.py)\nexecute_process(COMMAND python ${G})",
      ["tools/gen.py"],
    ],
    [
      "a module that runs",
      "CMakeLists.txt",
      "execute_process(COMMAND python -m tools.gen)",
      ["**/tools/gen.py"],
    ],
    ["templates", "CMakeLists.txt", "configure_file(v.h.in ${CMAKE_CURRENT_BINARY_DIR}/v.h)", ["v.h.in"]],
    [
      "generator expressions",
      "CMakeLists.txt",
      'target_sources(x PRIVATE "$<$<BOOL:${C}>:gpu/a.cu>")',
      ["gpu/a.cu"],
    ],
    [
      "linker scripts in options",
      "CMakeLists.txt",
      "target_link_options(x PRIVATE -Wl,--version-script=${CMAKE_CURRENT_SOURCE_DIR}/x.map)",
      ["x.map"],
    ],
    [
      "a module's relative paths are its caller's",
      "cmake/x.cmake",
      "add_library(x src/a.cpp)",
      ["**/src/a.cpp"],
    ],
    [
      "a build in another folder",
      "CMakeLists.txt",
      "execute_process(COMMAND make WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}/ext/z)",
      ["ext/z/**/*"],
    ],
  ];

for (const [what, path, text, expected] of SOURCES) {
  test(`CMake sources: ${what}`, () => {
    const { sources } = readCMake(text, path);
    for (const glob of expected) assert.ok(sources.includes(glob), `${glob} in ${sources.join(" ")}`);
  });
}

const NONE: readonly (readonly [what: string, text: string, unwanted: RegExp])[] = [
  ["installed files", "install(FILES a.h b.py DESTINATION include)", /a\.h|b\.py/],
  ["messages", "message(STATUS a.cpp)", /a\.cpp/],
  ["the build directory", "add_library(x ${CMAKE_CURRENT_BINARY_DIR}/gen.c)", /gen\.c/],
  ["absolute paths", "include_directories(/usr/include)\nadd_library(x /opt/a.c)", /usr|opt/],
  ["comments", "# add_library(x a.c)\n#[[\nadd_library(x b.c)\n]]", /\.c/],
  ["paths above the tree", "add_library(x ../a.c)", /a\.c/],
];

for (const [what, text, unwanted] of NONE) {
  test(`CMake names no source by: ${what}`, () => {
    assert.doesNotMatch(readCMake(text, "CMakeLists.txt").sources.join(" "), unwanted);
  });
}

const READS: readonly (readonly [text: string, expected: string])[] = [
  ["add_subdirectory(lib)", "p/lib/CMakeLists.txt"],
  ["foreach(d a b)\nadd_subdirectory(${d})\nendforeach()", "p/b/CMakeLists.txt"],
  ["include(cmake/x.cmake)", "p/cmake/x.cmake"],
  ["include(Helper)", "**/Helper.cmake"],
  ["find_package(Zmq)", "**/FindZmq.cmake"],
  ["FetchContent_Declare(z SOURCE_DIR ${CMAKE_CURRENT_SOURCE_DIR}/third/z)", "p/third/z/CMakeLists.txt"],
  ["add_subdirectory(${ELSEWHERE})", "**/CMakeLists.txt"],
];

for (const [text, expected] of READS) {
  test(`CMake reads: ${text}`, () => {
    const { reads } = readCMake(text, "p/CMakeLists.txt");
    assert.ok(reads.includes(expected), `${expected} in ${reads.join(" ")}`);
  });
}

test("sources that a program tells cannot be known", () => {
  const text = "execute_process(COMMAND python list.py OUTPUT_VARIABLE S)\nadd_library(x ${S})";
  assert.match(readCMake(text, "CMakeLists.txt").open ?? "", /add_library takes its sources from \$\{S\}/);
  assert.equal(
    readCMake("execute_process(COMMAND v OUTPUT_VARIABLE V)\nadd_library(x a.c)", "CMakeLists.txt").open,
    null,
  );
});
