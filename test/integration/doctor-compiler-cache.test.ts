import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { dirname, join } from "node:path";
import test, { type TestContext } from "node:test";
import { judgeRoom } from "../../src/doctor/ccache.ts";
import { createPatient, findHere, type Patient, told } from "../helpers/doctor.ts";

const CMAKE = {
  tools: ["cxx", "cmake"],
  recipe: [
    ["cmake", "-S", ".", "-B", "build"],
    ["cmake", "--build", "build"],
  ],
} as const;

test("a launcher that CC or CMake names, and that has gone", async (t) => {
  const patient = await createPatient(t);
  patient.borrow("gcc");
  const variables = { CC: "ccache gcc" };
  assert.deepEqual(told(await patient.examine({ variables }), "compiler-cache"), [
    "error: compilers are started through ccache (CC=ccache gcc), which is not on the recorded PATH | install ccache, or unset CC",
  ]);
  const CMAKE_ARGS = "-DCMAKE_CXX_COMPILER_LAUNCHER=/opt/gone/sccache";
  assert.deepEqual(
    told(await patient.examine({ extension: CMAKE, variables: { CMAKE_ARGS } }), "compiler-cache"),
    [
      "error: compilers are started through sccache (CMAKE_CXX_COMPILER_LAUNCHER=/opt/gone/sccache), which is not on the recorded PATH | install sccache, or unset CMAKE_CXX_COMPILER_LAUNCHER",
    ],
  );
});

test("ccache whose cache cannot be written: it fails each compile, and the doctor tells before", async (t) => {
  const { patient, path, link } = await withCcache(t);
  const cache = patient.sandbox.path("file/cache");
  writeFileSync(patient.sandbox.path("file"), "");
  const variables = { CCACHE_DIR: cache };
  const found = told(await patient.examine({ path, variables }), "compiler-cache");
  assert.deepEqual(found, [
    `error: ccache at ${findHere("ccache")} (${link} is a link to it): its cache ${cache} cannot be written ` +
      `(${patient.sandbox.path("file")} is in the way) | set CCACHE_DIR to a folder of yours, or give that one to your user`,
  ]);
  const compile = await patient.sandbox.run(patient.top, [link, "-c", "csrc/ops.cpp", "-o", "/dev/null"], {
    env: variables,
  });
  assert.notEqual(compile.code, 0);
  assert.match(compile.stderr, /Failed to create directory/);
});

test("ccache in good health, and one that is switched off", async (t) => {
  const { patient, path, link } = await withCcache(t);
  const cache = patient.sandbox.path("cache");
  const start = `ok: ccache at ${findHere("ccache")} (${link} is a link to it), its cache in ${cache}`;
  assert.deepEqual(
    told(await patient.examine({ path, variables: { CCACHE_DIR: cache } }), "compiler-cache"),
    [start],
  );
  writeFileSync(patient.sandbox.path("file"), "");
  const variables = { CCACHE_DIR: patient.sandbox.path("file/cache"), CCACHE_DISABLE: "1" };
  assert.match(told(await patient.examine({ path, variables }), "compiler-cache").join(), /^ok: /);
});

test("a file system without room below the cache", () => {
  assert.equal(judgeRoom("/cache", 200e6, "CCACHE_DIR"), null);
  assert.deepEqual(judgeRoom("/cache", 12e6, "CCACHE_DIR"), {
    stops: false,
    text: "the file system of its cache /cache has 12 MB free",
    fix: "free some space there, or set CCACHE_DIR to a folder elsewhere",
  });
});

test("sccache: something at its server's port that says nothing, a server that answers, and none", async (t) => {
  const patient = await createPatient(t);
  patient.borrow("g++");
  const sccache = patient.script("sccache", "exit 1"); // never run: it would start a server
  const asked: Buffer[] = [];
  const silent = await listen(t, () => {});
  const alive = await listen(t, (socket) =>
    socket.on("data", (data) => {
      asked.push(data);
      socket.write(Buffer.from([0, 0, 0, 1, 2]));
    }),
  );
  const gone = await listen(t, (socket) => socket.destroy());
  patient.sandbox.write("work/setup.py", 'launcher = which("sccache")\n');
  const found = async (SCCACHE_SERVER_PORT: number): Promise<string> => {
    const variables = {
      SCCACHE_SERVER_PORT: String(SCCACHE_SERVER_PORT),
      SCCACHE_DIR: patient.sandbox.path("cache"),
    };
    return told(await patient.examine({ variables }), "compiler-cache").join("\n");
  };
  const place = `sccache at ${sccache} (setup.py looks for it)`;
  const mute = (port: number): string =>
    `warning: ${place}: something listens at port ${port}, where its server is, and does not answer, so compiles would wait for it | ` +
    `end it (ss -ltnp 'sport = :${port}' names it), or: SCCACHE_SERVER_PORT=${port + 1} rebuild-if-needed`;
  assert.equal(await found(silent), mute(silent));
  assert.equal(await found(gone), mute(gone));
  assert.equal(await found(alive), `ok: ${place}`);
  assert.deepEqual(asked, [Buffer.from([0, 0, 0, 4, 1, 0, 0, 0])]);
  assert.equal(await found(1), `ok: ${place}, its cache in ${patient.sandbox.path("cache")}`);
});

async function withCcache(t: TestContext): Promise<{ patient: Patient; path: string[]; link: string }> {
  const patient = await createPatient(t);
  const folder = patient.sandbox.path("ccache-links");
  mkdirSync(folder);
  const link = join(folder, "g++");
  symlinkSync(findHere("ccache"), link);
  return { patient, path: [patient.bin, folder, dirname(findHere("g++"))], link };
}

function listen(t: TestContext, serve: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    serve(socket);
  });
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}
