import { StringDecoder } from "node:string_decoder";

/** Longer lines lose what is behind this, in characters. nvcc's of big projects have some 20,000. */
const LONGEST = 1 << 16;

/** Whole lines of a growing text. A carriage return ends a line as well: ninja and pip redraw with it. */
export class LineSplitter {
  private readonly decoder = new StringDecoder("utf8");
  private readonly longest: number;
  private rest = "";

  constructor(longest: number = LONGEST) {
    this.longest = longest;
  }

  /** Lines that these bytes complete. */
  add(bytes: Buffer): string[] {
    const lines = (this.rest + this.decoder.write(bytes)).split(/\r\n|[\r\n]/);
    this.rest = (lines.pop() ?? "").slice(0, this.longest);
    return lines.map((line) => line.slice(0, this.longest));
  }
}
