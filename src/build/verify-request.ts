import { childEnvironment } from "../fingerprint/environment.ts";
import { outputPath } from "../fingerprint/output-path.ts";
import type { Observed, ObservedExtension } from "../observe.ts";
import type { VerifyRequest } from "../verify/verify.ts";

type Asked = Pick<VerifyRequest, "top" | "outputs" | "require" | "interpreter" | "environment">;

/** What is asked of outputs of one extension, whoever asks. @param outputs as in a manifest. */
export function verifyRequest(
  { ws, environment }: Pick<Observed, "ws" | "environment">,
  { extension }: Pick<ObservedExtension, "extension">,
  outputs: readonly string[],
): Asked {
  return {
    top: ws.top,
    outputs: outputs.map((path) => outputPath(ws.top, path)),
    require: extension.require,
    interpreter: environment.interpreter,
    environment: childEnvironment(environment, process.env),
  };
}
