import { EXIT, failure } from "../report/failure.ts";
import { allowCommits, allowRemote, judgeTrust } from "../trust/trust.ts";
import { parse } from "./arguments.ts";
import type { Io } from "./io.ts";
import { fail, openWorkspace } from "./start.ts";

/** `allow`: shows the foreign commits of HEAD; `--yes` allows exactly these; `--remote` trusts a remote's branches. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const args = parse("allow", argv);
  if (!args.ok) return fail(io, args.failure);
  const ws = await openWorkspace(io);
  if (!ws.ok) return fail(io, ws.failure);
  const [remote] = args.value.values.get("remote") ?? [];
  if (remote !== undefined) {
    const allowed = await allowRemote(ws.value, remote);
    if (!allowed.ok) return fail(io, allowed.failure);
    io.result(`branches of ${remote} are trusted now`);
    return EXIT.good;
  }
  const trust = await judgeTrust(ws.value);
  if (trust.kind === "trusted") {
    io.result("nothing is held: every commit of HEAD is upstream or was made here");
    return EXIT.good;
  }
  if (trust.failure !== undefined) return fail(io, trust.failure);
  for (const commit of trust.commits)
    io.result(`${commit.id.slice(0, 9)} "${commit.subject}" by ${commit.author}`);
  if (trust.total > trust.commits.length) io.result(`and ${trust.total - trust.commits.length} more`);
  if (!args.value.flags.has("yes")) {
    const [oldest] = trust.commits.slice(-1);
    const message = `${trust.total} foreign commits are held. Allowing them lets their build commands run as you.`;
    return fail(
      io,
      failure(
        "E301",
        message,
        `git show ${oldest?.id.slice(0, 9) ?? "HEAD"}, then: rebuild-if-needed allow --yes`,
      ),
    );
  }
  const allowed = await allowCommits(ws.value);
  if (!allowed.ok) return fail(io, allowed.failure);
  io.result(`allowed: ${allowed.value.total} commits. Next: rebuild-if-needed`);
  return EXIT.good;
}
