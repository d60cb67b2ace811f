import { mkdirSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";

/** Variables of the machine without which compilers, pip and downloads would not work. */
const KEPT = [
  /^(PATH|TMPDIR|SDKROOT|DEVELOPER_DIR|MACOSX_DEPLOYMENT_TARGET|PYENV_ROOT|PYENV_VERSION|SYSTEMROOT)$/,
  /^(PIP|UV)_/,
  /^(https?|ftp|all|no)_proxy$/i,
  /^(SSL_|CURL_CA|REQUESTS_CA|GIT_SSL_CAINFO|NIX_SSL_)/,
];

/** npm's alone: Node takes 80 ms longer to start with it. */
export const NPM_CERTIFICATES = "NODE_EXTRA_CA_CERTS";

/** Every commit of a test is made at this moment, unless the sandbox asks for the real clock. */
const FIXED_DATE = "2026-03-01T12:00:00+00:00";

/**
 * The environment of a sandbox: a home of its own, no git config from outside, no trace of CI or of this tool.
 * @param clock "real" for tests about dates: git writes the committer date into the reflog too.
 */
export function hermeticEnvironment(home: string, clock: "fixed" | "real"): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && KEPT.some((pattern) => pattern.test(name))) environment[name] = value;
  }
  return {
    PIP_CACHE_DIR: sharedCache("pip"),
    UV_CACHE_DIR: sharedCache("uv"),
    ...environment,
    HOME: home,
    XDG_CONFIG_HOME: join(home, ".config"),
    XDG_CACHE_HOME: join(home, ".cache"),
    XDG_DATA_HOME: join(home, ".local", "share"),
    XDG_STATE_HOME: join(home, ".local", "state"),
    GIT_CONFIG_GLOBAL: join(home, ".gitconfig"), // not /dev/null: as root, `git config --global` would rename a file over it
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    GIT_EDITOR: "true",
    GIT_AUTHOR_NAME: "Ada Author",
    GIT_AUTHOR_EMAIL: "ada@example.invalid",
    GIT_COMMITTER_NAME: "Carl Committer",
    GIT_COMMITTER_EMAIL: "carl@example.invalid",
    ...(clock === "fixed" ? { GIT_AUTHOR_DATE: FIXED_DATE, GIT_COMMITTER_DATE: FIXED_DATE } : {}),
    PIP_DISABLE_PIP_VERSION_CHECK: "1",
    PYTHONDONTWRITEBYTECODE: "1",
    LC_ALL: "C.UTF-8",
    TZ: "UTC",
    TERM: "dumb",
  };
}

/** A folder of this user that outlives the run, for what is addressed by its content and so safe to share. */
export function sharedCache(name: string): string {
  const folder = join(tmpdir(), `rebuild-if-needed-test-cache-${userInfo().uid}`, name);
  mkdirSync(folder, { recursive: true });
  return folder;
}
