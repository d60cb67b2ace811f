import { connect } from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";
import { variableOf } from "./ask-program.ts";
import { type CacheTrouble, examineFolder } from "./ccache.ts";
import type { DoctorContext } from "./finding.ts";

/** A server that is there answers within some ms, a busy one a little later. */
const TIME_LIMIT_MS = 800;

const DEFAULT_PORT = 4226;

/** `Request::GetStats` as sccache's own client frames it: length, then number of the variant. Changes nothing. */
const GET_STATS = Buffer.from([0, 0, 0, 4, 1, 0, 0, 0]);

/** Variables that send the cache elsewhere than to a folder. */
const REMOTE = [
  "SCCACHE_BUCKET",
  "SCCACHE_ENDPOINT",
  "SCCACHE_REDIS",
  "SCCACHE_REDIS_ENDPOINT",
  "SCCACHE_REDIS_CLUSTER_ENDPOINTS",
  "SCCACHE_MEMCACHED",
  "SCCACHE_MEMCACHED_ENDPOINT",
  "SCCACHE_GCS_BUCKET",
  "SCCACHE_AZURE_CONNECTION_STRING",
  "SCCACHE_GHA_ENABLED",
  "SCCACHE_WEBDAV_ENDPOINT",
  "SCCACHE_OSS_BUCKET",
  "SCCACHE_COS_BUCKET",
  "SCCACHE_CONF",
];

/**
 * Every compile goes through one server: where something listens at its address and says nothing, compiles wait for
 * ever. `sccache --show-stats` would start a server, so it is asked here. Without one, sccache starts its own.
 */
export async function examineSccache(
  context: DoctorContext,
): Promise<{ readonly folder: string; readonly trouble: CacheTrouble | null }> {
  const variable = (name: string): string | undefined => variableOf(context, name);
  const isRemote = REMOTE.some((name) => variable(name) !== undefined);
  const folder = isRemote ? "" : (variable("SCCACHE_DIR") ?? defaultFolder(variable));
  if (variable("SCCACHE_SERVER_UDS") !== undefined) return { folder, trouble: null };
  const port = Number(variable("SCCACHE_SERVER_PORT") ?? DEFAULT_PORT);
  const answer = await askServer(port);
  if (answer === "silent") {
    const text = `something listens at port ${port}, where its server is, and does not answer, so compiles would wait for it`;
    const fix = `end it (ss -ltnp 'sport = :${port}' names it), or: SCCACHE_SERVER_PORT=${port + 1} rebuild-if-needed`;
    return { folder, trouble: { stops: false, text, fix } };
  }
  // A server that runs has its own folder, which only it knows.
  if (answer === "alive" || folder === "") return { folder: "", trouble: null };
  return { folder, trouble: examineFolder(folder, "SCCACHE_DIR") };
}

function defaultFolder(variable: (name: string) => string | undefined): string {
  if (process.platform === "darwin") return join(homedir(), "Library/Caches/Mozilla.sccache");
  return join(variable("XDG_CACHE_HOME") ?? join(homedir(), ".cache"), "sccache");
}

function askServer(port: number): Promise<"alive" | "absent" | "silent"> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    let isThere = false;
    const end = (answer: "alive" | "absent" | "silent"): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(TIME_LIMIT_MS, () => end("silent"));
    socket.on("connect", () => {
      isThere = true;
      socket.write(GET_STATS);
    });
    socket.on("data", () => end("alive"));
    socket.on("error", () => end(isThere ? "silent" : "absent"));
    socket.on("close", () => end(isThere ? "silent" : "absent"));
  });
}
